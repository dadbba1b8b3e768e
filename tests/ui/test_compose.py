"""Writing a message: sent once, kept by every error, on disk while it is written."""

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from ui.stage import (
    INS,
    OTHER_INS,
    SIZES,
    Practice,
    answer,
    burst,
    receive,
    results,
    stage,
    text_of,
    until,
)

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import FileAsked
from tui_mailer.domain.draft import Draft, Outgoing
from tui_mailer.domain.errors import (
    AttachmentChanged,
    AttachmentUnreadable,
    MessageTooLarge,
    StoreFull,
)
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.gate import Review
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.presenters.recipients import everyone
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.file_chooser import FileChooserScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.widgets.message_body import MessageBody
from tui_mailer.ui.widgets.recipient_field import RecipientField

PAUL = Address.received("paul.bernard@medecin.mssante.fr", "Dr Paul BERNARD")
PATIENT = Address.received(f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS")
BANNER = PatientBanner(
    Matricule(INS), SafeText("Dominique PAT-TROIS"), "Femme", "mars 1979, Marne (51)"
)
READY = Draft(to=(PAUL,), subject="Bilan de Mme D.", body="Cher confrère,")


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    return await Practice(tmp_path / "store").engine()


async def confirm(engine: Engine, ins: str) -> None:
    """Confirm a patient, as for another message of this session."""
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    await engine.identities.confirm(IdentityConfirmation(Matricule(ins), "", now))


def hold_queue(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have the outbox wait for the event that is returned, as a slow disk does."""
    gate = asyncio.Event()
    queue = engine._store.queue

    async def wait_and_queue(outgoing: Outgoing, content: bytes, draft: Draft) -> Outgoing:
        await gate.wait()
        return await queue(outgoing, content, draft)

    monkeypatch.setattr(engine._store, "queue", wait_and_queue)
    return gate


@asynccontextmanager
async def composer(
    engine: Engine,
    draft: Draft,
    patient: PatientBanner | None = None,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[Pilot[Any], ComposeScreen]]:
    screen = ComposeScreen(engine, draft, patient)
    async with stage(screen, engine=engine, size=size) as pilot:
        yield pilot, screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_message_is_written_and_handed_over(engine: Engine, size: tuple[int, int]) -> None:
    async with composer(engine, Draft(), size=size) as (pilot, _):
        await pilot.press(*"paul.bernard@medecin.mssante.fr", "tab", "tab", "tab")
        await pilot.press(*"Bilan", "tab", *"Bonjour", "ctrl+s")
        await until(pilot, lambda: results(pilot))
        (outgoing,) = results(pilot)
        assert isinstance(outgoing, Outgoing)
        assert outgoing.recipients == ("paul.bernard@medecin.mssante.fr",)
        assert b"Bonjour" in await engine._store.outgoing_content(outgoing.id)
        assert await engine.drafts() == []


async def test_two_quick_key_presses_send_one_mail(engine: Engine) -> None:
    async with composer(engine, READY) as (pilot, _):
        burst(pilot.app, *["ctrl+s"] * 3)
        await until(pilot, lambda: results(pilot))
        await pilot.pause()
        assert len(await engine._store.outbox()) == 1


@pytest.mark.parametrize(
    ("draft", "patient", "field"),
    [
        (Draft(), None, "to-input"),
        (Draft(to=(PAUL,)), None, "subject"),
        (READY, None, "body"),
        (Draft(to=(PATIENT,)), BANNER, "subject"),
        (Draft(to=(PATIENT,), subject="Re: Bilan"), BANNER, "body"),
    ],
)
async def test_no_other_field_than_the_first_one_meant_ever_has_the_focus(
    engine: Engine, draft: Draft, patient: PatientBanner | None, field: str
) -> None:
    """Keys come from the moment on that the screen is asked for."""
    screen = ComposeScreen(engine, draft, patient)
    focused = set()
    async with stage(None, engine=engine) as pilot:
        pilot.app.push_screen(screen)
        for _ in range(200):
            burst(pilot.app, "z")
            await asyncio.sleep(0.001)
            focused.add(screen.focused and screen.focused.id)
        await pilot.pause(0.1)
        focused.add(screen.focused and screen.focused.id)
        assert focused - {None} == {field}
        assert ("z" in screen.query_one("#to", RecipientField).text) is (field == "to-input")


async def test_letters_typed_just_before_sending_are_sent(engine: Engine) -> None:
    """In one burst, as a slow line brings them."""
    async with composer(engine, READY) as (pilot, screen):
        screen.query_one(MessageBody).move_cursor((0, len(READY.body)))
        burst(pilot.app, *"merci", "ctrl+s")
        await until(pilot, lambda: results(pilot))
        content = await engine._store.outgoing_content(results(pilot)[0].id)
        assert b"re,merci" in content


async def test_a_correction_in_a_burst_of_keys_corrects_what_it_was_meant_to(
    engine: Engine,
) -> None:
    async with composer(engine, Draft()) as (pilot, screen):
        await until(pilot, lambda: screen.focused is not None)
        screen.query_one("#subject", Input).focus()
        await pilot.pause()
        keys = [*"Bilam", "backspace", "n", "tab", *"Bonsoir", *["backspace"] * 4, *"jour"]
        burst(pilot.app, *keys)
        await until(pilot, lambda: screen.draft.body == "Bonjour")
        assert screen.draft.subject == "Bilan"


async def test_a_refusal_is_said_and_the_text_stays(engine: Engine) -> None:
    draft = Draft(to=(Address.received("x@gmail.com"),), subject="S", body="Mon texte")
    async with composer(engine, draft) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.shown_error is not None)
        shown = text_of(screen)
        assert "espace de confiance MSSanté" in shown
        assert "Mon texte" in shown
        assert screen.draft.body == "Mon texte"
        assert await engine._store.outbox() == []


async def test_a_file_that_another_took_the_place_of_is_not_sent(
    engine: Engine, tmp_path: Path
) -> None:
    """What is exported under one name for each patient would go to the wrong one."""
    bilan = tmp_path / "export.pdf"
    bilan.write_bytes(b"%PDF of one")
    async with composer(engine, READY) as (pilot, screen):
        await screen.attachments.attach([FileAsked(bilan)])
        bilan.write_bytes(b"%PDF of another")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(screen.shown_error, AttachmentChanged))
        assert "a changé depuis qu’il a été joint : export.pdf" in text_of(screen)
        assert await engine._store.outbox() == []
        await pilot.press("ctrl+d")
        await screen.attachments.attach([FileAsked(bilan)])
        await pilot.press("ctrl+s")
        await until(pilot, lambda: results(pilot))
        (outgoing,) = await engine._store.outbox()
        sent = email.message_from_bytes(await engine._store.outgoing_content(outgoing.id))
        assert [part.get_payload(decode=True) for part in sent.walk()][-1] == b"%PDF of another"


async def test_a_vanished_attachment_keeps_the_message(engine: Engine, tmp_path: Path) -> None:
    bilan = tmp_path / "bilan.pdf"
    bilan.write_bytes(b"%PDF")
    async with composer(engine, READY) as (pilot, screen):
        await screen.attachments.attach([FileAsked(bilan)])
        bilan.unlink()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(screen.shown_error, AttachmentUnreadable))
        assert "bilan.pdf" in text_of(screen)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: screen.shown_error is None)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: results(pilot))


async def test_what_is_too_large_is_said_until_an_attachment_is_removed(
    engine: Engine, tmp_path: Path
) -> None:
    large = tmp_path / "radio.pdf"
    large.write_bytes(b"%PDF")
    async with composer(engine, READY) as (pilot, screen):
        await screen.attachments.attach([FileAsked(large)])
        screen.show_error(MessageTooLarge())
        await pilot.press("ctrl+d")
        await until(pilot, lambda: screen.shown_error is None)


async def test_a_full_disk_keeps_the_message_on_the_screen(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with composer(engine, READY) as (pilot, screen):

        async def no_room(*_arguments: object) -> None:
            raise StoreFull

        with monkeypatch.context() as full:
            full.setattr(engine._store, "queue", no_room)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(screen.shown_error, StoreFull))
        assert screen.query_one(MessageBody).text == READY.body
        await pilot.press("ctrl+s")
        await until(pilot, lambda: results(pilot))


async def test_recipients_are_completed_from_mail_seen(engine: Engine) -> None:
    await receive(engine, "paul.bernard@medecin.mssante.fr", "Dr Paul [/]BERNARD")
    async with composer(engine, Draft()) as (pilot, screen):
        to = screen.query_one("#to", RecipientField)
        await pilot.press(*"pau")
        await until(pilot, lambda: to.is_open)
        assert "[/]BERNARD" in text_of(screen)
        await pilot.press("tab")
        assert to.recipients.addresses == (
            Address.received("paul.bernard@medecin.mssante.fr", "Dr Paul [/]BERNARD"),
        )
        assert screen.focused is screen.query_one("#to-input")
        await pilot.press(*"dr durand", "tab")
        await until(pilot, lambda: "adresse à corriger : « dr durand »" in text_of(screen))
        assert screen.draft.incomplete_recipients == ("dr durand", "", "")


async def test_a_patient_among_the_suggestions_is_marked(engine: Engine) -> None:
    """A colleague may bear the same name."""
    await receive(engine, "yvonne.mollard@medecin.mssante.fr", "Dr Yvonne MOLLARD")
    await receive(engine, str(PATIENT.mailbox), "Yvonne MOLLARD")
    async with composer(engine, Draft()) as (pilot, screen):
        to = screen.query_one("#to", RecipientField)
        await pilot.press(*"moll")
        await until(pilot, lambda: to.is_open)
        rows = text_of(screen).splitlines()
        marked = {"◆ patient" in row: row for row in rows if "MOLLARD" in row}
        assert PATIENT.mailbox in marked[True]
        assert "yvonne.mollard@medecin.mssante.fr" in marked[False]


async def test_a_suggestion_replaces_nobody_whom_the_cursor_was_moved_to(engine: Engine) -> None:
    await receive(engine, "paul.bernard@medecin.mssante.fr", "Dr Paul BERNARD")
    async with composer(engine, Draft()) as (pilot, screen):
        to = screen.query_one("#to", RecipientField)
        await pilot.press(*"anne.petit@medecin.mssante.fr, pau")
        await until(pilot, lambda: to.is_open)
        await pilot.press("home", "tab")
        assert "anne.petit@medecin.mssante.fr" in to.text
        assert "paul.bernard@" not in to.text


@pytest.mark.parametrize("size", SIZES)
async def test_recipients_for_whom_the_line_is_too_short_are_all_named(
    engine: Engine, size: tuple[int, int]
) -> None:
    """An answer to all goes to nobody whom the user could not see."""
    many = tuple(Address.received(f"dr.numero.{n}@medecin.mssante.fr") for n in range(5))
    draft = Draft(to=(PAUL,), cc=many, subject="S", body="B")
    async with composer(engine, draft, size=size) as (pilot, screen):
        field = screen.query_one("#cc", RecipientField)
        named = field.query_one(".field-everyone", Static)
        await until(pilot, lambda: named.display)
        await pilot.pause()
        shown = " ".join(text_of(screen).split())
        assert "5 adresses : " in shown
        assert all(address.mailbox in shown for address in many)
        assert not screen.query_one("#to .field-everyone").display
        screen.query_one("#cc-input", Input).value = str(many[0].mailbox)
        await until(pilot, lambda: not named.display)


def test_more_recipients_than_a_terminal_has_room_for_are_counted() -> None:
    many = [Address.received(f"dr.{n}@medecin.mssante.fr") for n in range(40)]
    told = everyone(many, 200)
    assert len(told) <= 200
    assert told.startswith("40 adresses : dr.0@medecin.mssante.fr, dr.1@")
    named = told.count("@")
    assert told.endswith(f" et {40 - named} de plus")


async def test_escape_closes_the_suggestions_before_the_message(engine: Engine) -> None:
    await receive(engine, "paul.bernard@medecin.mssante.fr", "Dr Paul BERNARD")
    async with composer(engine, Draft()) as (pilot, screen):
        await pilot.press(*"pau")
        await until(pilot, lambda: screen.query_one("#to", RecipientField).is_open)
        await pilot.press("escape")
        assert not screen.query_one("#to", RecipientField).is_open
        assert pilot.app.screen is screen


async def test_a_patient_stays_above_and_cannot_be_edited_away(engine: Engine) -> None:
    async with composer(engine, Draft(to=(PATIENT,)), BANNER) as (pilot, screen):
        shown = text_of(screen)
        assert "PATIENT" in shown
        assert "2 79 03 51 215 189 89" in shown
        assert "Femme" in shown
        assert not screen.query_one("#to").display
        await pilot.press(*"Bonjour")
        assert screen.draft.to == (PATIENT,)
        assert screen.draft.subject == "Bonjour"


async def test_an_unconfirmed_patient_is_confirmed_before_anything_leaves(engine: Engine) -> None:
    draft = Draft(to=(PATIENT,), subject="S", body="B")
    async with composer(engine, draft) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert results(pilot) == []
        assert await engine._store.outbox() == []


async def test_questions_are_asked_and_no_keeps_the_message(engine: Engine) -> None:
    async with composer(engine, Draft(to=(PAUL,), body="B")) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await answer(pilot, "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert await engine._store.outbox() == []
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await answer(pilot, "o")
        await until(pilot, lambda: results(pilot))


async def test_what_is_written_is_on_disk_and_said_so(engine: Engine) -> None:
    async with composer(engine, Draft()) as (pilot, screen):
        screen.query_one("#body").focus()
        await pilot.press(*"abc")
        await until(pilot, lambda: "enregistré à" in text_of(screen))
        assert [draft.body for draft in await engine.drafts()] == ["abc"]


async def test_escape_keeps_the_draft_and_an_empty_one_leaves_no_trace(engine: Engine) -> None:
    async with composer(engine, Draft()) as (pilot, screen):
        await pilot.press("escape")
        await until(pilot, lambda: results(pilot))
        assert await engine.drafts() == []
        await pilot.app.push_screen(again := ComposeScreen(engine, Draft()), results(pilot).append)
        assert again is not screen
        await pilot.press(*"dr durand", "escape")
        await until(pilot, lambda: len(results(pilot)) == 2)
        (kept,) = await engine.drafts()
        assert kept.incomplete_recipients[0] == "dr durand"


async def test_discarding_is_asked_and_removes_the_draft(engine: Engine) -> None:
    saved = await engine._store.save_draft(READY, engine._outside.now())
    async with composer(engine, saved) as (pilot, _):
        await pilot.press("ctrl+k")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await answer(pilot, "o")
        await until(pilot, lambda: results(pilot))
        assert await engine.drafts() == []


async def test_line_breaks_pasted_into_a_field_send_nothing(engine: Engine) -> None:
    async with composer(engine, READY) as (pilot, screen):
        screen.query_one("#subject").focus()
        pilot.app.post_message(events.Paste(" a\nb\r\n\x1b[2J"))
        await until(pilot, lambda: "␛" in screen.draft.subject)
        assert screen.draft.subject == "Bilan de Mme D.a b ␛[2J"
        assert pilot.app.screen is screen


async def test_lines_pasted_into_a_field_are_not_glued_together(engine: Engine) -> None:
    """A terminal ends the lines of a paste as Enter does."""
    async with composer(engine, Draft()) as (pilot, screen):
        screen.query_one("#subject").focus()
        pilot.app.post_message(events.Paste("Dose : 5\r10 mg\r\nmatin"))
        await until(pilot, lambda: screen.draft.subject != "")
        assert screen.draft.subject == "Dose : 5 10 mg matin"


@pytest.mark.parametrize(
    ("begun", "rest", "typed"),
    [("du", "ra", "dura"), ("an", "dre.roux@hopital.mssante.fr", "andre.roux@hopital.mssante.fr")],
)
async def test_a_suggestion_for_what_stood_there_before_replaces_nothing(
    engine: Engine, begun: str, rest: str, typed: str
) -> None:
    await receive(engine, "paul.dubois@hopital.mssante.fr", "Paul DUBOIS", "a")
    await receive(engine, "anne.durand@hopital.mssante.fr", "Anne DURAND", "b")
    async with composer(engine, Draft()) as (pilot, screen):
        to = screen.query_one("#to", RecipientField)
        await pilot.press(*begun)
        await until(pilot, lambda: to.is_open)
        burst(pilot.app, *rest, "tab")
        await until(pilot, lambda: to.text == typed)
        await pilot.pause(0.2)
        assert to.text == typed


async def test_control_characters_pasted_into_the_text_reach_no_terminal(engine: Engine) -> None:
    async with composer(engine, READY) as (pilot, screen):
        screen.query_one("#body").focus()
        pilot.app.post_message(events.Paste("un\x1b]52;c;eA==\x07\r\ndeux [/]\n"))
        await until(pilot, lambda: "deux [/]\n" in screen.draft.body)
        assert "\x1b" not in screen.draft.body
        assert "\x1b" not in text_of(screen)


async def test_a_file_is_chosen_by_keys_and_by_its_path(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "Résultats"
    folder.mkdir()
    (folder / "bilan.pdf").write_bytes(b"x" * 100_000)
    async with composer(engine, READY) as (pilot, screen):
        screen.attachments._directory = tmp_path
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, FileChooserScreen))
        chooser = pilot.app.screen
        assert isinstance(chooser, FileChooserScreen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: chooser.directory == folder)
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen.draft.attachments)
        assert "1 pièce jointe" in text_of(screen)
        assert "≈ 139" in text_of(screen)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, FileChooserScreen))
        pilot.app.screen.query_one("#path", Input).value = str(folder / "absent.pdf")
        pilot.app.screen.query_one("#path").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(screen.shown_error, AttachmentUnreadable))
        assert len(screen.draft.attachments) == 1
        assert screen.query_one("#attachments-list", OptionList).option_count == 1


@pytest.mark.parametrize("typed", ["x" * 300, "a\0b", "~nobody-there/x", "/" * 5000 + "x"])
async def test_a_path_that_the_system_refuses_is_left_to_whoever_reads_it(
    engine: Engine, tmp_path: Path, typed: str
) -> None:
    async with stage(FileChooserScreen(tmp_path), engine=engine) as pilot:
        path = pilot.app.screen.query_one("#path", Input)
        path.value = typed
        path.focus()
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        with pytest.raises(AttachmentUnreadable):
            await engine.writing.attach(results(pilot)[0])


@pytest.mark.parametrize("by_paste", [False, True])
async def test_a_path_typed_on_the_list_of_files_is_a_path(
    engine: Engine, tmp_path: Path, by_paste: bool
) -> None:
    (tmp_path / "bilan.pdf").write_bytes(b"%PDF")
    path = str(tmp_path / "bilan.pdf")
    async with stage(FileChooserScreen(tmp_path), engine=engine) as pilot:
        chooser = pilot.app.screen
        await until(pilot, lambda: chooser.focused is chooser.query_one("#entries"))
        assert "Entrée Choisir" in text_of(chooser)
        assert "← Dossier parent" in text_of(chooser)
        if by_paste:
            pilot.app.post_message(events.Paste(path))
        else:
            burst(pilot.app, *path[:3])
            await pilot.pause()
            burst(pilot.app, *path[3:])
        await until(pilot, lambda: chooser.query_one("#path", Input).value == path)
        await until(pilot, lambda: "Dossier parent" not in text_of(chooser))
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot) == [tmp_path / "bilan.pdf"])


@pytest.mark.parametrize("key", ["tab", "enter"])
async def test_text_that_follows_the_key_to_the_next_field_in_one_burst_goes_there(
    engine: Engine, key: str
) -> None:
    async with composer(engine, Draft()) as (pilot, screen):
        await until(pilot, lambda: screen.focused is not None)
        screen.query_one("#subject", Input).focus()
        await pilot.pause()
        burst(pilot.app, *"Bilan", key, *"Bonjour")
        await until(pilot, lambda: screen.draft.body == "Bonjour")
        assert screen.draft.subject == "Bilan"


@pytest.mark.parametrize(
    ("keys", "subject", "body"),
    [
        (["tab", *"Bilan", "enter", *"Bonjour"], "Bilan", "Bonjour"),
        (["tab", *"Bilan", "tab", "enter", *"Bonjour"], "Bilan", "\nBonjour"),
    ],
    ids=["into the subject", "out of it"],
)
async def test_the_key_to_the_text_knows_which_field_the_keys_before_it_moved_to(
    engine: Engine, keys: list[str], subject: str, body: str
) -> None:
    """All in one burst: a field hears late that it has the focus, or has it no longer."""
    async with composer(engine, Draft()) as (pilot, screen):
        await until(pilot, lambda: screen.focused is not None)
        screen.query_one("#bcc-input", Input).focus()
        await pilot.pause()
        burst(pilot.app, *keys)
        await until(
            pilot, lambda: "Bonjour" in f"{screen.draft} {screen.draft.incomplete_recipients}"
        )
        assert (screen.draft.subject, screen.draft.body) == (subject, body)
        assert not any(screen.draft.incomplete_recipients)


async def test_a_patient_confirmed_for_another_message_is_confirmed_where_not_shown(
    engine: Engine,
) -> None:
    """A completed address may be the wrong patient's."""
    await confirm(engine, INS)
    async with composer(engine, Draft(to=(PATIENT,), subject="S", body="B")) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert await engine._store.outbox() == []


async def test_a_patient_written_in_while_the_questions_are_looked_up_is_confirmed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await confirm(engine, INS)
    gate, looked_up = asyncio.Event(), asyncio.Event()
    review = engine.writing.review_to_send

    async def wait_and_review(draft: Draft) -> Review:
        found = await review(draft)
        looked_up.set()
        await gate.wait()
        return found

    monkeypatch.setattr(engine.writing, "review_to_send", wait_and_review)
    async with composer(engine, READY) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, looked_up.is_set)
        screen.query_one("#to-input", Input).value = str(PATIENT.mailbox)
        await until(pilot, lambda: screen.is_to_patient)
        gate.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen) or results(pilot))
        assert await engine._store.outbox() == []


