"""However a line ends, it is said once, and soon after it is good again nothing is missing."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from engine.sync_stage import OtherClient
from engine_helpers import Office, OpenOffice, letter
from faults.proxy import Fault, Kind, Towards
from faults.stage import BadLines, until_equal
from mail_samples import received
from servers.people import COLLEAGUE, PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.account import Account
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import LineLost, LoginRefused, WrongPassphrase
from tui_mailer.domain.events import Connectivity, ConnectivityChanged
from tui_mailer.domain.message import FolderView

STEPS = {Connectivity.CONNECTING, Connectivity.SYNCING, Connectivity.ONLINE}


async def online(
    open_office: OpenOffice, servers: RealServers, lines: BadLines
) -> tuple[Office, FolderView]:
    """An office with both connections, and its inbox."""
    servers.deliver(PRACTICE.address, received("ancien"))
    office = await open_office()
    inbox = await office.inbox()
    await office.until_row(inbox, "ancien")
    await until(office, Connectivity.ONLINE)
    await until_watched(lines, 0)
    return office, inbox


async def until_watched(lines: BadLines, before: int) -> None:
    """Wait until more than `before` IDLE commands were sent."""
    async with asyncio.timeout(20):
        while lines.overheard.count("IDLE") <= before:
            await asyncio.sleep(0.01)


async def until(office: Office, state: Connectivity) -> None:
    await office.until(lambda: office.engine.connectivity is state)


async def is_watched(office: Office, inbox: FolderView, servers: RealServers, subject: str) -> None:
    """Mail comes in by itself: the second connection is there again."""
    await asyncio.to_thread(servers.deliver, PRACTICE.address, received(subject))
    await office.until_row(inbox, subject)


def told(office: Office) -> list[ConnectivityChanged]:
    return [event for event in office.events if isinstance(event, ConnectivityChanged)]


async def test_a_cut_line_is_said_once_and_mended_at_once(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office, inbox = await online(open_office, real_servers, lines)
    office.events.clear()
    lines.imap.cut()
    await until(office, Connectivity.OFFLINE)
    await asyncio.to_thread(real_servers.deliver, PRACTICE.address, received("pendant"))
    await office.until_row(inbox, "pendant")
    await is_watched(office, inbox, real_servers, "après")
    await until_equal(office, real_servers)
    states = [event.state for event in told(office)]
    lost = states.index(Connectivity.OFFLINE)  # a look may have ended before
    assert set(states[lost + 1 :]) <= STEPS
    assert [type(event.error) for event in told(office) if event.error] == [LineLost]
    assert await office.subjects(inbox) == ["après", "pendant", "ancien"]


async def test_what_was_done_without_a_line_is_done_when_it_is_back(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office, inbox = await online(open_office, real_servers, lines)
    row = await office.until_row(inbox, "ancien")
    lines.imap.go_down()
    lines.smtp.go_down()
    await until(office, Connectivity.OFFLINE)
    await office.engine.actions.mark([row.id], ActionKind.FLAG)
    await office.engine.actions.archive([row.id])
    outgoing = await office.engine.writing.send(letter(COLLEAGUE.address, "hors ligne"))
    await office.until(lambda: len([e for e in told(office) if e.error is not None]) >= 5)
    assert await office.engine.outbox.waiting_count() == 1
    lines.imap.come_back()
    lines.smtp.come_back()
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"hors ligne")
    await until_equal(office, real_servers)
    assert real_servers.flags(PRACTICE.address, "Archives") == [{"\\Flagged"}]
    assert len(real_servers.mailbox(COLLEAGUE.address)) == 1


async def test_what_is_removed_for_good_while_its_move_is_in_doubt_is_followed_to_where_it_is(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office, inbox = await online(open_office, real_servers, lines)
    row = await office.until_row(inbox, "ancien")
    lines.imap.is_down = True  # no second connection
    trigger = lines.overheard.on("UID MOVE", Fault(Kind.CUT, Towards.CLIENT))
    await office.engine.actions.delete([row.id])
    await until(office, Connectivity.OFFLINE)
    assert trigger.struck
    (stored,) = await asyncio.to_thread(real_servers.mailbox, PRACTICE.address)
    assert stored.folder != "INBOX", "it was moved, and nobody here knows"
    assert await office.engine.actions.expunge([row.id]) is not None
    lines.imap.come_back()
    await until_equal(office, real_servers)
    assert real_servers.mailbox(PRACTICE.address) == []


async def test_a_line_that_died_in_silence_is_noticed_though_nobody_uses_it(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    """As after a change of network: the old connections never hear anything again."""
    real_servers.deliver(PRACTICE.address, received("ancien"))
    office = await open_office(keep_alive_s=0.2)
    inbox = await office.inbox()
    await office.until_row(inbox, "ancien")
    await until(office, Connectivity.ONLINE)
    lines.imap.die()
    await asyncio.to_thread(real_servers.deliver, PRACTICE.address, received("pendant"))
    await until(office, Connectivity.OFFLINE)
    assert await office.subjects(inbox) == ["ancien"]
    lines.imap.come_back()
    back_at = time.monotonic()
    await office.until_row(inbox, "pendant")
    # A connection that was begun on the dead line is waited for first.
    assert time.monotonic() - back_at < 10
    await is_watched(office, inbox, real_servers, "après")
    await until_equal(office, real_servers)


async def test_a_watched_line_that_is_lost_makes_the_other_one_be_asked(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    """One connection hears that the network is gone, the other one would wait for minutes."""
    office, inbox = await online(open_office, real_servers, lines)
    working, watching = lines.imap.links[-2:]
    working.is_silent = True
    watching.cut()
    await until(office, Connectivity.OFFLINE)
    await is_watched(office, inbox, real_servers, "après")


async def test_a_server_that_restarts_says_bye_and_is_found_again(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office, inbox = await online(open_office, real_servers, lines)
    office.events.clear()
    try:
        await asyncio.to_thread(real_servers.stop_imap)
        await until(office, Connectivity.OFFLINE)
    finally:
        await asyncio.to_thread(real_servers.start_imap)
    await is_watched(office, inbox, real_servers, "après")
    await until_equal(office, real_servers)
    problems = {type(event.error) for event in told(office) if event.error}
    assert LoginRefused not in problems
    assert await office.subjects(inbox) == ["après", "ancien"]


@contextmanager
def password_changed(servers: RealServers, new: str) -> Iterator[None]:
    """The practice's password is `new` on the servers, for as long as this lasts."""
    servers.change_password(PRACTICE.address, new)
    try:
        yield
    finally:
        servers.change_password(PRACTICE.address, PRACTICE.password)


