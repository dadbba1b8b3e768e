"""A template, the attachment that it announces, and the trace of it all, by keys."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from journeys.steps import ADDRESS, INS, confirm_identity, log_in
from journeys.terminal import World, terminal

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 20


@pytest.mark.parametrize("size", [(80, 24)])
async def test_results_from_a_template_with_their_attachment_and_the_journal_of_it(
    world: World, tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "bilan.pdf").write_bytes(CONTENT)
    async with terminal(world, tmp_path, size) as screen:
        await log_in(screen, world)
        await screen.press("p")
        await screen.shows("Identité nationale de santé")
        await screen.paste(INS)
        await confirm_identity(screen)
        await screen.press("ctrl+g")
        await screen.shows("Modèles de texte", "Résultats", "Insérer")
        await screen.press(*["down"] * 5)
        await screen.shows("Vos résultats sont arrivés")
        await screen.press("enter")
        await screen.shows("Vos résultats sont arrivés", "Dr ")

        # announced, and not there yet
        await screen.press("ctrl+s")
        await screen.says("« ci-joint » et n’a pas de pièce jointe")
        await asyncio.sleep(0.5)  # what a person takes at the least; keys before it do not count
        await screen.press("n")
        await screen.shows("Nouveau message", "Vos résultats")
        await screen.press("ctrl+t")
        await screen.shows("Joindre un fichier")
        await screen.press("shift+tab")
        await screen.paste(str(tmp_path / "bilan.pdf"))
        await screen.press("enter")
        await screen.shows("1 pièce jointe")
        await screen.press("ctrl+s")
        await screen.shows("Boîte de réception", timeout_s=30)
        await screen.until(lambda: bool(sent(world)), "delivered", 30)
        (message,) = sent(world)
        assert message["Subject"] == "Vos résultats"
        (part,) = message.iter_attachments()
        assert part.get_content() == CONTENT

        await screen.press("h")
        await screen.shows("journal intact", "envoi", "identité confirmée", timeout_s=30)
        await screen.press("slash")
        await screen.write("identité confirmée")
        await screen.press("enter")
        await screen.shows("1 ligne", "Marne (51)")
        assert "Vos résultats" not in screen.text


def sent(world: World) -> list[EmailMessage]:
    """What the patient has received."""
    parsed = [
        email.message_from_bytes(raw, policy=email.policy.default)
        for _, raw in world.mailbox(ADDRESS)
    ]
    return [message for message in parsed if message["Subject"] == "Vos résultats"]
