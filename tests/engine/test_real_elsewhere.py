"""What was done here meets what was done elsewhere, on real Dovecot: nothing is lost, or unsaid."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from engine.sync_stage import Ear, OtherClient
from engine.test_real_actions import contents, ids, until_settled, with_letters
from engine_helpers import Office, OpenOffice
from mail_samples import received
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.folder_commands import FolderCommands
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.errors import CommandRefused, LineLost, MoveUnsupported
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import FolderView
from tui_mailer.engine.actions import RemovedSince
from tui_mailer.engine.not_done import SeveralNotDone
from tui_mailer.engine.replay import FlagsRefused, MessagesElsewhere, MoveRefused

pytestmark = pytest.mark.xdist_group("servers")


@pytest.fixture
def other(real_servers: RealServers) -> Iterator[OtherClient]:
    other = OtherClient(real_servers)
    yield other
    other.close()


def put(other: OtherClient, folder: str, *subjects: str) -> None:
    for subject in subjects:
        other.imap.append(folder, "()", "", received(subject))


async def folder_of(office: Office, name: str) -> FolderView:
    return next(FolderView(f.id) for f in await office.engine.reading.folders() if f.name == name)


def told(office: Office) -> list[Exception]:
    return [event.error for event in office.events if isinstance(event, ActionNotDone)]


async def labo(open_office: OpenOffice, other: OtherClient, *subjects: str) -> Office:
    """An office that holds these letters in the folder "Labo", and is not connected."""
    other.create("Labo")
    put(other, "Labo", *subjects)
    office = await open_office(poll_s=3600.0)
    await office.inbox()
    await office.until_row(await folder_of(office, "Labo"), subjects[0])
    await until_settled(office)
    await office.close()
    return await open_office(start=False, poll_s=3600.0)


async def test_what_waits_for_a_folder_that_was_made_anew_is_said_and_not_said_to_be_lost(
    open_office: OpenOffice, other: OtherClient
) -> None:
    office = await labo(open_office, other, "un", "deux", "trois")
    held, actions = await ids(office, await folder_of(office, "Labo")), office.engine.actions
    await actions.mark([held["un"]], ActionKind.FLAG)
    await actions.archive([held["deux"]])
    other.delete("Labo")
    other.create("Labo")
    put(other, "Labo", "trois", "deux", "un")
    office.engine.start()
    await office.until(lambda: bool(told(office)))
    assert [type(error) for error in told(office)] == [MessagesElsewhere]
    assert [e.count for e in office.events if isinstance(e, ActionNotDone)] == [2]
    await office.until_subjects(await folder_of(office, "Labo"), "un", "deux", "trois")
    for _ in range(2):
        with pytest.raises(RemovedSince) as refused:
            await actions.undo()
        assert "un autre poste" in refused.value.meaning


async def test_all_that_could_not_be_done_is_said_together(
    open_office: OpenOffice, other: OtherClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notice takes the place of the one before: each by itself, only the last would be read."""
    office = await labo(open_office, other, "un", "deux", "trois")
    held, actions = await ids(office, await folder_of(office, "Labo")), office.engine.actions
    await actions.mark([held["un"]], ActionKind.FLAG)
    await actions.archive([held["deux"]])
    await actions.delete([held["trois"]])
    select = FolderCommands._select

    async def _select(server: FolderCommands, name: str, *parameters: str) -> object:
        answer = await select(server, name, *parameters)
        if name == "Labo" and not told(office):
            raise CommandRefused("NO [UNAVAILABLE] Internal error occurred")
        return answer

    monkeypatch.setattr(FolderCommands, "_select", _select)
    office.engine.start()
    await office.until(lambda: bool(told(office)))
    await until_settled(office)
    (error,) = told(office)
    assert isinstance(error, SeveralNotDone)
    assert error.meaning == f"{FlagsRefused.what} {MoveRefused.what}"
    await office.until_subjects(await folder_of(office, "Labo"), "un", "deux", "trois")


async def test_a_folder_renamed_elsewhere_is_listed_once_a_move_to_it_was_refused(
    open_office: OpenOffice, real_servers: RealServers, other: OtherClient
) -> None:
    other.create("Labo/Biologie")
    office, inbox = await with_letters(open_office, real_servers, "un")
    await until_settled(office)
    held, old = await ids(office, inbox), await folder_of(office, "Labo/Biologie")
    other.rename("Labo", "Analyses")
    await office.engine.actions.move([held["un"]], old.folder_id)
    await office.until(lambda: [type(error) for error in told(office)] == [MoveRefused])
    async with asyncio.timeout(10):
        while not {"Analyses", "Analyses/Biologie"} <= await names(office):
            await asyncio.sleep(0.01)
    assert "Labo/Biologie" not in await names(office)
    new = await folder_of(office, "Analyses/Biologie")
    await office.engine.actions.move([held["un"]], new.folder_id)
    await until_settled(office)
    found = {name: len(messages) for name, messages in other.contents().items() if messages}
    assert found == {"Analyses/Biologie": 1}


