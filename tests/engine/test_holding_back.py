"""What the user holds back: the synchronisation, a message that is awaited, a message on its way."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from engine_fakes import COLLEAGUE, World, letter, opened, until_online
from engine_helpers import Office
from engine_helpers import letter as draft_to
from fakes.mail_server import PIECE_BYTES, FakeSubmission

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.events import BodyAdvanced, BodyArrived, Connectivity, SyncAdvanced
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import MessageSummary
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.outbox import SendingStopped


class HeldSubmission(FakeSubmission):
    """Takes each message once the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        self.begun.set()
        await self.gate.wait()
        return await super().submit(
            account, credentials, recipients, content, null_sender=null_sender
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, submission=HeldSubmission())


# --- the synchronisation


async def test_a_paused_synchronisation_stands_still_and_goes_on_where_it_was(
    world: World,
) -> None:
    for number in range(350):
        world.mailbox.deliver(letter(f"Lettre {number}"))
    async with opened(world, start=False) as office:
        office.engine.subscribe(
            lambda event: (
                office.engine.pause_sync()
                if isinstance(event, SyncAdvanced) and event.done == 100
                else None
            )
        )
        office.engine.start()
        await office.until(lambda: office.engine.connectivity is Connectivity.PAUSED)
        inbox = await office.view(FolderRole.INBOX)
        assert await office.engine.reading.count(inbox) == 100
        assert office.engine.is_sync_paused
        office.engine.resume_sync()
        await until_online(office)
        assert await office.engine.reading.count(inbox) == 350
        asked = [event.done for event in office.events if isinstance(event, SyncAdvanced)]
        assert (asked[0], asked[-1]) == (100, 350), "nothing was asked for twice"
        assert asked == sorted(set(asked))


async def test_reading_and_sending_go_on_while_the_synchronisation_is_paused(
    world: World,
) -> None:
    world.mailbox.deliver(letter("Ancienne"))
    world.submission.gate.set()
    async with opened(world) as office:
        await until_online(office)
        office.engine.pause_sync()
        await office.until(lambda: office.engine.connectivity is Connectivity.PAUSED)
        inbox = await office.inbox()
        world.mailbox.deliver(letter("Nouvelle"))
        office.engine.synchronise()
        row = await office.until_row(inbox, "Ancienne")
        assert (await office.read(row)).subject == "Ancienne"
        outgoing = await office.engine.writing.send(draft_to(COLLEAGUE, "Avis"))
        await office.until_outgoing(outgoing, OutgoingState.SENT)
        assert await office.subjects(inbox) == ["Ancienne"]
        office.engine.resume_sync()
        await office.until_row(inbox, "Nouvelle")


# --- a message that is awaited


async def large(office: Office, world: World) -> MessageSummary:
    """The row of a message in several pieces, whose first one is here."""
    row = await office.until_row(await office.inbox(), "Imagerie")
    world.connector.pieces.clear()
    await office.engine.reading.request(row.id)
    await office.until(lambda: BodyAdvanced(row.id, PIECE_BYTES) in office.events)
    return row


async def test_a_large_message_is_given_up_between_two_pieces_and_can_be_asked_for_again(
    world: World,
) -> None:
    world.mailbox.deliver(letter("Imagerie") + b"x" * 3 * PIECE_BYTES)
    async with opened(world) as office:
        await until_online(office)
        row = await large(office, world)
        assert office.engine.reading.is_awaited(row.id)
        assert office.engine.reading.stop_request(row.id)
        assert not office.engine.reading.is_awaited(row.id)
        assert not office.engine.reading.stop_request(row.id)
        world.connector.pieces.set()
        await office.read(row)
        assert office.events.count(BodyArrived(row.id)) == 1
        assert world.connector.connection_count == 2, "both connections are still the first ones"


async def test_a_message_given_up_before_its_turn_is_not_fetched(world: World) -> None:
    world.mailbox.deliver(letter("Imagerie") + b"x" * 3 * PIECE_BYTES)
    world.mailbox.deliver(letter("Autre"))
    async with opened(world) as office:
        await until_online(office)
        await large(office, world)
        other = await office.until_row(await office.inbox(), "Autre")
        await office.engine.reading.request(other.id)
        office.engine.reading.stop_request(other.id)
        world.connector.pieces.set()
        await office.until(lambda: any(isinstance(e, BodyArrived) for e in office.events))
        await office.engine.reading.request(other.id)
        await office.until(lambda: BodyArrived(other.id) in office.events)
        assert office.events.count(BodyArrived(other.id)) == 1


# --- a message on its way


async def test_a_message_stopped_on_its_way_went_to_nobody_and_can_be_written_on(
    world: World,
) -> None:
    async with opened(world) as office:
        outgoing = await office.engine.writing.send(draft_to(COLLEAGUE, "Regret", "À revoir"))
        await world.submission.begun.wait()
        assert office.engine.outbox.stop_sending(outgoing.id)
        changed = await office.until_outgoing(outgoing, OutgoingState.FAILED)
        assert isinstance(changed.error, SendingStopped)
        assert world.submission.accepted == []
        assert not office.engine.outbox.stop_sending(outgoing.id)
        draft = await office.engine.outbox.take_back(outgoing.id)
        assert draft is not None
        assert draft.body == "À revoir"


async def test_what_follows_a_stopped_message_is_sent(world: World) -> None:
    async with opened(world) as office:
        stopped = await office.engine.writing.send(draft_to(COLLEAGUE, "Regret"))
        await world.submission.begun.wait()
        other = await office.engine.writing.send(draft_to(COLLEAGUE, "Avis"))
        assert not office.engine.outbox.stop_sending(other.id), "it waits, it is not on its way"
        office.engine.outbox.stop_sending(stopped.id)
        world.submission.gate.set()
        await office.until_outgoing(other, OutgoingState.SENT)
        assert len(world.submission.accepted) == 1


class SlowCheck(FakeSubmission):
    """Ends its conversation whatever happens, as one in a thread of its own does."""

    def __init__(self) -> None:
        super().__init__(limit_bytes=1_000)
        self.begun = asyncio.Event()

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        self.begun.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await super().check(account, credentials)


async def test_the_program_ends_while_the_submission_server_is_asked_what_it_takes(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, submission=SlowCheck())
    async with opened(world) as office, asyncio.timeout(10):
        await world.submission.begun.wait()
        await office.close()