async def test_a_patient_changed_and_put_back_is_confirmed_again(engine: Engine) -> None:
    await confirm(engine, INS)
    draft = Draft(to=(PAUL,), cc=(PATIENT,), subject="S", body="B")
    async with composer(engine, draft, BANNER) as (pilot, screen):
        field = screen.query_one("#cc-input", Input)
        field.value = f"{OTHER_INS}@patient.mssante.fr"
        await until(pilot, lambda: screen.draft.cc != (PATIENT,))
        field.value = str(PATIENT.mailbox)
        await until(pilot, lambda: INS in screen.draft.cc[0].mailbox)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen | Question))
        assert isinstance(pilot.app.screen, InsSearchScreen)


async def test_the_banner_names_only_the_patient_written_to(engine: Engine) -> None:
    await confirm(engine, INS)
    await confirm(engine, OTHER_INS)
    draft = Draft(to=(PAUL,), cc=(PATIENT,), subject="S", body="B")
    async with composer(engine, draft, BANNER) as (pilot, screen):
        assert "2 79 03 51 215 189 89" in text_of(screen)
        screen.query_one("#cc-input", Input).value = f"{OTHER_INS}@patient.mssante.fr"
        await until(pilot, lambda: "2 79 03 51 215 189 89" not in text_of(screen))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))


async def test_the_message_leaves_behind_a_screen_opened_meanwhile(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_queue(engine, monkeypatch)
    async with composer(engine, READY) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen._is_settled)
        await pilot.app.push_screen(HelpScreen(screen))
        gate.set()
        await until(pilot, lambda: screen._ends_with is not None)
        assert isinstance(pilot.app.screen, HelpScreen)
        await pilot.press("escape")
        await until(pilot, lambda: results(pilot))
        assert isinstance(results(pilot)[0], Outgoing)
        assert screen not in pilot.app.screen_stack


async def test_a_message_being_handed_over_is_neither_closed_nor_thrown_away(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = hold_queue(engine, monkeypatch)
    async with composer(engine, READY) as (pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen._is_settled)
        await pilot.press("escape", "ctrl+k")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await answer(pilot, "o")
        await until(pilot, lambda: pilot.app.screen is screen)
        gate.set()
        await until(pilot, lambda: results(pilot))
        assert isinstance(results(pilot)[0], Outgoing)
        assert len(await engine._store.outbox()) == 1
