"""Mixed recipients, by keys on real servers: asked about before anything is queued."""

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from mail_samples import received
from servers.people import COLLEAGUE, PATIENT, PRACTICE
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.steps import ADDRESS, INS, confirm_identity, find_patient, log_in, write_letter
from journeys.terminal import World, terminal


@pytest.fixture
def world(real_servers: RealServers) -> World:
    return real_world(real_servers)


def held(world: World, address: str, subject: str) -> list[EmailMessage]:
    """The messages of that subject in somebody's inbox."""
    found = []
    for folder, raw in world.mailbox(address):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        if folder == "INBOX" and message["Subject"] == subject:
            found.append(message)
    return found


async def arrives(world: World, address: str, subject: str) -> EmailMessage:
    async with asyncio.timeout(30):
        while not (found := await asyncio.to_thread(held, world, address, subject)):
            await asyncio.sleep(0.05)
    (message,) = found
    return message


async def test_a_reply_to_all_that_includes_a_patient_is_asked_about(
    world: World, real_servers: RealServers, tmp_path: Path
) -> None:
    raw = received("Avis commun").replace(b"\r\nSubject", f"\r\nCc: {ADDRESS}\r\nSubject".encode())
    real_servers.deliver(PRACTICE.address, raw)
    async with terminal(world, tmp_path, (100, 30)) as screen:
        await log_in(screen, world)
        await screen.press("shift+tab", "down")
        await screen.shows("Avis commun")
        await screen.press("tab", "enter")
        await screen.shows("INS 2 79 03 51 215 189 89", "Avis commun")
        await screen.press("enter")
        await screen.shows("Cher confrère")
        await screen.press("a")
        await screen.shows(ADDRESS, "Marne (51)")
        await screen.tick("Femme — confirmé", "confirmé", "Marne (51) — confirmé", "Identité conf")
        await screen.press("enter")
        await screen.shows("Répondre", "PATIENT")
        await screen.write("Merci.")
        await screen.press("ctrl+s")
        await screen.says("Un patient est destinataire avec d’autres personnes")
        await screen.answer("n")
        assert held(world, PATIENT.address, "Re: Avis commun") == []
        await screen.press("ctrl+s")
        await screen.says("chacun lira le message")
        await screen.answer("o")
        for address in (COLLEAGUE.address, PATIENT.address):
            message = await arrives(world, address, "Re: Avis commun")
            everyone = [*message["To"].addresses, *(message["Cc"].addresses)]
            assert {a.addr_spec for a in everyone} == {COLLEAGUE.address, PATIENT.address}
            assert message["Bcc"] is None


@pytest.mark.parametrize(
    ("recipient", "sentence"),
    [
        ("180017505600301@patient.mssante.fr", "qu’un seul patient"),
        ("jean@orange.fr", "n’appartient pas à l’espace de confiance MSSanté"),
        (f"{INS}@patient.mssante.fr.example", "ressemble au domaine des patients"),
    ],
)
async def test_recipients_added_to_a_patients_message_are_refused(
    world: World, tmp_path: Path, recipient: str, sentence: str
) -> None:
    async with terminal(world, tmp_path, (100, 30)) as screen:
        await log_in(screen, world)
        await find_patient(screen)
        await confirm_identity(screen)
        await screen.press("shift+tab", "shift+tab")
        await screen.write(recipient)
        await screen.press("tab", "tab")
        await write_letter(screen, "Refusé")
        await screen.says(sentence)
        await screen.shows("Bonjour Madame")
    assert held(world, ADDRESS, "Refusé") == []
