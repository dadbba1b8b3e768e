"""A message that waits for a line: tried less and less often, and at once when the line is back."""

import asyncio
from pathlib import Path

import pytest
from engine.test_patience import NoLine
from engine_fakes import COLLEAGUE, World, opened, until_online
from engine_helpers import Office, letter

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.journal import JournalFilter


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, submission=NoLine())


async def tried(office: Office, times: int) -> Outgoing:
    """A message that found no line so many times."""
    await until_online(office)
    await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
    while True:
        (waiting,) = await office.engine.outbox.unsettled()
        if waiting.state is OutgoingState.QUEUED and waiting.attempt_count >= times:
            return waiting
        await asyncio.sleep(0.01)


async def test_a_week_end_without_a_line_does_not_fill_the_journal(world: World) -> None:
    async with opened(world, retry_most_s=0.02) as office, asyncio.timeout(20):
        await tried(office, 1)
        await asyncio.sleep(1.5)  # seventy of the first pause
        await office.engine.journal.flush()
        lines = await office.engine.journal.rows(JournalFilter(text="envoi"), 0, 100)
        assert 3 < len(lines) < 12


async def test_it_leaves_at_once_when_the_mailbox_is_reached_again(world: World) -> None:
    async with opened(world, retry_most_s=30.0) as office, asyncio.timeout(20):
        outgoing = await tried(office, 1)
        world.submission.is_back = True
        office.engine._connected()
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_it_leaves_at_once_when_the_user_asks(world: World) -> None:
    async with opened(world, retry_most_s=30.0) as office, asyncio.timeout(20):
        outgoing = await tried(office, 1)
        world.submission.is_back = True
        office.engine.reconnect()
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_after_a_restart_too(world: World) -> None:
    async with opened(world, retry_most_s=30.0) as office, asyncio.timeout(20):
        outgoing = await tried(office, 1)
    world.submission.is_back = True
    async with opened(world, retry_most_s=30.0) as office, asyncio.timeout(20):
        await office.until_outgoing(outgoing, OutgoingState.SENT)
