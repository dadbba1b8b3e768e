"""A whole exchange by keys: opened, answered, ended, written to after the end, restarted."""

import asyncio
from pathlib import Path

import pytest
from servers.people import TRASH
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.steps import ADDRESS, INS, confirm_identity, log_in
from journeys.terminal import Terminal, World, terminal

SHOWN_INS = "2 79 03 51 215 189 89"
TURN = {"→": "▷ au patient", "←": "▶ à vous"}


def from_patient(world: World, subject: str) -> bytes:
    """A message that the patient writes."""
    return (
        f"From: Dominique PAT-TROIS <{ADDRESS}>\r\nTo: {world.account.address}\r\n"
        f"Subject: {subject}\r\nMessage-ID: <{abs(hash(subject))}@patient.mssante.fr>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour Docteur.\r\n"
    ).encode()


def delivered(world: World, subject: str) -> list[bytes]:
    """What the patient's inbox holds under that very subject line, byte for byte."""
    line = f"\nSubject: {subject}\r\n".encode()
    held = [raw for folder, raw in world.mailbox(ADDRESS) if folder == "INBOX"]
    return [raw for raw in held if line in raw.replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")]


async def arrives(world: World, subject: str) -> bytes:
    async with asyncio.timeout(30):
        while not (found := await asyncio.to_thread(delivered, world, subject)):
            await asyncio.sleep(0.05)
    assert len(found) == 1
    return found[0]


async def write(screen: Terminal, subject: str) -> None:
    """The subject and a line; the composer is on the screen."""
    await screen.write(subject)
    await screen.press("tab")
    await screen.write("Bonjour Madame")


async def heads_the_list(screen: Terminal, *arrows: str) -> None:
    """The exchange is the first of the list; its last message went one of these ways."""

    def is_first() -> bool:
        name, exchange = screen.text.splitlines()[2:4]
        return any(
            TURN[arrow] in name and f"{SHOWN_INS}  ouvert · {arrow} Votre bil" in exchange
            for arrow in arrows
        )

    await screen.until(is_first, f"the exchange first, {arrows}")


def check_end(raw: bytes) -> None:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.split(b"\n")
    assert lines.count(b"Subject: [FIN]") == 1
    assert lines.count(b"X-MSS-MES: FIN") == 1
    assert sum(line.lower().startswith(b"subject:") for line in lines) == 1
    assert not any(line.lower().startswith((b"in-reply-to", b"references")) for line in lines)
    assert b"text/plain" in head
    assert b"multipart" not in head
    assert body.startswith(b"Bonjour, je mets fin")


@pytest.mark.parametrize(
    ("world", "size"),
    [("real servers", (80, 24)), ("real servers", (140, 40)), ("demo servers", (80, 24))],
    ids=["real-80x24", "real-140x40", "demo-80x24"],
    indirect=["world"],
)
async def test_an_exchange_is_opened_answered_ended_and_restarted(
    world: World, size: tuple[int, int], tmp_path: Path
) -> None:
    async with terminal(world, tmp_path, size) as screen:
        await log_in(screen, world)

        # opened
        await screen.press("p")
        await screen.shows("Identité nationale de santé")
        await screen.write(INS)
        await confirm_identity(screen)
        await write(screen, "Votre bilan")
        await screen.press("ctrl+s")
        await arrives(world, "Votre bilan")
        await screen.press("escape", "down", "enter")
        await screen.shows("filtre : tous")
        await heads_the_list(screen, "→", "←")

        # answered
        if not world.patient_answers:
            await asyncio.to_thread(world.deliver, from_patient(world, "Re: Votre bilan"))
        await heads_the_list(screen, "←")
        await screen.press("home", "enter")
        await screen.shows(f"INS {SHOWN_INS}", "Re: Votre bilan")

        # ended
        await screen.press("z")
        await screen.shows("Mettre fin aux échanges ?", "ne pourra plus répondre")
        await screen.answer("o")
        check_end(await arrives(world, "[FIN]"))
        await screen.shows("clos le ", "[FIN] fin des échanges")

        # written to after the end
        await asyncio.to_thread(world.deliver, from_patient(world, "Encore une question"))
        await screen.shows("reçu après la fin Encore")

        # restarted
        await screen.press("p")
        await confirm_identity(screen)
        await screen.shows("Échange clos depuis le", "ce message le redémarre")
        await write(screen, "Votre rendez-vous")
        await screen.press("ctrl+s")
        await screen.says("Ce message le redémarre : le patient pourra de nouveau vous répondre")
        await screen.answer("o")
        await arrives(world, "Votre rendez-vous")
        await screen.shows("ouvert depuis le", "Votre rendez-vous")
        if world.patient_answers:
            await screen.shows("Re: Votre rendez-vous")


async def test_what_a_patient_wrote_and_lies_in_the_bin_is_marked_and_waits_for_nobody(
    real_servers: RealServers, tmp_path: Path
) -> None:
    world = real_world(real_servers)

    def places() -> list[str]:
        held = world.mailbox(world.account.address)
        return [folder for folder, raw in held if b"Subject: Ma question" in raw]

    async with terminal(world, tmp_path, (80, 24)) as screen:
        await log_in(screen, world)
        await screen.press("escape", "down")
        await screen.shows("Echanges patient    1")
        await screen.press("enter")
        await screen.shows("filtre : tous", "●1", "▶ à vous")
        await screen.press("home", "enter")
        await screen.shows("jamais écrit · ▶ à vous", "◆ patient Ma question")

        # in the bin: still here, marked, and nobody waits
        await screen.press("d")
        await screen.shows("◆ patient corbeille  Ma question")
        await screen.until(
            lambda: "▶ à vous" not in screen.text and "Echanges patient    1" not in screen.text,
            "nobody waits, and nothing is unread",
        )
        await screen.until(lambda: places() == [TRASH], "in the server's bin", 30)

        # taken back: as before
        await screen.press("u")
        await screen.shows("jamais écrit · ▶ à vous", "◆ patient Ma question")
        await screen.until(lambda: places() == ["INBOX"], "in the inbox again", 30)
        await screen.shows("Echanges patient    1")
