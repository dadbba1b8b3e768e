"""The list of folders: what is not listed is forgotten only when that is certain."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import Flags, FolderView, RemoteMessage
from tui_mailer.engine.line import Line
from tui_mailer.engine.replay import MessagesElsewhere
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


async def test_another_folder_with_the_same_numbers_is_not_the_one_that_is_gone(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Labo")
    world.mailbox.deliver(letter("Bilan"), "Labo")
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        (labo,) = [f for f in await office.engine.reading.folders() if f.name == "Labo"]
        row = await office.until_row(FolderView(labo.id), "Bilan")
    async with opened(world, start=False) as away:
        await away.engine.actions.mark([row.id], ActionKind.FLAG)
    del world.mailbox.folders["Labo"]
    world.mailbox.add_folder("Avis")
    world.mailbox.deliver(letter("Avis"), "Avis")
    async with opened(world, poll_s=3600.0) as back:
        await until_online(back)
        assert any(isinstance(event, ActionNotDone) for event in back.events)
        (message,) = world.mailbox.folders["Avis"].messages.values()
        assert message.flags is Flags.NONE
        assert labo.id not in {f.id for f in await back.engine.reading.folders()}


async def test_a_folder_whose_messages_cannot_be_looked_at_does_not_stop_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another client renamed one: which one it was is not certain, and all others are listed."""
    world = World(tmp_path)
    world.mailbox.add_folder("Labo")
    world.mailbox.deliver(letter("Bilan"), "Labo")
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
    renamed = world.mailbox.folders.pop("Labo")
    renamed.remote = replace(renamed.remote, name="Avis")
    world.mailbox.folders["Avis"] = renamed
    world.mailbox.add_folder("Tiers")
    usual = FakeMailServer.messages

    async def messages(
        server: FakeMailServer, uids: Sequence[int]
    ) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        if server._name == "Avis":
            raise CommandRefused("NO [SERVERBUG] internal error")
        async for batch in usual(server, uids):
            yield batch

    monkeypatch.setattr(FakeMailServer, "messages", messages)
    async with opened(world, poll_s=3600.0) as back:
        await until_online(back)
        names = {folder.name for folder in await back.engine.reading.folders()}
        assert names == {"INBOX", "Avis", "Tiers"}


async def test_what_is_not_removed_as_its_folder_was_made_anew_is_not_said_to_be_in_the_bin(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", FolderRole.TRASH)
    world.mailbox.deliver(letter("Périmé"), "Corbeille")
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        row = await office.until_row(await office.view(FolderRole.TRASH), "Périmé")
    async with opened(world, start=False) as away:
        await away.engine.actions.expunge([row.id])
    world.mailbox.folders["Corbeille"].uid_validity = 2
    async with opened(world, poll_s=3600.0) as back:
        await until_online(back)
        told = [event.error for event in back.events if isinstance(event, ActionNotDone)]
        assert [type(error) for error in told] == [MessagesElsewhere]