async def names(office: Office) -> set[str]:
    return {folder.name for folder in await office.engine.reading.folders()}


async def test_many_marks_that_waited_go_in_few_commands(
    open_office: OpenOffice, other: OtherClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Ear()
    ear.install(monkeypatch)
    subjects = [f"n° {number}" for number in range(12)]
    office = await labo(open_office, other, *subjects)
    view = await folder_of(office, "Labo")
    held, actions = await ids(office, view), office.engine.actions
    kinds = [ActionKind.READ, ActionKind.FLAG, ActionKind.UNREAD, ActionKind.UNFLAG]
    for turn in range(3):
        for number, subject in enumerate(subjects):
            await actions.mark([held[subject]], kinds[(number + turn) % 4])
    wanted = {row.subject: row.flags for row in await office.rows(view)}
    assert len({*wanted.values()}) > 1
    ear.commands.clear()
    office.engine.start()
    await until_settled(office)
    assert len(ear.heard("UID STORE")) <= 8
    there = dict(other.contents()["Labo"].values())
    assert there == wanted == {row.subject: row.flags for row in await office.rows(view)}


async def test_a_server_that_can_move_nothing_safely_is_said_to_be_one(
    open_office: OpenOffice, real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ear(hidden=("MOVE", "UIDPLUS")).install(monkeypatch)
    office, inbox = await with_letters(open_office, real_servers, "un")
    held = await ids(office, inbox)
    await office.engine.actions.archive([held["un"]])
    await office.until(lambda: [type(error) for error in told(office)] == [MoveUnsupported])
    assert await office.subjects(inbox) == ["un"]
    assert contents(real_servers) == {"INBOX": ["un"]}


@pytest.mark.parametrize("taken_back", [False, True])
async def test_a_message_that_was_not_moved_is_not_left_marked_for_removal(
    open_office: OpenOffice,
    real_servers: RealServers,
    other: OtherClient,
    monkeypatch: pytest.MonkeyPatch,
    taken_back: bool,
) -> None:
    """The line is lost once it is copied and marked; another client files the copy elsewhere."""
    Ear(hidden=("MOVE",)).install(monkeypatch)
    office, inbox = await with_letters(open_office, real_servers, "un", "deux")
    held, actions = await ids(office, inbox), office.engine.actions
    await actions.archive([held["un"]])
    await until_settled(office)
    archive = await office.folder(FolderRole.ARCHIVE)
    expunge, is_cut = ImapServer._remove, asyncio.Event()

    def file_elsewhere() -> None:
        copies = other.contents()[archive.name].items()
        copy = next(uid for uid, (subject, _) in copies if subject == "deux")
        other.move(archive.name, copy, "Corbeille")

    async def _remove(server: ImapServer, one_set: str, count: int) -> None:
        if is_cut.is_set():
            await expunge(server, one_set, count)
            return
        is_cut.set()
        await server._line.uid("STORE", one_set, "+FLAGS.SILENT", "(\\Deleted)")
        await asyncio.to_thread(file_elsewhere)
        if taken_back:
            await actions.undo()
        server._line.break_off(LineLost())
        raise LineLost

    monkeypatch.setattr(ImapServer, "_remove", _remove)
    await actions.archive([held["deux"]])
    await is_cut.wait()
    await until_settled(office)
    where = "INBOX" if taken_back else archive.name
    assert "deux" in contents(real_servers)[where]
    assert not any("\\Deleted" in flags for flags in real_servers.flags(PRACTICE.address, where))


async def test_moves_to_and_from_a_folder_that_was_made_anew_do_not_stop_the_mail(
    open_office: OpenOffice, real_servers: RealServers, other: OtherClient
) -> None:
    """What is moved to it gets the number that another message had there before."""
    put(other, "INBOX", "vers")
    office = await labo(open_office, other, "de")
    inbox, view = await office.view(FolderRole.INBOX), await folder_of(office, "Labo")
    (going,), (leaving,) = await office.rows(inbox), await office.rows(view)
    await office.engine.actions.move([leaving.id], inbox.folder_id)
    await office.engine.actions.move([going.id], view.folder_id)
    other.move("Labo", leaving.uid, "Archives")
    other.delete("Labo")
    other.create("Labo")
    office.engine.start()
    await until_settled(office)
    assert [type(error) for error in told(office)] == [MessagesElsewhere]
    await office.until_subjects(view, "vers")
    await office.until_subjects(await office.view(FolderRole.ARCHIVE), "de")
    assert contents(real_servers) == {"Archives": ["de"], "Labo": ["vers"]}
