"""Actions on messages, on real Dovecot: at once here, then there, and back."""

import asyncio
from contextlib import suppress
from subprocess import CalledProcessError

import pytest
from engine.sync_stage import OtherClient
from engine_helpers import Office, OpenOffice
from mail_samples import received
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.events import ActionNotDone, Connectivity
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import Flags, FolderView
from tui_mailer.engine.replay import MessagesElsewhere

pytestmark = pytest.mark.xdist_group("servers")

MANY = 500


def contents(servers: RealServers) -> dict[str, list[str]]:
    """Folder -> subjects, in order of arrival; empty folders are left out."""
    found: dict[str, list[str]] = {}
    for stored in servers.mailbox(PRACTICE.address):
        line = next(raw for raw in stored.raw.splitlines() if raw.startswith(b"Subject: "))
        found.setdefault(stored.folder, []).append(line[9:].decode())
    return found


async def until_settled(office: Office, timeout_s: float = 20) -> None:
    """Wait until the server has everything that was done here, and all was looked at again."""
    store = office.engine._store
    async with asyncio.timeout(timeout_s):
        while (
            office.engine.connectivity is not Connectivity.ONLINE
            or await store.pending_moves()
            or await store.pending_expunges()
            or await store.pending_flag_changes()
        ):
            await asyncio.sleep(0.01)


async def ids(office: Office, view: FolderView) -> dict[str, int]:
    return {row.subject: row.id for row in await office.rows(view)}


async def with_letters(
    open_office: OpenOffice, servers: RealServers, *subjects: str
) -> tuple[Office, FolderView]:
    """An office whose inbox holds these letters."""
    for subject in subjects:
        servers.deliver(PRACTICE.address, received(subject))
    office = await open_office(poll_s=3600.0)
    inbox = await office.inbox()
    for subject in subjects:
        await office.until_row(inbox, subject)
    return office, inbox


