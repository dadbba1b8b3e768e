"""Drafts of the server's folder, by keys alone."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ui.mailbox_stage import NOON, PATIENT, Mailing, Outdoors, mail, opened, practice
from ui.stage import ACCOUNT, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.events import DraftStored, Event
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.mime.draft_copy import DraftMark, write
from tui_mailer.ui.screens.compose import ComposeScreen

MARK = DraftMark("0123456789abcdef" * 2, 1)


def with_draft(directory: Path, content: bytes, flags: Flags = Flags.NONE) -> Outdoors:
    outdoors = practice(directory)
    outdoors.mailbox.add_folder("Brouillons", FolderRole.DRAFTS)
    outdoors.mailbox.deliver(content, "Brouillons", flags | Flags.DRAFT | Flags.SEEN, NOON)
    return outdoors


async def open_draft(mailing: Mailing) -> ComposeScreen:
    """From the inbox to the folder of drafts, and into the first one."""
    await mailing.press("shift+tab", *["down"] * 4, "enter")
    await mailing.shows("À finir")
    await mailing.press("enter")
    await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
    assert isinstance(mailing.app.screen, ComposeScreen)
    return mailing.app.screen


async def test_another_clients_draft_opens_in_the_composer_and_is_left_as_it_was(
    tmp_path: Path,
) -> None:
    content = mail("À finir", f"Moi <{ACCOUNT.address}>", "Cher confrère,")
    outdoors = with_draft(tmp_path, content)
    async with opened(outdoors) as mailing:
        screen = await open_draft(mailing)
        await mailing.shows("Cher confrère,")
        assert screen.draft.id == 0
        await mailing.press("escape")
        await until(mailing.pilot, lambda: mailing.app.screen is mailing.screen)
        assert list(await mailing.engine.drafts()) == [], (
            "what was only looked at is not kept twice"
        )
        assert mailing.screen.stage == "list"


async def test_a_draft_is_not_answered(tmp_path: Path) -> None:
    """ "Reprendre" and "répondre" begin alike: what was begun would stand quoted in a new message."""
    content = mail("À finir", f"Moi <{ACCOUNT.address}>", "Cher confrère,")
    async with opened(with_draft(tmp_path, content), (140, 40)) as mailing:
        await mailing.shows("r Répondre")
        await mailing.press("shift+tab", *["down"] * 4, "enter")
        await mailing.shows("À finir")
        await until(mailing.pilot, lambda: "r Répondre" not in mailing.terminal)
        await mailing.press("r", "a")
        await mailing.pilot.pause(0.1)
        assert mailing.app.screen is mailing.screen
        await mailing.press("enter")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))


async def test_a_draft_that_is_marked_as_deleted_is_read_and_not_gone_on_with(
    tmp_path: Path,
) -> None:
    content = mail("À finir", f"Moi <{ACCOUNT.address}>", "Cher confrère,")
    async with opened(with_draft(tmp_path, content, Flags.DELETED)) as mailing:
        await mailing.press("shift+tab", *["down"] * 4, "enter")
        await mailing.shows("supprimé")
        await mailing.press("enter")
        await mailing.shows("Cher confrère,")
        assert mailing.screen.stage == "reader"


async def test_a_draft_that_was_gone_on_with_does_not_stay_beside_another_message(
    tmp_path: Path,
) -> None:
    content = mail("À finir", f"Moi <{ACCOUNT.address}>", "Cher confrère,")
    async with opened(with_draft(tmp_path, content), (140, 40)) as mailing:
        await open_draft(mailing)
        await mailing.press("escape")
        await until(mailing.pilot, lambda: mailing.app.screen is mailing.screen)
        await mailing.press("shift+tab", *["up"] * 4, "enter")
        await mailing.shows("Lettre 5", "Entrée ouvre le message choisi")
        assert "Cher confrère," not in mailing.terminal


async def test_a_draft_to_a_patient_written_elsewhere_shows_whom_it_is_for_and_what_it_lacks(
    tmp_path: Path,
) -> None:
    draft = Draft(
        to=(Address.received(PATIENT, "Dominique PAT-TROIS"),),
        subject="À finir",
        body="Bonjour,",
        attachments=(FileAttachment(tmp_path, "écho.dcm", "application/dicom", 9),),
        updated_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    raw = write(draft, MARK, sender=Address.received(ACCOUNT.address), contents=(None,))
    async with opened(with_draft(tmp_path, raw)) as mailing:
        await mailing.press("shift+tab", *["down"] * 4, "enter")
        await mailing.shows("◆ patient À finir")
        await mailing.press("enter")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.shows("Des pièces jointes manquent à ce brouillon : écho.dcm", "Bonjour,")


async def test_a_draft_of_this_machine_is_resumed_where_it_was_left(tmp_path: Path) -> None:
    outdoors = with_draft(tmp_path, mail("Autre"))
    outdoors.mailbox.folders["Brouillons"].messages.clear()
    options = outdoors.options
    outdoors.options = replace(options, server_drafts_s=0.1)
    async with opened(outdoors) as mailing:
        keeper = mailing.engine.keep_draft(Draft())
        keeper.edited(Draft(subject="À finir", body="un"))
        kept = await keeper.save()
        mailing.engine.release_draft(keeper)
        stored = outdoors.mailbox.folders["Brouillons"].messages
        await until(mailing.pilot, lambda: len(stored) == 1)
        screen = await open_draft(mailing)
        assert screen.draft == kept


async def test_a_draft_taken_by_another_machine_is_marked_and_asked_about_before_it_leaves(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    outdoors.options = replace(outdoors.options, server_drafts_s=0.1)
    async with opened(outdoors) as mailing:
        events: list[Event] = []
        mailing.engine.subscribe(events.append)
        keeper = mailing.engine.keep_draft(Draft())
        to = (Address.received("jean.durand@medecin.mssante.fr"),)
        keeper.edited(Draft(to=to, subject="À finir", body="Cher confrère,"))
        kept = await keeper.save()
        mailing.engine.release_draft(keeper)
        await until(mailing.pilot, lambda: DraftStored(kept.id) in events)
        outdoors.mailbox.folders["Brouillons"].messages.clear()
        await mailing.press("b")
        await mailing.shows("repris ailleurs", "À finir")
        await mailing.press("enter")
        await mailing.shows("peut-être déjà été envoyé", "messages envoyés", "Cher confrère,")
        await mailing.press("escape", "ctrl+s")
        await mailing.shows("Envoyer quand même")
        await mailing.answer("n")
        assert await mailing.engine.outbox.waiting_count() == 0
        assert list(await mailing.engine.drafts()) == [kept]
