"""Messages that the server cannot describe hide no other ones, and are not missing in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from engine.test_real_operators import Operate, imap, operate
from engine_fakes import World, letter, opened, until_online
from engine_helpers import Office, OpenOffice
from fakes.mail_server import FakeMailServer
from mail_samples import received
from servers.dovecot import Habits

from tui_mailer.domain.errors import CommandRefused, LineLost, MailerError
from tui_mailer.domain.events import ProblemMet
from tui_mailer.domain.message import RemoteMessage
from tui_mailer.engine import unreadable
from tui_mailer.engine.unreadable import MessageUnreadable

__all__ = ["operate"]


class Damage:
    """Whoever asks for one of `uids` gets `error`, and nothing of the others in that command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: type[MailerError]) -> None:
        self.uids: set[int] = set()
        self.count = 0
        usual = FakeMailServer.messages

        async def messages(
            server: FakeMailServer, uids: Sequence[int]
        ) -> AsyncGenerator[Sequence[RemoteMessage], None]:
            if not self.uids.isdisjoint(uids):
                self.count += 1
                server._closed = error is LineLost
                raise error("FETCH failed: Internal error occurred")
            async for batch in usual(server, uids):
                yield batch

        monkeypatch.setattr(FakeMailServer, "messages", messages)


def told(office: Office) -> list[MailerError]:
    return [event.error for event in office.events if isinstance(event, ProblemMet)]


@pytest.mark.parametrize("error", [LineLost, CommandRefused])
async def test_one_that_stops_each_batch_hides_no_other_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[MailerError]
) -> None:
    monkeypatch.setattr(unreadable, "REFUSALS_APART_S", 0.0)
    world = World(tmp_path)
    for number in range(1, 121):
        world.mailbox.deliver(letter(f"m{number}"))
    damage = Damage(monkeypatch, error)
    damage.uids = {60, 119}
    async with opened(world, poll_s=0.2, second_chance_s=0.05) as office:
        inbox = await office.inbox()
        there = [f"m{number}" for number in range(1, 121) if number not in damage.uids]
        await office.until_subjects(inbox, *there)
        await office.until(lambda: len(told(office)) == 2)
        assert {type(problem) for problem in told(office)} == {MessageUnreadable}
        assert "Boîte de réception" in told(office)[0].headline
        world.mailbox.deliver(letter("Nouveau"))
        await office.until_row(inbox, "Nouveau")
        await until_online(office)
        await asyncio.sleep(0.5)
        assert len(told(office)) == 2


async def test_a_new_message_refused_once_is_there_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.mailbox.deliver(letter("m1"))
    damage = Damage(monkeypatch, CommandRefused)
    async with opened(world, poll_s=3600.0) as office:
        inbox = await office.inbox()
        await office.until_row(inbox, "m1")
        damage.uids = {2}
        world.mailbox.deliver(letter("m2"))
        await asyncio.sleep(0.3)
        damage.uids.clear()
        office.engine.synchronise()
        await office.until_row(inbox, "m2")
        assert told(office) == []


async def test_a_server_that_describes_nothing_for_a_moment_loses_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    subjects = [f"m{number}" for number in range(1, 101)]
    for subject in subjects:
        world.mailbox.deliver(letter(subject))
    damage = Damage(monkeypatch, CommandRefused)
    damage.uids = set(range(1, 101))
    async with opened(world, poll_s=3600.0, second_chance_s=0.5) as office:
        inbox = await office.inbox()
        await asyncio.sleep(0.4)
        assert damage.count < 80, "a server that is busy is not asked for each message"
        damage.uids.clear()
        await office.until_subjects(inbox, *subjects)
        assert told(office) == []


async def test_a_refused_one_holds_up_none_of_a_large_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    for number in range(1, 301):
        world.mailbox.deliver(letter(f"m{number}"))
    Damage(monkeypatch, CommandRefused).uids = {290}
    async with opened(world, poll_s=3600.0) as office:
        inbox = await office.inbox()
        there = [f"m{number}" for number in range(1, 301) if number != 290]
        await office.until_subjects(inbox, *there)


@pytest.mark.xdist_group("servers")
async def test_a_damaged_file_on_dovecot_hides_no_other_message(
    open_office: OpenOffice, operate: Operate
) -> None:
    """Dovecot ends the connection at it, each time."""
    operator = operate(Habits())
    for number in range(1, 6):
        operator.deliver(received(f"m{number}"))
    operator.damage("INBOX", 3)
    office = await open_office(imap=imap(operator), second_chance_s=0.2)
    await office.until_subjects(await office.inbox(), "m1", "m2", "m4", "m5")
    await office.until(lambda: len(told(office)) == 1)
