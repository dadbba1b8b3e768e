"""A message that waited for days is not sent by itself: what it says may be true no more."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import COLLEAGUE, World, letter, opened, states, until_online
from engine_helpers import Office
from engine_helpers import letter as written_to
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import SubmissionRefused, Unreachable
from tui_mailer.engine.patience import WaitedTooLong


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def queued_and_closed(world: World, **options: Any) -> Outgoing:
    """Handed over, and the program was closed before it left."""
    async with opened(world, start=False, **options) as office:
        return await office.engine.writing.send(written_to(COLLEAGUE, "Rendez-vous de demain"))


async def held_back(office: Office, outgoing: Outgoing) -> None:
    change = await office.until_outgoing(outgoing, OutgoingState.FAILED)
    assert isinstance(change.error, WaitedTooLong)
    (waiting,) = await office.engine.outbox.unsettled()
    assert "n’est parti pour personne" in waiting.explanation


async def test_after_weeks_it_is_held_back_and_said(world: World) -> None:
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta(weeks=3)
    async with opened(world) as office:
        await until_online(office)
        await held_back(office, outgoing)
    assert world.submission.accepted == []


async def test_the_user_may_want_it_sent_as_it_is(world: World) -> None:
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta(weeks=3)
    async with opened(world) as office:
        await held_back(office, outgoing)
        assert await office.engine.outbox.retry(outgoing.id)
        await office.until_outgoing(outgoing, OutgoingState.SENT)
    assert len(world.submission.accepted) == 1


async def test_it_may_be_opened_again_to_be_corrected(world: World) -> None:
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta(weeks=3)
    async with opened(world) as office:
        await held_back(office, outgoing)
        draft = await office.engine.outbox.take_back(outgoing.id)
        assert draft is not None
        assert draft.subject == "Rendez-vous de demain"
        anew = await office.engine.writing.send(draft)
        await office.until_outgoing(anew, OutgoingState.SENT)


async def test_a_week_end_is_no_such_time(world: World) -> None:
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta(days=2, hours=20)
    async with opened(world) as office:
        await office.until_outgoing(outgoing, OutgoingState.SENT)


class NoLine(FakeSubmission):
    """Not there until `is_back`."""

    is_back = False

    async def submit(self, *arguments: Any, **more: Any) -> Any:
        if not self.is_back:
            raise Unreachable
        return await super().submit(*arguments, **more)


async def test_a_program_that_is_left_open_says_it_too(world: World) -> None:
    world.submission = NoLine()
    async with opened(world) as office:
        outgoing = await office.engine.writing.send(written_to(COLLEAGUE, "Avis"))
        await office.until_outgoing(outgoing, OutgoingState.QUEUED)
        world.clock.offset = timedelta(days=4)
        await held_back(office, outgoing)


class Later(FakeSubmission):
    """A server that says "later" for days."""

    async def submit(self, *_: Any, **__: Any) -> Any:
        raise SubmissionRefused("451 4.7.1 quota d’envoi dépassé", permanent=False)


async def test_what_the_server_said_all_the_time_is_said_with_it(world: World) -> None:
    world.submission = Later()
    async with opened(world) as office:
        outgoing = await office.engine.writing.send(written_to(COLLEAGUE, "Avis"))
        await office.until(lambda: "sending" in states(office)[:-1])
        world.clock.offset = timedelta(days=4)
        await held_back(office, outgoing)
        (waiting,) = await office.engine.outbox.unsettled()
        assert "quota d’envoi dépassé" in waiting.server_words


async def test_what_was_wanted_waits_for_the_line_as_long_as_before(world: World) -> None:
    world.submission = NoLine()
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta(weeks=3)
    async with opened(world) as office:
        await held_back(office, outgoing)
        office.events.clear()
        await office.engine.outbox.retry(outgoing.id)
        await office.until_outgoing(outgoing, OutgoingState.SENDING)
        world.clock.offset += timedelta(days=1)
        world.submission.is_back = True
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_a_clock_put_back_holds_nothing_back(world: World) -> None:
    world.clock.offset = timedelta(days=30)
    outgoing = await queued_and_closed(world)
    world.clock.offset = timedelta()
    async with opened(world) as office:
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_what_is_sent_at_leaving_was_wanted(world: World) -> None:
    outgoing = await queued_and_closed(world, undo_send_s=3_600.0)
    world.clock.offset = timedelta(weeks=3)
    async with opened(world, undo_send_s=3_600.0, start=False) as office:
        await office.engine.outbox.hurry()
        office.engine.start()
        await office.until_outgoing(outgoing, OutgoingState.SENT)


async def test_a_receipt_says_what_stays_true(world: World) -> None:
    asking = letter("Compte rendu").replace(
        b"Subject:", f"Disposition-Notification-To: {COLLEAGUE}\r\nSubject:".encode()
    )
    world.mailbox.deliver(asking)
    world.submission = NoLine()
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Compte rendu")
        due = await office.engine.receipts.due(row, await office.read(row))
        assert due is not None
        await office.engine.receipts.give(due, by_hand=True)
        (receipt,) = await office.engine.outbox.unsettled()
        world.clock.offset = timedelta(weeks=3)
        world.submission.is_back = True
        await office.until_outgoing(receipt, OutgoingState.SENT)
