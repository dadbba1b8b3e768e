"""The line to Dovecot is lost at each step: afterwards both sides hold the same, each message once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from engine_helpers import Office, OpenOffice, letter
from faults.moments import seeds, some
from faults.proxy import Fault, Kind, Towards
from faults.stage import BadLines, everywhere, until_equal
from mail_samples import received
from servers.people import COLLEAGUE, PRACTICE, SENT
from servers.practice import RealServers

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.events import Connectivity
from tui_mailer.domain.folder import FolderRole

FROM_US, TO_US = Towards.SERVER, Towards.CLIENT
STEPS = [
    *("CAPABILITY", "STARTTLS", "AUTHENTICATE", "ENABLE"),
    *("LIST", "SELECT", "IDLE", "NOOP"),
    *("UID FETCH .*ENVELOPE", "UID FETCH .*BODY.PEEK", "UID SEARCH"),
    *("UID STORE", "UID MOVE", "APPEND"),
]
WAYS = {
    "before it is said": Fault(Kind.CUT, FROM_US),
    "before the answer": Fault(Kind.CUT, TO_US),
    "in the answer": Fault(Kind.CUT, TO_US, at=30),
    "spoilt on its way": Fault(Kind.CORRUPT, FROM_US, at=10),
    "answer spoilt": Fault(Kind.CORRUPT, TO_US, at=10),
}
LETTERS = [f"lettre {number}" for number in range(6)]
REPLY = "merci"


def deliver_letters(servers: RealServers) -> None:
    for subject in LETTERS:
        servers.deliver(PRACTICE.address, received(subject, body=f"corps de {subject}\n" * 50))


async def a_morning(office: Office) -> None:
    """Read, mark, move, take back, send: all that a user does to a mailbox."""
    inbox = await office.inbox()
    rows = {subject: await office.until_row(inbox, subject) for subject in LETTERS}
    for subject in LETTERS[:3]:
        message = await office.read(rows[subject])
        assert f"corps de {subject}" in message.text
    actions = office.engine.actions
    await actions.mark([rows[LETTERS[0]].id, rows[LETTERS[1]].id], ActionKind.READ)
    await actions.mark([rows[LETTERS[2]].id], ActionKind.FLAG)
    await actions.archive([rows[LETTERS[3]].id, rows[LETTERS[4]].id])
    await actions.delete([rows[LETTERS[5]].id])
    await actions.undo()
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, REPLY))
    await office.until_outgoing(outgoing, OutgoingState.SENT)


async def nothing_is_lost_or_there_twice(office: Office, servers: RealServers) -> None:
    await until_equal(office, servers)
    found = await asyncio.to_thread(everywhere, servers)
    archive = (await office.folder(FolderRole.ARCHIVE)).name
    expected = {
        **{(PRACTICE.address, "INBOX", subject): 1 for subject in (*LETTERS[:3], LETTERS[5])},
        **{(PRACTICE.address, archive, subject): 1 for subject in LETTERS[3:5]},
        (PRACTICE.address, SENT, REPLY): 1,
        (COLLEAGUE.address, "INBOX", REPLY): 1,
    }
    assert found == Counter(expected)
    # What was read is what was sent, and goes with its row.
    inbox = await office.view(FolderRole.INBOX)
    for row in await office.rows(inbox):
        source = await office.engine.reading.source(row.id)
        if source is not None:
            assert f"Subject: {row.subject}\r\n".encode() in source
            text = source.replace(b"\r\n", b"\n")
            assert text.endswith(f"corps de {row.subject}\n".encode() * 50)


async def eventually(holds: Callable[[], bool]) -> None:
    """Until `holds`, or it is no use to wait any longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.02)


@pytest.mark.parametrize("way", some([*WAYS], 3))
async def test_a_line_lost_once_at_each_step(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, way: str
) -> None:
    deliver_letters(real_servers)
    triggers = {step: lines.overheard.on(step, WAYS[way]) for step in STEPS}
    office = await open_office()
    await a_morning(office)

    def missed() -> list[str]:
        return [step for step, trigger in triggers.items() if not trigger.struck]

    # On a busy machine the second connection, which idles, may come last.
    await eventually(lambda: not missed())
    assert not missed()
    await nothing_is_lost_or_there_twice(office, real_servers)


SILENT_STEPS = [
    ("UID MOVE", TO_US),
    ("APPEND", FROM_US),
    ("SELECT", TO_US),
    ("UID FETCH .*BODY.PEEK", FROM_US),
    ("UID FETCH .*ENVELOPE", TO_US),
    ("UID STORE", FROM_US),
    ("LIST", TO_US),
]


async def test_a_line_that_falls_silent_at_a_step_is_given_up(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    """Half-open: nobody says that the line is gone, only the deadlines do."""
    deliver_letters(real_servers)
    steps = some(SILENT_STEPS, 2)
    triggers = [lines.overheard.on(step, Fault(Kind.SILENCE, way, at=1)) for step, way in steps]
    office = await open_office()
    await a_morning(office)
    await nothing_is_lost_or_there_twice(office, real_servers)
    assert all(trigger.struck for trigger in triggers)


@pytest.mark.parametrize(
    "step",
    some(["LIST", "UID MOVE", "SELECT", "UID FETCH .*ENVELOPE", "APPEND", "AUTHENTICATE"], 2),
)
async def test_a_line_lost_many_times_at_one_step_is_as_good_as_new_afterwards(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, step: str
) -> None:
    """It was the line, not what was asked: nothing is given up for minutes."""
    deliver_letters(real_servers)
    trigger = lines.overheard.on(step, Fault(Kind.CUT, FROM_US), times=8)
    office = await open_office()
    await a_morning(office)
    await nothing_is_lost_or_there_twice(office, real_servers)
    assert trigger.struck == trigger.times


@pytest.mark.parametrize("seed", seeds(1, moments_each=25))
async def test_a_line_that_spoils_anything_at_any_time(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, seed: int
) -> None:
    """Each connection in turn is lost at a random byte, one way or the other."""
    dice = random.Random(seed)
    deliver_letters(real_servers)
    lines.imap.coming = [
        [
            Fault(
                dice.choice([Kind.CUT, Kind.CORRUPT]),
                dice.choice([*Towards]),
                dice.randrange(9_000),
            )
        ]
        for _ in range(25)
    ]
    office = await open_office()
    await a_morning(office)
    lines.imap.coming.clear()
    lines.imap.cut()
    await office.until(lambda: office.engine.connectivity is not Connectivity.ONLINE)
    await nothing_is_lost_or_there_twice(office, real_servers)
