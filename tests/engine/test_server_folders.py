"""A server that lists no folder has a hiccup: nothing here is forgotten for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.engine.line import Line
from tui_mailer.engine.server_folders import list_again


async def test_an_empty_list_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", FolderRole.TRASH)
    world.mailbox.deliver(letter("Gardée"))

    async def nothing(*_: object, **__: object) -> list[RemoteFolder]:
        return []

    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        inbox = await office.inbox()
        await office.until_row(inbox, "Gardée")
        monkeypatch.setattr(FakeMailServer, "list_folders", nothing)
        server = FakeMailServer(world.connector)
        await list_again(Line(server), office.engine._store)
        assert await office.subjects(inbox) == ["Gardée"]
        assert len(await office.engine.reading.folders()) == 2
