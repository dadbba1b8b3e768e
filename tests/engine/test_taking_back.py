"""What is taken back while the server is asked is not done there afterwards."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer, FakeMailServerConnector

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.errors import CommandRefused, LineLost
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.domain.folder import FolderRole, FolderState
from tui_mailer.domain.message import Flags
from tui_mailer.domain.ports import OnStep
from tui_mailer.engine.actions import RemovedSince


class SlowToTell(FakeMailServer):
    """Says how a folder stands only when it is let."""

    connector: "Connector"

    async def folder_state(self, name: str) -> FolderState:
        await self._wait()
        return await super().folder_state(name)

    async def open_folder(self, name: str) -> FolderState:
        await self._wait()
        return await super().open_folder(name)

    async def _wait(self) -> None:
        self.connector.asked.set()
        await self.connector.may_tell.wait()


class Connector(FakeMailServerConnector):
    def __init__(self, world: World) -> None:
        super().__init__(world.mailbox)
        self.asked, self.may_tell = asyncio.Event(), asyncio.Event()
        self.may_tell.set()

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> FakeMailServer:
        await super().connect(account, credentials, on_step)
        server = SlowToTell(self)
        server.connector = self
        return server


async def test_a_deletion_taken_back_just_before_it_is_done_is_not_done(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.connector = connector = Connector(world)
    world.mailbox.add_folder("Corbeille", role=FolderRole.TRASH)
    world.mailbox.deliver(letter("Gardée"))
    async with opened(world) as office, asyncio.timeout(20):
        await until_online(office)
        row = await office.until_row(inbox := await office.inbox(), "Gardée")
        connector.asked.clear()
        connector.may_tell.clear()
        await office.engine.actions.delete([row.id])
        await connector.asked.wait()
        await office.engine.actions.undo()
        connector.may_tell.set()
        done = asyncio.Event()
        office.engine._worker.do(lambda _line: _set(done))  # after what is under way
        await done.wait()
        assert not world.mailbox.folders["Corbeille"].messages
        assert len(world.mailbox.folders["INBOX"].messages) == 1
        assert await office.subjects(inbox) == ["Gardée"]


async def test_what_was_removed_for_good_is_not_said_to_be_taken_back(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", role=FolderRole.TRASH)
    world.mailbox.deliver(letter("Perdue"))
    async with opened(world) as office, asyncio.timeout(20):
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Perdue")
        await office.engine.actions.delete([row.id])
        await office.engine.actions.expunge([row.id])
        with pytest.raises(RemovedSince):
            await office.engine.actions.undo()


async def test_what_is_said_to_be_taken_back_is_what_was(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", role=FolderRole.TRASH)
    for subject in ("Perdue", "Gardée", "Autre"):
        world.mailbox.deliver(letter(subject))
    async with opened(world) as office, asyncio.timeout(20):
        await until_online(office)
        inbox, actions = await office.inbox(), office.engine.actions
        ids = [(await office.until_row(inbox, s)).id for s in ("Perdue", "Gardée", "Autre")]
        await actions.mark(ids, ActionKind.FLAG)
        await actions.delete(ids)
        await actions.expunge(ids[:1])
        for _ in range(2):
            undone = await actions.undo()
            assert undone is not None
            assert (undone.count, sorted(undone.message_ids)) == (2, sorted(ids[1:]))
        assert sorted(await office.subjects(inbox)) == ["Autre", "Gardée"]


async def _set(event: asyncio.Event) -> None:
    event.set()


async def test_what_is_removed_for_good_while_its_move_is_looked_for_is_not_said_to_be_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a server that does not tell what a moved message is called."""
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", role=FolderRole.TRASH)
    world.mailbox.deliver(letter("Périmée"))
    async with opened(world, poll_s=3600.0) as office, asyncio.timeout(20):
        await until_online(office)
        actions = office.engine.actions
        row = await office.until_row(await office.inbox(), "Périmée")
        usual = FakeMailServer.move

        async def move(server: FakeMailServer, uids: Sequence[int], to: str) -> Mapping[int, int]:
            await usual(server, uids, to)
            await actions.expunge([row.id])
            return {}

        monkeypatch.setattr(FakeMailServer, "move", move)
        await actions.delete([row.id])
        await office.until(lambda: not any(f.messages for f in world.mailbox.folders.values()))
        assert not any(isinstance(event, ActionNotDone) for event in office.events)


async def test_a_mark_waits_until_it_is_known_where_its_message_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", role=FolderRole.TRASH)
    world.mailbox.deliver(letter("À revoir"))
    usual_move, usual_open = FakeMailServer.move, FakeMailServer.open_folder
    has_moved, is_refused = asyncio.Event(), asyncio.Event()

    async def move(server: FakeMailServer, uids: Sequence[int], to: str) -> Mapping[int, int]:
        await usual_move(server, uids, to)
        has_moved.set()
        await office.engine.actions.mark([row.id], ActionKind.FLAG)
        raise LineLost

    async def open_folder(server: FakeMailServer, name: str) -> FolderState:
        if name == "Corbeille" and has_moved.is_set() and not is_refused.is_set():
            is_refused.set()
            raise CommandRefused
        return await usual_open(server, name)

    async with opened(world, poll_s=0.1) as office, asyncio.timeout(20):
        await until_online(office)
        row = await office.until_row(await office.inbox(), "À revoir")
        monkeypatch.setattr(FakeMailServer, "move", move)
        monkeypatch.setattr(FakeMailServer, "open_folder", open_folder)
        await office.engine.actions.delete([row.id])
        await is_refused.wait()
        trash = await office.view(FolderRole.TRASH)
        while (await office.rows(trash))[0].uid < 0:
            await asyncio.sleep(0.01)
        while await office.engine._store.pending_flag_changes():
            await asyncio.sleep(0.01)
    (message,) = world.mailbox.folders["Corbeille"].messages.values()
    assert message.flags is Flags.FLAGGED
