"""What bad input gets, by keys at 80×24: its own French sentence, and nothing typed is lost."""

from __future__ import annotations

import asyncio
import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.people import COLLEAGUE, FULL, PATIENT, UNKNOWN_PATIENT
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.steps import ADDRESS, confirm_identity, log_in
from journeys.terminal import Terminal, World, terminal
from tui_mailer.domain.ins import Matricule

SIZE = (80, 24)


@pytest.fixture
def world(real_servers: RealServers) -> World:
    return real_world(real_servers)


# --- the INS search


async def test_an_ins_that_is_wrong_says_how_and_stays_in_the_bar(
    world: World, tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await screen.press("p")
        await screen.shows("Identité nationale de santé")
        for typed, sentence in (
            ("2 79 03 51 215 189 88", "La clé 88 est fausse : au moins un des 15 caractères"),
            ("2790351215189", "Il manque la clé (2 chiffres). Clé calculée : 89."),
            ("27903512X518989", "La lettre « X » en position 9 n’a pas sa place"),
            ("27913", "13 n’est pas un mois de naissance"),
            ("5790351215189", "numéro de gestion de l’assurance maladie (MIG)"),
            ("2790351215189891", "16 caractères saisis, 15 attendus"),
            ("Personne", "Aucun patient de ce nom dans cette boîte"),
        ):
            await screen.write(typed)
            await refused(screen, typed, sentence)
        for pasted, shown, sentence in (
            ("\x1b]0;titre\x07279035121518989", "␛]0;titre␇2790", "« U+241B » en position 1"),
            ("2790351\u200b21518989", "2790351‹U+200B›2151", "« U+2039 » en position 8"),
            ("27903\x0051215\x7f18989", "27903␀51215␡18989", "« U+2400 » en position 6"),
        ):
            await screen.paste(pasted)
            await refused(screen, shown, sentence)
        # What people copy from a document is understood.
        await screen.paste("2 79 03 51 215\r\n 189 89\n")
        await screen.says("INS complète, clé juste", ADDRESS)


async def refused(screen: Terminal, shown: str, sentence: str) -> None:
    """The sentence is there, the text too, and Enter leads nowhere; then empty the bar."""
    await screen.says(sentence)
    await screen.press("enter")
    assert shown in screen.text
    assert "Identité nationale de santé" in screen.text
    assert "Écrire à ce patient" not in screen.text
    await screen.press("end", "ctrl+u")
    await screen.says("Saisissez le matricule INS du patient")


# --- the message


async def test_a_message_that_cannot_leave_says_why_and_stays_on_the_screen(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "bilan.pdf").write_bytes(b"%PDF-")
    with (tmp_path / "radio.pdf").open("wb") as large:
        large.write(b"%PDF-1.7")
        large.truncate(26_000_000)
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        await screen.press("p")
        await screen.shows("Identité nationale de santé")
        await screen.paste(ADDRESS.partition("@")[0])
        await confirm_identity(screen)
        await screen.write("Bilan")
        await screen.press("tab")
        await screen.write("Texte à garder")

        # a file that is not there
        await attach(screen, tmp_path / "absent.pdf")
        await screen.says("Cette pièce jointe est introuvable ou illisible : absent.pdf.")
        await still_written(screen)

        # one that vanishes after it was attached
        await attach(screen, tmp_path / "bilan.pdf")
        await screen.shows("1 pièce jointe")
        (tmp_path / "bilan.pdf").unlink()
        await screen.press("ctrl+s")
        await screen.says(
            "Cette pièce jointe est introuvable ou illisible : bilan.pdf.",
            "Le message n’est pas parti",
            "Remettez le fichier en place, ou retirez la pièce jointe.",
        )
        await still_written(screen)
        await screen.press("ctrl+d")

        # more than Mon espace santé takes
        await attach(screen, tmp_path / "radio.pdf")
        await screen.shows("1 pièce jointe")
        await screen.press("ctrl+s")
        await screen.says("Le message est trop volumineux", "limite 25 Mo", "n’est pas parti")
        await still_written(screen)
        await screen.press("ctrl+d", "ctrl+s")
        (message,) = await delivered(world, PATIENT.address)
        assert message.get_content_type() == "text/plain"
        assert message.get_content().splitlines() == ["Texte à garder"]


async def test_a_recipient_that_the_server_refuses_is_named_and_the_message_kept(
    world: World, tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, SIZE) as screen:
        await log_in(screen, world)
        ins = UNKNOWN_PATIENT.partition("@")[0]
        grouped = Matricule.parse(ins).grouped
        await screen.press("p")
        await screen.shows("Identité nationale de santé")
        await screen.paste(ins)
        await screen.shows(UNKNOWN_PATIENT, "Homme", "1954")
        await screen.press("enter")
        await screen.tick("Homme — confirmé", "confirmé", "confirmé", "Identité confirmée")
        await screen.press("enter")
        await screen.shows("Nouveau message", "PATIENT", UNKNOWN_PATIENT)
        await screen.write("Bilan")
        await screen.press("tab")
        await screen.write("Texte à garder")
        await screen.press("ctrl+s")
        await screen.says(
            f"Le serveur a refusé un destinataire : patient INS {grouped}.",
            "Le message n’est parti pour personne ; il est gardé dans les envois (touche v).",
            "1 envoi en échec",
        )
        await screen.press("f2")
        await screen.says("550 5.1.1", "Recipient address rejected")
        await screen.press("escape", "escape", "v")
        await screen.says("Envois en cours", "✕ échec", "Le serveur a refusé un destinataire")
        await screen.press("enter")
        await screen.shows("Texte à garder", UNKNOWN_PATIENT, "Bilan")


async def test_a_full_mailbox_says_that_the_message_left_without_its_copy(
    world: World, tmp_path: Path
) -> None:
    full = replace(world, account=replace(world.account, address=FULL.address))
    async with terminal(full, tmp_path, SIZE) as screen:
        await log_in(screen, full)
        await screen.press("e")
        await screen.shows("Nouveau message")
        await screen.write(COLLEAGUE.address)
        await screen.press("tab", "tab", "tab")
        await screen.write("Long")
        await screen.press("tab")
        await screen.paste("x" * 70 + ("\n" + "x" * 70) * 400)
        await screen.press("ctrl+s")
        await delivered(world, COLLEAGUE.address)
        await screen.shows("envoyé")
        await screen.press("v")
        await screen.says(
            "copie à ranger",
            "La boîte aux lettres est pleine",
            "est bien parti ;",
            "sa copie est gardée ici.",
            "Supprimez des messages et videz la corbeille",
        )


async def delivered(world: World, address: str) -> list[EmailMessage]:
    """Wait for mail in an inbox; all of it."""
    async with asyncio.timeout(30):
        while not (held := await asyncio.to_thread(world.mailbox, address)):
            await asyncio.sleep(0.05)
    found = [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in held]
    return [message for message in found if isinstance(message, EmailMessage)]


async def attach(screen: Terminal, path: Path) -> None:
    """Attach a file by its typed path."""
    await screen.press("ctrl+t")
    await screen.shows("Joindre un fichier")
    await screen.press("shift+tab")
    await screen.paste(str(path))
    await screen.press("enter")


async def still_written(screen: Terminal) -> None:
    """The message is as it was; Escape closes the notice and nothing else."""
    await screen.shows("Texte à garder", ADDRESS, "Bilan")
    await screen.press("escape")
    await screen.until(lambda: "⚠" not in screen.text, "the notice closed")
    await screen.shows("Texte à garder", "Nouveau message")
