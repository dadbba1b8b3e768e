"""A move that the server did by half, and does not let anybody end, is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.domain.folder import FolderRole
from tui_mailer.engine.replay import OriginalStays


async def test_a_message_that_is_in_both_folders_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def move(server: FakeMailServer, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        for uid in uids:
            message = server._open.messages[uid]
            server._mailbox.deliver(message.content, folder, at=message.received_at)
        return await refuse()

    async def refuse(*_: object) -> Mapping[int, int]:
        raise CommandRefused("NO [NOPERM] Permission denied")

    monkeypatch.setattr(FakeMailServer, "move", move)
    monkeypatch.setattr(FakeMailServer, "expunge", refuse)
    world = World(tmp_path)
    world.mailbox.add_folder("Archives", FolderRole.ARCHIVE)
    world.mailbox.deliver(letter("Bilan"))
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Bilan")
        await office.engine.actions.archive([row.id])
        await office.until(lambda: any(isinstance(e, ActionNotDone) for e in office.events))
        told = [e.error for e in office.events if isinstance(e, ActionNotDone)]
        assert [type(error) for error in told] == [OriginalStays]
        office.engine.synchronise()
        await office.until_row(await office.inbox(), "Bilan")
        await office.until_row(await office.view(FolderRole.ARCHIVE), "Bilan")
