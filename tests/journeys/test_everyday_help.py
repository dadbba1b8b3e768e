"""A template with its attachment and the trace of it, an opposition: by keys, on both worlds."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from journeys.steps import ADDRESS, INS, confirm_identity, find_patient, log_in, write_letter
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
        await screen.answer("n")
        await screen.shows("Nouveau message", "Vos résultats")
        await screen.press("ctrl+t")
        await screen.shows("Joindre un fichier")
        await screen.press("shift+tab")
        await screen.paste(str(tmp_path / "bilan.pdf"))
        await screen.press("enter")
        await screen.shows("1 pièce jointe")
        await screen.press("ctrl+s")
        await screen.shows("Boîte de réception", timeout_s=30)
        await screen.until(lambda: bool(received(world, "Vos résultats")), "delivered", 30)
        (message,) = received(world, "Vos résultats")
        assert message["Subject"] == "Vos résultats"
        (part,) = message.iter_attachments()
        assert part.get_content() == CONTENT

        # the patient may have it before the server's answer is here, and with it the journal's line
        await screen.press("v")
        await screen.shows("tout est parti", timeout_s=30)
        await screen.press("escape")
        await screen.shows("Boîte de réception")

        await screen.press("h")
        await screen.shows("journal intact", "envoi", "identité confirmée", timeout_s=30)
        await screen.press("slash")
        await screen.write("identité confirmée")
        await screen.press("enter")
        await screen.shows("1 ligne", "Marne (51)")
        assert "Vos résultats" not in screen.text


async def test_an_opposition_warns_until_it_is_withdrawn(world: World, tmp_path: Path) -> None:
    async with terminal(world, tmp_path, (100, 30)) as screen:
        await log_in(screen, world)
        await find_patient(screen)
        await screen.press("f6")
        await screen.shows("Opposition du patient")
        await screen.press("enter")
        await screen.shows("[x] Messages au patient")
        await screen.press("escape")
        await screen.says("Opposition aux messages au patient, notée le", world.account.address)
        await confirm_identity(screen)
        await write_letter(screen, "Premier")
        await screen.says("s’oppose à recevoir des messages", "Votre décision sera notée")
        await screen.answer("n")
        await screen.shows("Premier", "Bonjour Madame")
        assert received(world, "Premier") == []

        # sent all the same, knowingly
        await screen.press("ctrl+s")
        await screen.says("s’oppose à recevoir des messages")
        await screen.answer("o")
        await screen.until(lambda: bool(received(world, "Premier")), "delivered", 30)
        (message,) = received(world, "Premier")
        assert [a.addr_spec for a in message["To"].addresses] == [ADDRESS]

        # withdrawn: nothing is asked any more
        await find_patient(screen)
        await screen.press("f6")
        await screen.shows("[x] Messages au patient")
        await screen.press("enter")
        await screen.shows("[ ] Messages au patient")
        await screen.press("escape")
        await confirm_identity(screen)
        await write_letter(screen, "Second")
        await screen.until(lambda: bool(received(world, "Second")), "delivered", 30)


def received(world: World, subject: str) -> list[EmailMessage]:
    """What the patient has received under that subject."""
    parsed = [
        email.message_from_bytes(raw, policy=email.policy.default)
        for folder, raw in world.mailbox(ADDRESS)
        if folder == "INBOX"
    ]
    return [message for message in parsed if message["Subject"] == subject]