async def test_a_changed_password_is_asked_for_once_and_nothing_is_missing_then(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office, inbox = await online(open_office, real_servers, lines)
    logins = lines.overheard.count("AUTHENTICATE")
    with password_changed(real_servers, "Nouveau-mot-de-passe-2!"):
        lines.imap.cut()
        await until(office, Connectivity.REFUSED)
        idles = lines.overheard.count("IDLE")
        assert isinstance(told(office)[-1].error, LoginRefused)
        # Nobody tries it again: servers lock accounts for less.
        for _ in range(3):
            office.engine.synchronise()
            await asyncio.sleep(0.1)
        assert lines.overheard.count("AUTHENTICATE") == logins + 1
        await office.session.change_password(office.engine, "Nouveau-mot-de-passe-2!")
        await until(office, Connectivity.ONLINE)
        await until_watched(lines, idles)
        await is_watched(office, inbox, real_servers, "après")
        await until_equal(office, real_servers)
        assert [type(event.error) for event in told(office)].count(LoginRefused) == 1
    # One login a connection, and room for a line or two that a loaded machine loses.
    assert logins + 3 <= lines.overheard.count("AUTHENTICATE") <= logins + 7


async def test_a_new_password_that_is_mistyped_locks_nobody_out(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines, account: Account
) -> None:
    office, _ = await online(open_office, real_servers, lines)
    keeper = office.engine.keep_draft(letter(COLLEAGUE.address, "Brouillon"))
    keeper.edited(letter(COLLEAGUE.address, "Brouillon à garder"))
    await keeper.save()
    new = "Nouveau-mot-de-passe-2!"
    with password_changed(real_servers, new):
        lines.imap.cut()
        await until(office, Connectivity.REFUSED)
        with pytest.raises(LoginRefused):
            await office.session.change_password(office.engine, "Nouveau-mot-de-pase-2!")
        await office.close()
        for password in (new, "Nouveau-mot-de-pase-2!"):
            with pytest.raises(WrongPassphrase):
                await office.session.open(account, password)
        engine = await office.session.open(account, PRACTICE.password)
        await office.session.change_password(engine, new)
        await engine.stop()
        engine = await office.session.open(account, new)
        assert [draft.subject for draft in await engine.drafts()] == ["Brouillon à garder"]
        await engine.stop()


def fill(servers: RealServers, count: int) -> None:
    other = OtherClient(servers)
    for _ in range(count):
        other.arrive("INBOX")
    other.close()


async def test_a_first_synchronisation_on_a_line_cut_again_and_again_misses_no_row(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    rows = 400
    await asyncio.to_thread(fill, real_servers, rows)
    lines.imap.coming = [
        [Fault(Kind.CUT, Towards.CLIENT, at)] for at in range(6_000, 90_000, 7_000)
    ]
    office = await open_office()
    await until_equal(office, real_servers)
    inbox = await office.inbox()
    assert sorted(await office.subjects(inbox)) == sorted(str(n + 1) for n in range(rows))
