"""The event loop beats on while much arrives, leaves and is typed.

A gap is the work that the loop's own thread did between two beats: processor time, which other
programs on the machine do not lengthen.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from engine.sync_stage import OtherClient
from engine_helpers import Office, OpenOffice, letter
from mail_samples import received
from servers.people import COLLEAGUE, PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.draft import Draft, OutgoingState

MOST_WORK_S = 0.05
ROWS = 500
LARGE_BYTES = 10_000_000


class Heartbeat:
    """The longest gap so far."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.beats = 0

    async def beat(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest_s = max(self.longest_s, now - before)
            self.beats += 1
            before = time.thread_time()


@asynccontextmanager
async def beating() -> AsyncIterator[Heartbeat]:
    heart = Heartbeat()
    task = asyncio.create_task(heart.beat())
    try:
        yield heart
    finally:
        task.cancel()


async def typed(office: Office) -> None:
    """A long letter, a key every few milliseconds, until cancelled."""
    keeper = office.engine.keep_draft(Draft(subject="long"))
    text = "mot " * 2_000
    while True:
        text += "x"
        keeper.edited(Draft(subject="long", body=text))
        await asyncio.sleep(0.005)


def fill(servers: RealServers) -> None:
    other = OtherClient(servers)
    for _ in range(ROWS):
        other.arrive("INBOX")
    other.close()
    lines = "ligne d'un long compte rendu d'imagerie\r\n" * (LARGE_BYTES // 41)
    servers.deliver(PRACTICE.address, received("gros", body=lines))


async def test_the_loop_never_holds_its_breath(
    open_office: OpenOffice, real_servers: RealServers, tmp_path: Path
) -> None:
    await asyncio.to_thread(fill, real_servers)
    (tmp_path / "radio.dcm").write_bytes(bytes(range(256)) * (LARGE_BYTES // 256))
    async with beating() as heart:
        office = await open_office(autosave_s=0.05)
        typing = asyncio.create_task(typed(office))
        inbox = await office.inbox()
        row = await office.until_row(inbox, "gros")
        async with asyncio.timeout(60):
            while await office.engine.reading.count(inbox) <= ROWS:
                await asyncio.sleep(0.01)
        await office.read(row)
        attachment = await office.engine.writing.attach(tmp_path / "radio.dcm")
        draft = replace(letter(COLLEAGUE.address, "image"), attachments=(attachment,))
        outgoing = await office.engine.writing.send(draft)
        await office.until_outgoing(outgoing, OutgoingState.SENT)
        typing.cancel()
    assert heart.beats > 100
    assert heart.longest_s < MOST_WORK_S
