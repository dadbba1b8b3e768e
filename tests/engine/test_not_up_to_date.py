"""The mailbox is not said to be up to date while its inbox cannot be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import World, letter, opened, until_online
from engine_helpers import Office
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.errors import CommandRefused, LineLost, MailerError, NotUpToDate
from tui_mailer.domain.events import Connectivity, ConnectivityChanged
from tui_mailer.domain.folder import FolderState, RemoteFolder
from tui_mailer.ui.widgets.status_line import connectivity_words


class Trouble:
    """While `error` is set, the inbox or the list of folders is answered with it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
        self.error: MailerError | None = None
        list_folders, open_folder = FakeMailServer.list_folders, FakeMailServer.open_folder

        async def _list(server: FakeMailServer, **more: Any) -> Sequence[RemoteFolder]:
            self._meet(server)
            return await list_folders(server, **more)

        async def _open(server: FakeMailServer, name: str) -> FolderState:
            self._meet(server)
            return await open_folder(server, name)

        if what == "list":
            monkeypatch.setattr(FakeMailServer, "list_folders", _list)
        else:
            monkeypatch.setattr(FakeMailServer, "open_folder", _open)

    def _meet(self, server: FakeMailServer) -> None:
        if self.error is not None:
            server._closed = isinstance(self.error, LineLost)
            raise self.error


async def until_calm(office: Office, *, is_behind: bool) -> None:
    async with asyncio.timeout(10):
        while (
            office.engine.connectivity is not Connectivity.ONLINE
            or office.engine.is_behind is not is_behind
        ):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("what", ["list", "inbox"])
@pytest.mark.parametrize(
    "error", [CommandRefused("BAD User is authenticated but not connected."), LineLost()]
)
async def test_it_is_behind_until_the_server_shows_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, error: MailerError
) -> None:
    world, trouble = World(tmp_path), Trouble(monkeypatch, what)
    async with opened(world, poll_s=3600.0, second_chance_s=0.1) as office:
        await until_online(office)
        inbox = await office.inbox()
        assert not office.engine.is_behind
        trouble.error = error
        world.mailbox.deliver(letter("Urgent"))
        office.engine.synchronise()
        await until_calm(office, is_behind=True)
        told = [e.error for e in office.events if isinstance(e, ConnectivityChanged) and e.error]
        assert isinstance(error, LineLost) or any(isinstance(e, NotUpToDate) for e in told)
        trouble.error = None
        await office.until_row(inbox, "Urgent")
        await until_calm(office, is_behind=False)


def test_the_status_line_says_so() -> None:
    words, _ = connectivity_words(Connectivity.ONLINE, None, is_behind=True)
    assert words == "◐ pas à jour — Ctrl+R : pourquoi"
    words, _ = connectivity_words(Connectivity.ONLINE, None)
    assert words == "● à jour"
