"""What takes up a patient's exchange goes to no other patient, wherever that message is by now."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, COLLEAGUE, INS, PATIENT, World, letter, opened, until_online
from engine_helpers import Office

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, ForwardedAttachment
from tui_mailer.domain.errors import OriginalGone
from tui_mailer.domain.events import DraftStored
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import MessageSummary
from tui_mailer.mime.parse import parse

OTHER = Address.received("255081416802538@patient.mssante.fr")
HOW = pytest.mark.parametrize("how", ["reply", "forward"])


@dataclass(frozen=True)
class Desk:
    """A practice that holds and has read one letter, its `row`."""

    world: World
    office: Office
    row: MessageSummary
    uid: int

    async def take_up(self, how: str) -> Draft:
        writing = self.office.engine.writing
        if how == "reply":
            return await writing.reply(self.row.id, to_all=False)
        return await writing.forward(self.row.id)

    async def forget(self) -> None:
        """As when the folder's UIDs hold no more."""
        await self.office.engine._store.forget_messages([self.row.id])
        assert await self.office.engine._store.summary(self.row.id) is None


@asynccontextmanager
async def desk(directory: Path, sender: str = PATIENT) -> AsyncIterator[Desk]:
    world = World(directory)
    world.mailbox.add_folder("Archives", FolderRole.ARCHIVE)
    world.mailbox.add_folder("Brouillons", FolderRole.DRAFTS)
    uid = world.mailbox.deliver(letter("Mon test", sender))
    async with opened(world, server_drafts_s=0.04) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Mon test")
        await office.read(row)
        yield Desk(world, office, row, uid)


async def is_refused(office: Office, draft: Draft, to: Iterable[Address] = (OTHER,)) -> bool:
    """Whether `draft` sent to `to` is told to be another patient's."""
    found = await office.engine.writing.review(replace(draft, to=tuple(to)))
    return any("un autre patient" in refusal for refusal in found.refusals)


@HOW
async def test_it_is_refused_when_the_message_is_no_longer_here(tmp_path: Path, how: str) -> None:
    async with desk(tmp_path) as at:
        draft = await at.take_up(how)
        assert draft.about == INS
        await at.forget()
        assert await is_refused(at.office, draft)
        assert not await is_refused(at.office, draft, [Address.received(PATIENT)])
        assert not await is_refused(at.office, draft, [Address.received(COLLEAGUE)])


@HOW
async def test_it_is_refused_when_another_client_has_moved_the_message(
    tmp_path: Path, how: str
) -> None:
    async with desk(tmp_path) as at:
        draft = await at.take_up(how)
        at.world.mailbox.expunge(at.uid)
        at.world.mailbox.deliver(letter("Mon test", PATIENT), "Archives")
        await at.office.until_subjects(await at.office.inbox())
        assert await is_refused(at.office, draft)


@HOW
async def test_it_is_refused_when_it_was_kept_and_taken_up_again(tmp_path: Path, how: str) -> None:
    async with desk(tmp_path) as at:
        store = at.office.engine._store
        saved = await store.save_draft(await at.take_up(how), at.world.clock())
        await at.forget()
        kept = await store.draft(saved.id)
        assert kept is not None
        assert await is_refused(at.office, kept)


@HOW
async def test_it_is_refused_when_it_is_resumed_from_the_server_on_another_machine(
    tmp_path: Path, how: str
) -> None:
    async with desk(tmp_path / "ici") as at:
        keeper = at.office.engine.keep_draft(Draft())
        keeper.edited(replace(await at.take_up(how), to=(OTHER,), subject="Bilan"))
        kept = await keeper.save()
        at.office.engine.release_draft(keeper)
        await at.office.until(lambda: DraftStored(kept.id) in at.office.events)
    at.world.mailbox.expunge(at.uid)
    async with opened(World(tmp_path / "ailleurs", at.world.mailbox)) as office:
        await until_online(office)
        row = await office.until_row(await office.view(FolderRole.DRAFTS), "Bilan")
        await office.read(row)
        resumed = (await office.engine.resuming.resume(row.id)).draft
        assert "Bonjour." in resumed.body
        assert await is_refused(office, resumed)


async def test_it_is_refused_when_another_client_wrote_or_changed_the_draft(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Brouillons", FolderRole.DRAFTS)
    received = letter("Mon test", PATIENT)
    world.mailbox.deliver(received)
    answers = b"In-Reply-To: " + parse(received).message_id.encode() + b"\r\n"
    world.mailbox.deliver(answers + letter("Bilan", ACCOUNT.address, COLLEAGUE), "Brouillons")
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.view(FolderRole.DRAFTS), "Bilan")
        await office.read(row)
        resumed = (await office.engine.resuming.resume(row.id)).draft
        assert await is_refused(office, resumed)
        assert not await is_refused(office, resumed, [Address.received(PATIENT)])


async def test_a_draft_of_an_earlier_version_is_held_against_the_message_that_is_here(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path) as at:
        for draft in (Draft(answers=at.row.id), Draft(forwards=at.row.id)):
            assert await is_refused(at.office, draft)


async def test_an_attachment_sent_on_alone_is_that_patients_still(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        attachment = ForwardedAttachment(at.row.id, 0, "bilan.pdf", "application/pdf", 5)
        assert await is_refused(at.office, Draft(attachments=(attachment,)))


async def test_an_attachment_whose_message_is_no_longer_here_says_where_it_came_from(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, COLLEAGUE) as at:
        attachment = ForwardedAttachment(at.row.id, 0, "bilan.pdf", "application/pdf", 5)
        to = (Address.received(COLLEAGUE),)
        draft = Draft(to=to, subject="Tr: Bilan", body="x", attachments=(attachment,))
        await at.forget()
        with pytest.raises(OriginalGone) as gone:
            await at.office.engine.writing.send(draft)
        assert "bilan.pdf" in gone.value.explanation
        assert await at.office.engine.outbox.waiting_count() == 0


async def test_an_attachment_of_a_draft_on_the_server_was_exchanged_with_nobody(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Brouillons", FolderRole.DRAFTS)
    world.mailbox.deliver(letter("Bilan", ACCOUNT.address, PATIENT), "Brouillons")
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.view(FolderRole.DRAFTS), "Bilan")
        assert row.patient == INS
        attachment = ForwardedAttachment(row.id, 0, "bilan.pdf", "application/pdf", 5)
        assert not await is_refused(office, Draft(attachments=(attachment,)))


@HOW
async def test_what_takes_up_a_colleagues_message_may_go_to_any_patient(
    tmp_path: Path, how: str
) -> None:
    async with desk(tmp_path, COLLEAGUE) as at:
        draft = await at.take_up(how)
        await at.forget()
        assert draft.about == ""
        assert not await is_refused(at.office, draft)


async def test_what_a_draft_says_of_itself_spares_no_confirmation(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        to_patient = Draft(to=(Address.received(PATIENT),), subject="Bilan", about=INS)
        assert (await at.office.engine.writing.review(to_patient)).unconfirmed
