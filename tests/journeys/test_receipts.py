"""Read receipts by keys: one asked and received, one asked of us and given."""

import asyncio
from pathlib import Path

from mail_samples import received
from mime import report_corpus as corpus
from servers.people import COLLEAGUE, PRACTICE
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.steps import INS, confirm_points, log_in, open_found, open_sent, write_to
from journeys.terminal import World, terminal
from tui_mailer.domain.report import ReportKind
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reports import recognise

SUBJECT = "Votre contrôle 4712"
PATIENT = f"{INS}@patient.mssante.fr"
POINTS = ("Femme", "1979", "Marne (51)")


def received_by(world: World, address: str, subject: str) -> bytes | None:
    """The message of that subject in somebody's inbox."""
    held = [raw for folder, raw in world.mailbox(address) if folder == "INBOX"]
    return next((raw for raw in held if parse(raw).subject == subject), None)


async def arrived(world: World, address: str, subject: str) -> bytes:
    async with asyncio.timeout(20):
        while not (raw := await asyncio.to_thread(received_by, world, address, subject)):
            await asyncio.sleep(0.05)
    return raw


async def test_the_patient_reads_and_the_message_says_when(
    world: World, real_servers: RealServers, tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await write_to(screen, INS, POINTS, SUBJECT, shown="accusé de lecture demandé")
        sent = parse(await arrived(world, PATIENT, SUBJECT))
        assert sent.receipt is not None
        assert sent.receipt.reply_to.mailbox == world.account.address
        if world.account.address == PRACTICE.address:  # the demo's patient does it by herself
            read = corpus.receipt(
                1,
                "manual-action/MDN-sent-manually; displayed",
                "",
                (f"Lu : {SUBJECT}", "Dominique", PATIENT),
                returned=False,
            ).replace(corpus.sent_id(1).encode(), sent.message_id.encode())
            await asyncio.to_thread(real_servers.deliver, PRACTICE.address, read)
        await open_sent(screen, SUBJECT, shows="✓ lu")
        await screen.says("✓ Lu le")


async def test_a_receipt_asked_of_us_is_given_once_after_a_yes(
    real_servers: RealServers, tmp_path: Path
) -> None:
    world = real_world(real_servers)
    real_servers.deliver(PRACTICE.address, asking(COLLEAGUE.address, received("Urgent : avis")))
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await screen.shows("Urgent : avis")
        await screen.press("home", "enter")
        await screen.says("demande un accusé de lecture", COLLEAGUE.address)
        await screen.answer("o")
        (report,) = recognise(await arrived(world, COLLEAGUE.address, "Lu : Urgent : avis"))
        assert report.kind is ReportKind.READ
        await screen.press("escape")
        await screen.press("enter")
        await screen.shows("Cher confrère")
        assert "accusé de lecture" not in screen.text


async def test_a_receipt_refused_is_not_given_and_never_asked_for_again(
    real_servers: RealServers, tmp_path: Path
) -> None:
    world = real_world(real_servers)
    real_servers.deliver(PRACTICE.address, asking(COLLEAGUE.address, received("Urgent : avis")))
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await screen.shows("Urgent : avis")
        await screen.press("home", "enter")
        await screen.says("demande un accusé de lecture", COLLEAGUE.address)
        await screen.answer("n")
        await screen.shows("Cher confrère")
        await screen.until(
            lambda: any("$MDNSent" in flags for flags in real_servers.flags(PRACTICE.address)),
            "what was decided stands on the server",
        )
        await screen.press("escape", "enter")
        await screen.shows("Cher confrère")
        assert "accusé de lecture" not in screen.text
    assert real_servers.mailbox(COLLEAGUE.address) == []


async def test_a_patients_receipt_wants_the_identity_confirmed_first(
    real_servers: RealServers, tmp_path: Path
) -> None:
    world = real_world(real_servers)
    question = received("Ma question du soir", sender=PATIENT, body="Bonjour Docteur")
    real_servers.deliver(PRACTICE.address, asking(PATIENT, question))
    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await open_found(screen, "objet:soir", "1 message", "Ma question du soir")
        await screen.says("demande un accusé de lecture", PATIENT)
        await screen.answer("o")
        await screen.shows(PATIENT, *POINTS)
        assert received_by(world, PATIENT, "Lu : Ma question du soir") is None
        await confirm_points(screen, POINTS)
        await screen.press("enter")
        (report,) = recognise(await arrived(world, PATIENT, "Lu : Ma question du soir"))
        assert (report.kind, report.recipient) == (ReportKind.READ, PRACTICE.address)
        # a receipt opens no exchange
        await screen.press("escape", "escape", "escape", "down", "enter")
        await screen.shows("filtre : tous", "jamais écrit")


def asking(address: str, raw: bytes) -> bytes:
    """The message with a request for a read receipt, from where it would go."""
    head = f"Return-Path: <{address}>\r\nDisposition-Notification-To: {address}\r\n"
    return head.encode() + raw
