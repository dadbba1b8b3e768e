"""A full disk is said, keeps what is typed, and is no reason to stop once there is room again."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from engine_fakes import COLLEAGUE as PEER
from engine_fakes import World, opened
from engine_helpers import OpenOffice, letter
from fakes.mail_server import FakeSubmission
from faults.program import Typist, begin_message, logged_in, opened_store, write_settings
from faults.small_disk import SmallDisk, mounted
from faults.stage import BadLines, everywhere, until_equal
from mail_samples import received
from servers.people import COLLEAGUE, PRACTICE, SENT
from servers.practice import RealServers

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.errors import StoreFull
from tui_mailer.domain.events import ConnectivityChanged, DraftNotSaved, DraftSaved
from tui_mailer.domain.safe_text import SafeText

QUIT = "\x11"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with mounted(tmp_path / "disque", 4_000_000) as disk:
        yield disk


async def test_what_is_typed_on_a_full_disk_is_kept_and_saved_when_there_is_room(
    disk: SmallDisk, real_servers: RealServers, lines: BadLines
) -> None:
    real_servers.empty(PRACTICE.address)
    write_settings(disk.directory, real_servers, lines, undo_s=1)
    async with logged_in(disk.directory) as program:
        await begin_message(program, "disque plein")
        disk.fill()
        typist = Typist(program, "mot")
        await typist.type_for(1.0)
        await program.shows("Le disque est plein")
        await program.shows("ne fermez pas")
        # Nor does the program let go of it because somebody did not read that.
        program.press(QUIT)
        await program.shows("serait perdu")
        await program.settles(0.6)
        program.press("n")
        await program.shows("mot001")
        disk.make_room()
        await program.shows("brouillon enregistré")
        program.press(QUIT)
        assert await program.ends() == 0
    async with opened_store(disk.directory) as store:
        assert [draft.body for draft in await store.drafts()] == [typist.text]


async def test_mail_that_finds_no_room_comes_in_when_there_is(
    open_office: OpenOffice, real_servers: RealServers, disk: SmallDisk
) -> None:
    real_servers.deliver(PRACTICE.address, received("ancien"))
    office = await open_office(directory=disk.directory)
    inbox = await office.inbox()
    await office.until_row(inbox, "ancien")
    disk.fill()
    for number in range(30):
        subject = f"n° {number}"
        await asyncio.to_thread(real_servers.deliver, PRACTICE.address, received(subject * 50))
    await office.until(
        lambda: any(
            isinstance(event, ConnectivityChanged) and isinstance(event.error, StoreFull)
            for event in office.events
        )
    )
    keeper = office.engine.keep_draft(Draft(subject="tapé"))
    keeper.edited(Draft(subject="tapé", body="x" * 200_000))
    await office.until(lambda: any(isinstance(event, DraftNotSaved) for event in office.events))
    disk.make_room()
    await office.until(lambda: any(isinstance(event, DraftSaved) for event in office.events))
    await until_equal(office, real_servers)
    (draft,) = await office.engine.drafts()
    assert len(draft.body) == 200_000


async def test_a_message_that_finds_no_room_in_the_outbox_stays_on_the_screen(
    open_office: OpenOffice, real_servers: RealServers, disk: SmallDisk
) -> None:
    office = await open_office(directory=disk.directory)
    disk.fill()
    large = letter(COLLEAGUE.address, "gros", "ligne\n" * 60_000)
    with pytest.raises(StoreFull):
        await office.engine.writing.send(large)
    assert await office.engine.outbox.waiting_count() == 0
    disk.make_room()
    outgoing = await office.engine.writing.send(large)
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    await asyncio.to_thread(real_servers.wait_for, COLLEAGUE.address, b"gros")
    found = await asyncio.to_thread(everywhere, real_servers)
    assert found[COLLEAGUE.address, "INBOX", "gros"] == 1
    assert found[PRACTICE.address, SENT, "gros"] == 1


class FillsTheDisk(FakeSubmission):
    """Takes the message; then there is no room to write that down."""

    def __init__(self, disk: SmallDisk) -> None:
        super().__init__()
        self._disk = disk

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        words = await super().submit(
            account, credentials, recipients, content, null_sender=null_sender
        )
        self._disk.fill()
        return words


async def test_a_message_that_the_server_took_is_known_as_sent_though_the_disk_was_full(
    disk: SmallDisk,
) -> None:
    world = World(disk.directory)
    world.submission = FillsTheDisk(disk)
    async with opened(world) as office:
        outgoing = await office.engine.writing.send(letter(PEER, "Bilan"))
        await office.until(
            lambda: any(
                isinstance(event, ConnectivityChanged) and isinstance(event.error, StoreFull)
                for event in office.events
            )
        )
        disk.make_room()
        await office.until_outgoing(outgoing, OutgoingState.SENT)
        assert len(world.submission.accepted) == 1
