"""The wall clock is put back while a message waits: it waits no longer than it may, and no less."""

import asyncio
from datetime import timedelta
from pathlib import Path

from engine_fakes import COLLEAGUE, World, opened, states
from engine_helpers import letter

from tui_mailer.domain.draft import OutgoingState


async def test_a_message_leaves_though_the_clock_was_put_back_by_minutes(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clock.offset = timedelta(minutes=3)
    async with opened(world, start=False) as office:
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
    world.clock.offset = timedelta()
    async with opened(world, retry_most_s=10.0) as office, asyncio.timeout(20):
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_it_can_be_taken_back_as_long_as_ever(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.clock.offset = timedelta(days=1)
    async with opened(world, undo_send_s=3600.0) as office, asyncio.timeout(20):
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        world.clock.offset = timedelta()
        while (await office.engine.outbox.unsettled())[0].due_at == outgoing.due_at:
            office.engine.outbox.nudge()
            await asyncio.sleep(0.01)
        (waiting,) = await office.engine.outbox.unsettled()
        assert waiting.due_at > world.clock() + timedelta(minutes=59)
        # Whoever shows how long it can be taken back is told that this has changed.
        assert states(office) == ["queued", "queued"]
        assert await office.engine.outbox.take_back(outgoing.id) is not None
