"""One folder, message or fault never keeps the rest of the mail waiting."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer, FakeMailServerConnector

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.events import BodyRefused
from tui_mailer.domain.folder import FolderRole, FolderState
from tui_mailer.domain.message import Flags, FolderView, RemoteMessage
from tui_mailer.domain.ports import OnStep
from tui_mailer.engine.line import Line
from tui_mailer.engine.replay import Replay
from tui_mailer.mime.parse import parse as true_parse


class ScriptedServer(FakeMailServer):
    """Breaks on the folder `Poison`; holds the inbox back between its UIDs and its messages."""

    connector: "ScriptedConnector"

    async def uids(self) -> Sequence[int]:
        found = await super().uids()
        if self._name == "Poison":
            raise ProtocolBroken
        self.connector.looked.set()
        if self._name == "INBOX":
            await self.connector.gate.wait()
        return found

    async def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        async for batch in super().messages(uids):
            yield batch

    async def open_folder(self, name: str) -> FolderState:
        self.connector.opened.append(name)
        return await super().open_folder(name)


class ScriptedConnector(FakeMailServerConnector):
    def __init__(self, world: World) -> None:
        super().__init__(world.mailbox)
        self.gate = asyncio.Event()
        self.gate.set()
        self.looked = asyncio.Event()
        self.opened: list[str] = []

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> FakeMailServer:
        await super().connect(account, credentials, on_step)
        server = ScriptedServer(self)
        server.connector = self
        return server


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.connector = ScriptedConnector(world)
    return world


async def test_a_folder_that_breaks_the_line_does_not_keep_the_others_waiting(
    world: World,
) -> None:
    world.mailbox.add_folder("Poison")
    world.mailbox.add_folder("Zèbre")
    world.mailbox.deliver(letter("Lettre"), "Zèbre")
    async with opened(world) as office:
        await until_online(office)
        folder = next(f for f in await office.engine.reading.folders() if f.name == "Zèbre")
        assert await office.subjects(FolderView(folder.id)) == ["Lettre"]
        assert world.connector.opened.count("Poison") == 3


async def test_what_was_given_up_is_tried_again_when_the_user_asks(world: World) -> None:
    world.mailbox.add_folder("Poison")
    async with opened(world) as office:
        await until_online(office)
        office.events.clear()
        office.engine.synchronise()
        await office.until(lambda: world.connector.opened.count("Poison") == 6)


async def test_mail_that_arrives_while_the_inbox_is_looked_at_is_found(world: World) -> None:
    async with opened(world) as office:
        await until_online(office)
        connector = world.connector
        connector.looked.clear()
        connector.gate.clear()
        world.mailbox.deliver(letter("Première"))
        await connector.looked.wait()
        world.mailbox.deliver(letter("Seconde"))
        async with asyncio.timeout(5):
            while world.mailbox.changed.is_set():
                await asyncio.sleep(0)
        connector.gate.set()
        view = await office.view(FolderRole.INBOX)
        await office.until_row(view, "Seconde", timeout_s=3)


async def test_a_message_that_no_code_of_ours_reads_is_refused_and_the_next_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.mailbox.deliver(letter("Bizarre"))
    world.mailbox.deliver(letter("Lisible"))

    def parse(content: bytes) -> object:
        if b"Bizarre" in content:
            raise ValueError(content)
        return true_parse(content)

    monkeypatch.setattr("tui_mailer.engine.mailbox.parse", parse)
    async with opened(world) as office:
        await until_online(office)
        inbox = await office.inbox()
        strange = await office.until_row(inbox, "Bizarre")
        await office.engine.reading.request(strange.id)
        await office.until(lambda: any(isinstance(e, BodyRefused) for e in office.events))
        assert (await office.read(await office.until_row(inbox, "Lisible"))).subject == "Lisible"


async def renumbered(world: World) -> None:
    """The server numbers the inbox anew: UID 1 is another message now."""
    inbox = world.mailbox.folders["INBOX"]
    inbox.uid_validity = 2
    inbox.messages.clear()
    inbox.next_uid = 1
    world.mailbox.folders["INBOX"].messages[1] = world.mailbox.folders["Autre"].messages[1]


async def test_a_number_that_means_another_message_now_gives_no_other_body(world: World) -> None:
    world.mailbox.add_folder("Autre")
    world.mailbox.deliver(letter("Pour quelqu’un d’autre"), "Autre")
    world.mailbox.deliver(letter("Ancienne"))
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Ancienne")
        await renumbered(world)
        await office.engine.reading.request(row.id)
        await office.until(lambda: any(isinstance(e, BodyRefused) for e in office.events))
        assert await office.engine.reading.source(row.id) is None
        await office.until_row(await office.inbox(), "Pour quelqu’un d’autre")


async def test_a_number_that_means_another_message_now_marks_no_other_read(world: World) -> None:
    world.mailbox.add_folder("Autre")
    world.mailbox.deliver(letter("Urgent"), "Autre")
    world.mailbox.deliver(letter("Ancienne"))
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Ancienne")
        await renumbered(world)
        await office.engine.reading.mark([row.id], add=Flags.SEEN)
        new = await office.until_row(await office.inbox(), "Urgent")
        assert Flags.SEEN not in new.flags
        assert world.mailbox.folders["INBOX"].messages[1].flags is Flags.NONE


async def test_a_fault_in_what_is_replayed_does_not_keep_new_mail_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back on each connection, before anything else."""

    async def run(_replay: Replay, _line: Line) -> None:
        raise ValueError

    monkeypatch.setattr(Replay, "run", run)
    async with opened(world) as office:
        await until_online(office)
        inbox = await office.inbox()
        world.mailbox.deliver(letter("Nouvelle"))
        await office.until_row(inbox, "Nouvelle", timeout_s=5)