async def test_each_action_arrives_on_the_server(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office, inbox = await with_letters(open_office, real_servers, "un", "deux", "trois", "quatre")
    held, actions = await ids(office, inbox), office.engine.actions
    await actions.mark([held["un"]], ActionKind.READ)
    await actions.mark([held["un"], held["deux"]], ActionKind.FLAG)
    await actions.archive([held["deux"]])
    await actions.delete([held["trois"]])
    assert await office.subjects(inbox) == ["quatre", "un"]
    assert await office.subjects(await office.view(FolderRole.ARCHIVE)) == ["deux"]
    assert await office.subjects(await office.view(FolderRole.TRASH)) == ["trois"]
    await until_settled(office)
    archive, trash = await office.folder(FolderRole.ARCHIVE), await office.folder(FolderRole.TRASH)
    assert contents(real_servers) == {
        "INBOX": ["un", "quatre"],
        archive.name: ["deux"],
        trash.name: ["trois"],
    }
    first, _ = real_servers.flags(PRACTICE.address, "INBOX")
    assert {r"\Seen", r"\Flagged"} <= first
    (archived,) = real_servers.flags(PRACTICE.address, archive.name)
    assert r"\Flagged" in archived

    assert await actions.expunge([held["trois"], held["un"]]) is not None
    assert await office.subjects(await office.view(FolderRole.TRASH)) == []
    await until_settled(office)
    assert trash.name not in contents(real_servers)
    assert contents(real_servers)["INBOX"] == ["un", "quatre"], "not in the trash: not removed"


async def test_a_moved_message_is_opened_wherever_the_server_has_it(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office, inbox = await with_letters(open_office, real_servers, "à lire")
    (row,) = await office.rows(inbox)
    await office.engine.actions.archive([row.id])
    (moved,) = await office.rows(await office.view(FolderRole.ARCHIVE))
    assert (await office.read(moved)).text.startswith("Cher confrère")


async def test_what_was_done_offline_is_done_when_the_line_is_back(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office, inbox = await with_letters(open_office, real_servers, "un", "deux", "trois")
    held, actions = await ids(office, inbox), office.engine.actions
    await office.close()
    real_servers.stop_imap()
    try:
        away = await open_office(poll_s=3600.0)
        actions = away.engine.actions
        await actions.archive([held["un"], held["deux"]])
        await actions.mark([held["un"]], ActionKind.READ)
        await actions.delete([held["deux"]])
        await actions.delete([held["trois"]])
        await actions.undo()
        assert await away.subjects(inbox) == ["trois"]
        assert await away.subjects(await away.view(FolderRole.ARCHIVE)) == ["un"]
        assert await away.subjects(await away.view(FolderRole.TRASH)) == ["deux"]
        await away.close()
    finally:
        real_servers.start_imap()
    back = await open_office(poll_s=3600.0)
    await until_settled(back)
    archive, trash = await back.folder(FolderRole.ARCHIVE), await back.folder(FolderRole.TRASH)
    assert contents(real_servers) == {
        "INBOX": ["trois"],
        archive.name: ["un"],
        trash.name: ["deux"],
    }
    (flags,) = real_servers.flags(PRACTICE.address, archive.name)
    assert r"\Seen" in flags
    assert await back.subjects(await back.view(FolderRole.ARCHIVE)) == ["un"]


async def test_many_messages_moved_and_taken_back_leave_the_server_as_it_was(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    for number in range(MANY):
        flags = [r"\Seen"] if number % 2 else [r"\Flagged"]
        real_servers.deliver(PRACTICE.address, received(f"n° {number}"), flags=flags)
    office = await open_office(poll_s=3600.0)
    inbox = await office.inbox()
    await office.until_row(inbox, "n° 0")
    before = sorted(zip(contents(real_servers)["INBOX"], flags_of(real_servers), strict=True))
    held = await ids(office, inbox)
    assert len(held) == MANY

    action = await office.engine.actions.archive(list(held.values()))
    assert action is not None
    assert action.count == MANY
    assert await office.subjects(inbox) == []
    archive = await office.folder(FolderRole.ARCHIVE)
    assert (archive.total_count, archive.unread_count) == (MANY, MANY // 2)
    await until_settled(office)
    assert {name: len(found) for name, found in contents(real_servers).items()} == {
        archive.name: MANY
    }

    await office.engine.actions.undo()
    assert await ids(office, inbox) == held, "the same rows as before, at once"
    await until_settled(office)
    after = sorted(zip(contents(real_servers)["INBOX"], flags_of(real_servers), strict=True))
    assert after == before
    assert contents(real_servers).keys() == {"INBOX"}
    office.engine.synchronise()
    await until_settled(office)
    assert await ids(office, inbox) == held


def flags_of(servers: RealServers) -> list[list[str]]:
    return [sorted(flags - {r"\Recent"}) for flags in servers.flags(PRACTICE.address, "INBOX")]


async def test_a_line_cut_again_and_again_doubles_and_loses_nothing(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    for number in range(60):
        real_servers.deliver(PRACTICE.address, received(f"n° {number}"))
    office = await open_office(poll_s=3600.0, retry_first_s=0.01, retry_most_s=0.05)
    inbox = await office.inbox()
    await office.until_row(inbox, "n° 0")
    held = await ids(office, inbox)
    for start in range(0, 60, 10):
        chosen = [held[f"n° {number}"] for number in range(start, start + 10)]
        await office.engine.actions.archive(chosen)
        with suppress(CalledProcessError):  # nobody was connected just then
            await asyncio.to_thread(real_servers.kick, PRACTICE.address)
        if start % 20:
            await office.engine.actions.undo()
    await until_settled(office)
    office.engine.synchronise()
    await until_settled(office)
    archive = await office.folder(FolderRole.ARCHIVE)
    on_server = contents(real_servers)
    expected = [f"n° {n}" for n in range(60) if (n // 10) % 2 == 0]
    assert sorted(on_server[archive.name]) == sorted(expected)
    assert len(on_server["INBOX"]) == 30
    assert sorted(await office.subjects(FolderView(archive.id))) == sorted(expected)
    assert len(await office.subjects(inbox)) == 30


async def test_a_message_gone_meanwhile_is_said_and_nothing_else_is_touched(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office, inbox = await with_letters(open_office, real_servers, "un", "deux")
    held = await ids(office, inbox)
    await office.close()
    away = await open_office(start=False)
    await away.engine.actions.archive([held["un"], held["deux"]])
    await away.close()
    real_servers.empty(PRACTICE.address)
    real_servers.deliver(PRACTICE.address, received("trois"))
    back = await open_office(poll_s=3600.0)
    await back.until(lambda: any(type(e).__name__ == "ActionNotDone" for e in back.events))
    await until_settled(back)
    assert contents(real_servers) == {"INBOX": ["trois"]}
    await back.until_row(inbox, "trois")
    assert await back.subjects(inbox) == ["trois"]


@pytest.mark.parametrize("is_made_anew", [False, True])
async def test_what_waits_in_a_folder_renamed_elsewhere_goes_with_it_or_is_said(
    open_office: OpenOffice, real_servers: RealServers, is_made_anew: bool
) -> None:
    for subject in ("un", "deux", "trois"):
        real_servers.deliver(PRACTICE.address, received(subject), "Labo")
    office = await open_office(poll_s=3600.0)
    await office.inbox()
    labo = next(f for f in await office.engine.reading.folders() if f.name == "Labo")
    await office.until_subjects(FolderView(labo.id), "un", "deux", "trois")
    held = await ids(office, FolderView(labo.id))
    await office.close()
    away = await open_office(start=False)
    await away.engine.actions.mark([held["un"], held["deux"]], ActionKind.FLAG)
    await away.engine.actions.archive([held["deux"]])
    await away.close()
    other = OtherClient(real_servers)
    other.rename("Labo", "Analyses")
    if is_made_anew:
        other.create("Labo")
    other.close()

    back = await open_office(poll_s=3600.0)
    await until_settled(back)
    moved = [] if is_made_anew else ["deux"]
    found = contents(real_servers)
    assert found.get((await back.folder(FolderRole.ARCHIVE)).name, []) == moved
    assert found["Analyses"] == [one for one in ("un", "deux", "trois") if one not in moved]
    said = [event for event in back.events if isinstance(event, ActionNotDone)]
    if is_made_anew:
        assert [type(event.error) for event in said] == [MessagesElsewhere]
        assert [event.count for event in said] == [3], "two were marked, one moved"
        return
    assert said == []
    assert r"\Flagged" in real_servers.flags(PRACTICE.address, "Analyses")[0]
    (renamed,) = [f for f in await back.engine.reading.folders() if f.name == "Analyses"]
    assert renamed.id == labo.id
    assert set((await ids(back, FolderView(labo.id))).items()) <= set(held.items())


async def test_a_folder_that_is_gone_gives_the_messages_back(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    office, inbox = await with_letters(open_office, real_servers, "un")
    held, store = await ids(office, inbox), office.engine._store
    target = await store.add_folder(RemoteFolder("Absent", "/"))
    await store.reset_folder(target, 5)
    await office.engine.actions.move([held["un"]], target)
    await office.until(lambda: any(type(e).__name__ == "ActionNotDone" for e in office.events))
    await until_settled(office)
    assert await office.subjects(inbox) == ["un"]
    assert contents(real_servers) == {"INBOX": ["un"]}
    row = await store.summary(held["un"])
    assert row is not None
    assert Flags.DELETED not in row.flags
