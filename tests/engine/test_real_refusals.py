"""A passing NO, on real Dovecot: nothing is forgotten here for it, and nothing differs in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from engine.sync_stage import Ear, OtherClient
from engine.test_real_actions import contents, ids, until_settled, with_letters
from engine_helpers import Office, OpenOffice
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.folder_commands import FolderCommands
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.errors import CommandRefused, LineLost
from tui_mailer.domain.events import ActionNotDone, Connectivity, FoldersChanged
from tui_mailer.domain.folder import Folder, FolderRole, FolderState
from tui_mailer.domain.message import Flags, FolderView
from tui_mailer.engine.line import Line
from tui_mailer.engine.replay import FlagsRefused, MoveRefused
from tui_mailer.engine.sync import Synchroniser

pytestmark = pytest.mark.xdist_group("servers")


class Refusal:
    """One SELECT of `folder` is answered NO, as by a server that is busy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
        self.is_over = False
        select = FolderCommands._select

        async def _select(server: FolderCommands, name: str, *parameters: str) -> object:
            answer = await select(server, name, *parameters)
            if name == folder and not self.is_over:
                self.is_over = True
                raise CommandRefused("NO [UNAVAILABLE] Internal error occurred")
            return answer

        monkeypatch.setattr(FolderCommands, "_select", _select)


async def look_again(office: Office) -> None:
    """Everything is looked at, to the end."""
    office.events.clear()
    office.engine.synchronise()
    await office.until(lambda: any(isinstance(event, FoldersChanged) for event in office.events))
    await asyncio.sleep(0.3)
    await until_settled(office)


async def archived(
    open_office: OpenOffice, servers: RealServers, *subjects: str
) -> tuple[Office, dict[str, int]]:
    """These letters, in the archive and in step with it; another folder is open."""
    office, inbox = await with_letters(open_office, servers, *subjects)
    held = await ids(office, inbox)
    await office.engine.actions.archive(list(held.values()))
    await until_settled(office)
    await look_again(office)
    office.engine._worker.do(open_inbox)
    await asyncio.sleep(0.2)
    office.events.clear()
    return office, held


async def open_inbox(line: Line) -> None:
    await line.open("INBOX")


def told(office: Office) -> list[type[Exception]]:
    return [type(event.error) for event in office.events if isinstance(event, ActionNotDone)]


async def test_messages_to_be_moved_from_a_folder_that_will_not_open_come_back(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, held = await archived(open_office, real_servers, "un", "deux", "trois")
    archive = await office.folder(FolderRole.ARCHIVE)
    refusal = Refusal(monkeypatch, archive.name)
    await office.engine.actions.delete([held["un"], held["deux"]])
    await office.until(lambda: told(office) == [MoveRefused])
    assert refusal.is_over
    for _ in range(2):
        assert sorted(await office.subjects(FolderView(archive.id))) == ["deux", "trois", "un"]
        await look_again(office)
    assert sorted(contents(real_servers)[archive.name]) == ["deux", "trois", "un"]


async def test_a_flag_that_is_refused_is_taken_back_and_said(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, held = await archived(open_office, real_servers, "un", "deux")
    archive = await office.folder(FolderRole.ARCHIVE)
    Refusal(monkeypatch, archive.name)
    await office.engine.actions.mark([held["un"]], ActionKind.FLAG)
    await office.until(lambda: told(office) == [FlagsRefused])
    await look_again(office)
    rows = await office.rows(FolderView(archive.id))
    assert [row.subject for row in rows if Flags.FLAGGED in row.flags] == []
    there = real_servers.flags(PRACTICE.address, archive.name)
    assert not any(r"\Flagged" in flags for flags in there)
    await office.engine.actions.mark([held["un"]], ActionKind.FLAG)
    await until_settled(office)
    there = real_servers.flags(PRACTICE.address, archive.name)
    assert sum(r"\Flagged" in flags for flags in there) == 1


async def test_a_copy_that_could_not_be_looked_for_is_not_made_again(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ear(hidden=("MOVE",)).install(monkeypatch)
    office, inbox = await with_letters(open_office, real_servers, "un", "deux")
    held, actions = await ids(office, inbox), office.engine.actions
    await actions.archive([held["un"]])
    await until_settled(office)
    archive = await office.folder(FolderRole.ARCHIVE)
    remove, refusals = ImapServer._remove, list[Refusal]()

    async def _remove(server: ImapServer, *parameters: Any) -> None:
        """The line is lost between the copy and the removal."""
        if not refusals:
            refusals.append(Refusal(monkeypatch, archive.name))
            server._line.break_off(LineLost())
            raise LineLost
        await remove(server, *parameters)

    monkeypatch.setattr(ImapServer, "_remove", _remove)
    await actions.archive([held["deux"]])
    async with asyncio.timeout(10):
        while not (refusals and refusals[0].is_over):
            await asyncio.sleep(0.01)
    for _ in range(2):
        await look_again(office)
    assert contents(real_servers) == {archive.name: ["un", "deux"]}
    assert told(office) == []


def fill_labo(servers: RealServers, count: int) -> None:
    """A folder of its own, with the messages m0, m1, …"""
    other = OtherClient(servers)
    other.create("Labo")
    for number in range(count):
        other.arrive("Labo", subject=f"m{number}")
    other.close()


async def test_a_message_that_the_server_left_out_is_learnt_the_next_time(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_labo(real_servers, 4)
    describe, left_out = ImapServer._describe, list[RawResponse]()

    async def _describe(server: ImapServer, uids: Sequence[int]) -> Sequence[RawResponse]:
        found = list(await describe(server, uids))
        if not left_out and len(uids) == 4:
            left_out.append(found.pop(0))
        return found

    monkeypatch.setattr(ImapServer, "_describe", _describe)
    office = await open_office(poll_s=3600.0)
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)
    labo = next(f for f in await office.engine.reading.folders() if f.name == "Labo")
    async with asyncio.timeout(10):
        while not left_out:
            await asyncio.sleep(0.01)
    for _ in range(2):
        await look_again(office)
    assert len(await office.subjects(FolderView(labo.id))) == 4


async def test_what_the_server_never_describes_is_not_looked_for_at_each_look(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_labo(real_servers, 2)
    describe, compare, compared = ImapServer._describe, Synchroniser._compare, list[str]()

    async def _describe(server: ImapServer, uids: Sequence[int]) -> Sequence[RawResponse]:
        return [found for found in await describe(server, uids) if b"m0" not in found[0]]

    async def _compare(sync: Synchroniser, line: Line, folder: Folder, state: FolderState) -> Any:
        compared.append(folder.name)
        return await compare(sync, line, folder, state)

    monkeypatch.setattr(ImapServer, "_describe", _describe)
    monkeypatch.setattr(Synchroniser, "_compare", _compare)
    office = await open_office(poll_s=3600.0)
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)
    for _ in range(4):
        await look_again(office)
    assert compared.count("Labo") == 2, "the first time, and once for what is missing"
