"""Asking the server whether a message that waited was sent elsewhere costs no message its way."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import COLLEAGUE, World, opened, until_online
from engine_helpers import Office, letter

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import Unreachable
from tui_mailer.domain.events import DraftStored
from tui_mailer.engine import queued_elsewhere

SLOWLY: dict[str, Any] = {"undo_send_s": 3_600.0, "server_drafts_s": 0.02}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def queued(office: Office) -> Outgoing:
    """Handed over with a copy of its draft on the server."""
    await until_online(office)
    keeper = office.engine.keep_draft(letter(COLLEAGUE, "Avis"))
    keeper.edited(letter(COLLEAGUE, "Avis"))
    draft = await keeper.save()
    office.engine.release_draft(keeper)
    await office.until(lambda: DraftStored(draft.id) in office.events)
    return await office.engine.writing.send(draft)


async def test_it_leaves_though_the_mailbox_cannot_be_reached(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(world, **SLOWLY) as office:
        outgoing = await queued(office)
    monkeypatch.setattr(queued_elsewhere, "_PATIENCE_S", 0.2)
    world.connector.fault = Unreachable()
    world.clock.offset = timedelta(days=1)
    async with opened(world) as office, asyncio.timeout(10):
        await office.until_outgoing(outgoing, OutgoingState.COPY_MISSING)


async def test_what_slept_through_its_time_is_asked_about(world: World) -> None:
    async with opened(world, pulse_s=0.02, **SLOWLY) as office:
        outgoing = await queued(office)
        world.mailbox.folders["Brouillons"].messages.clear()
        world.clock.offset = timedelta(hours=8)
        change = await office.until_outgoing(
            outgoing, OutgoingState.FAILED, OutgoingState.COPY_MISSING
        )
        assert isinstance(change.error, queued_elsewhere.SentElsewhere)
    assert world.submission.accepted == []
