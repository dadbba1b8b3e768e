"""The ways through the screens, from a key of the mailbox to a composer."""

from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from ui.stage import INS, OTHER_INS, Practice, answer, receive, stage, text_of, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import FileAsked
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import MessageNotHeld
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.message import FolderView, PatientsView
from tui_mailer.engine.engine import Engine, utc_now
from tui_mailer.ui import flows
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.new_message import NewMessageScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint
from tui_mailer.ui.widgets.notice import Notice
from tui_mailer.ui.widgets.patient_search_input import PatientSearchInput

PATIENT = Address.received(f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS")


class QuietScreen(CommandScreen[None]):
    """Shows errors, and nothing else."""

    def compose(self) -> ComposeResult:
        yield Notice()


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    return await Practice(tmp_path / "store").engine()


async def composer(pilot: Pilot[None]) -> ComposeScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, ComposeScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, ComposeScreen)
    return screen


async def confirm(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
    boxes = pilot.app.screen.query(ConfirmPoint)
    await until(pilot, lambda: all(box.accepts_keys for box in boxes))
    boxes.first().focus()
    await pilot.press("space", "down", "space", "down", "space", "down", "space", "down", "enter")


async def send_confirmed(pilot: Pilot[None], engine: Engine) -> None:
    """Send the patient a message, whose identity is confirmed for it."""
    flows.resume_draft(pilot.app, engine, Draft(to=(PATIENT,), subject="un", body="B"))
    await composer(pilot)
    await pilot.press("ctrl+s")
    await confirm(pilot)
    await until(pilot, lambda: not isinstance(pilot.app.screen, ComposeScreen | InsSearchScreen))


async def test_the_menu_leads_to_the_patient_and_then_to_the_message(
    engine: Engine, tmp_path: Path
) -> None:
    async with stage(None, engine=engine) as pilot:
        flows.new_message(pilot.app, engine)
        await until(pilot, lambda: isinstance(pilot.app.screen, NewMessageScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await pilot.press(*INS)
        await confirm(pilot)
        screen = await composer(pilot)
        assert [str(address.mailbox) for address in screen.draft.to] == [PATIENT.mailbox]
        assert "PATIENT" in text_of(screen)


async def test_the_menu_leads_to_a_professional(engine: Engine) -> None:
    async with stage(None, engine=engine) as pilot:
        flows.new_message(pilot.app, engine)
        await until(pilot, lambda: isinstance(pilot.app.screen, NewMessageScreen))
        await pilot.press("e")
        assert (await composer(pilot)).draft.to == ()


@pytest.mark.parametrize(("asked", "added"), [("2 79 03 51 215 189 89", ""), (INS[:13], INS[13:])])
async def test_the_command_line_attaches_to_the_confirmed_patient(
    engine: Engine, tmp_path: Path, asked: str, added: str
) -> None:
    bilan = tmp_path / "bilan.pdf"
    bilan.write_bytes(b"%PDF")
    async with stage(None, engine=engine) as pilot:
        flows.write_to_patient(pilot.app, engine, asked, [FileAsked(bilan)])
        await until(pilot, lambda: asked in text_of(pilot.app.screen))
        await pilot.press("end", *added)
        await until(pilot, lambda: PATIENT.mailbox in text_of(pilot.app.screen))
        await confirm(pilot)
        screen = await composer(pilot)
        await until(pilot, lambda: screen.draft.attachments)
        assert screen.draft.attachments[0].name == "bilan.pdf"


async def test_what_came_with_one_ins_is_not_attached_to_a_message_for_another(
    engine: Engine, tmp_path: Path
) -> None:
    """The search bar can be changed: the file would go to the wrong patient."""
    (tmp_path / "bilan.pdf").write_bytes(b"%PDF-1.4")
    async with stage(None, engine=engine, size=(80, 24)) as pilot:
        flows.write_to_patient(pilot.app, engine, OTHER_INS, [FileAsked(tmp_path / "bilan.pdf")])
        await until(pilot, lambda: f"{OTHER_INS}@" in text_of(pilot.app.screen))
        pilot.app.screen.query_one(PatientSearchInput).value = INS
        await until(pilot, lambda: PATIENT.mailbox in text_of(pilot.app.screen))
        await confirm(pilot)
        screen = await composer(pilot)
        assert [str(address.mailbox) for address in screen.draft.to] == [PATIENT.mailbox]
        assert screen.draft.attachments == ()
        shown = " ".join(text_of(screen).split())
        assert "pièces jointes demandées n’ont pas été jointes : bilan.pdf" in shown


async def leave(pilot: Pilot[None]) -> None:
    """The composer, without sending."""
    await pilot.press("escape")
    await until(pilot, lambda: not isinstance(pilot.app.screen, ComposeScreen))
    await pilot.pause()


async def test_leaving_without_sending_ends_the_confirmation(engine: Engine) -> None:
    async with stage(None, engine=engine) as pilot:
        flows.write_to_patient(pilot.app, engine, INS)
        await confirm(pilot)
        await composer(pilot)
        assert await engine.identities.cleared((INS,)) == {INS}
        await leave(pilot)
        assert await engine.identities.cleared((INS,)) == set()


async def test_a_patient_refused_at_the_confirmation_opens_no_message(engine: Engine) -> None:
    async with stage(None, engine=engine) as pilot:
        flows.write_to_patient(pilot.app, engine, INS)
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, InsSearchScreen))
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ComposeScreen)


async def test_a_draft_to_a_patient_shows_its_banner_and_is_confirmed_when_sent(
    engine: Engine,
) -> None:
    draft = Draft(to=(PATIENT,), subject="S", body="B")
    async with stage(None, engine=engine) as pilot:
        flows.resume_draft(pilot.app, engine, draft)
        assert "2 79 03 51 215 189 89" in text_of(await composer(pilot))
        await pilot.press("ctrl+s")
        await confirm(pilot)
        await until(
            pilot, lambda: not isinstance(pilot.app.screen, ComposeScreen | InsSearchScreen)
        )
        (outgoing,) = await engine._store.outbox()
        assert outgoing.patient == INS


async def test_a_draft_gone_on_with_is_confirmed_though_another_message_was(
    engine: Engine,
) -> None:
    """A confirmation is for the message that it was given for."""
    async with stage(None, engine=engine) as pilot:
        await send_confirmed(pilot, engine)
        assert await engine.identities.cleared((INS,)) == {INS}
        flows.resume_draft(pilot.app, engine, Draft(to=(PATIENT,), subject="deux", body="B"))
        await composer(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        assert len(await engine._store.outbox()) == 1


async def test_an_answer_redirected_to_a_patient_is_confirmed_though_another_message_was(
    engine: Engine,
) -> None:
    """Only the exchange that is answered spares the confirmation, not one of the same day."""
    message_id = await received(engine, "paul.bernard@medecin.mssante.fr")
    async with stage(None, engine=engine) as pilot:
        await send_confirmed(pilot, engine)
        draft = Draft(to=(PATIENT,), subject="deux", body="B", answers=message_id)
        flows.resume_draft(pilot.app, engine, draft)
        await composer(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        assert len(await engine._store.outbox()) == 1


async def test_an_answer_is_confirmed_though_another_message_to_that_patient_was(
    engine: Engine,
) -> None:
    message_id = await received(engine, str(PATIENT.mailbox))
    async with stage(None, engine=engine) as pilot:
        await send_confirmed(pilot, engine)
        flows.reply(pilot.app, engine, message_id, to_all=False)
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await until(pilot, lambda: PATIENT.mailbox in text_of(pilot.app.screen))


async def test_an_end_is_confirmed_though_another_message_to_that_patient_was(
    engine: Engine,
) -> None:
    """While that message waits, there is no exchange yet."""
    await received(engine, str(PATIENT.mailbox))
    async with stage(None, engine=engine) as pilot:
        await send_confirmed(pilot, engine)
        flows.end_exchange(pilot.app, engine, INS)
        await answer(pilot, "o")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await until(pilot, lambda: PATIENT.mailbox in text_of(pilot.app.screen))
        assert len(await engine._store.outbox()) == 1


async def test_a_confirmation_given_when_sending_ends_with_the_message_that_is_left(
    engine: Engine,
) -> None:
    async with stage(None, engine=engine) as pilot:
        draft = Draft(to=(PATIENT,), subject="", body="Ci-joint le résultat.")
        flows.resume_draft(pilot.app, engine, draft)
        await composer(pilot)
        await pilot.press("ctrl+s")
        await confirm(pilot)
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        await answer(pilot, "n")
        await composer(pilot)
        assert await engine.identities.cleared((INS,)) == {INS}
        await leave(pilot)
        assert await engine.identities.cleared((INS,)) == set()
        assert not await engine._store.outbox()


async def test_a_key_pressed_twice_opens_one_message(engine: Engine) -> None:
    async with stage(None, engine=engine) as pilot:
        flows.write_to_professional(pilot.app, engine)
        flows.write_to_professional(pilot.app, engine)
        await composer(pilot)
        assert len(pilot.app.screen_stack) == 2


async def received(engine: Engine, mailbox: str) -> int:
    """A whole message from `mailbox`, and its local id."""
    await receive(engine, mailbox, "Quelqu’un", "Question")
    (row,) = await engine._store.rows(PatientsView(), 0, 9) or await engine._store.rows(
        FolderView((await engine._store.folders())[0].id), 0, 9
    )
    source = f"From: {mailbox}\r\nSubject: Question\r\nMessage-ID: <1@a.fr>\r\n\r\nBonjour docteur"
    await engine._store.save_content(row.id, source.encode(), "Bonjour docteur")
    return row.id


async def test_a_reply_to_a_patient_is_confirmed_first(engine: Engine) -> None:
    message_id = await received(engine, str(PATIENT.mailbox))
    async with stage(None, engine=engine) as pilot:
        flows.reply(pilot.app, engine, message_id, to_all=False)
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        await until(pilot, lambda: "Répondre à ce patient" in text_of(pilot.app.screen))
        await confirm(pilot)
        screen = await composer(pilot)
        assert screen.draft.subject == "Re: Question"
        assert "PATIENT" in text_of(screen)


async def test_within_a_confirmed_open_exchange_the_identity_is_shown_again_not_asked(
    engine: Engine,
) -> None:
    message_id = await received(engine, str(PATIENT.mailbox))
    await engine._store.save_exchange(Exchange(INS, ExchangeState.OPEN, utc_now(), utc_now()))
    async with stage(None, engine=engine) as pilot:
        flows.reply(pilot.app, engine, message_id, to_all=False)
        assert "2 79 03 51 215 189 89" in text_of(await composer(pilot))


async def test_a_reply_to_a_professional_opens_at_once(engine: Engine) -> None:
    message_id = await received(engine, "paul.bernard@medecin.mssante.fr")
    async with stage(None, engine=engine) as pilot:
        flows.reply(pilot.app, engine, message_id, to_all=False)
        screen = await composer(pilot)
        assert screen.focused is screen.query_one("#body")


async def test_a_message_not_loaded_yet_is_said(engine: Engine) -> None:
    async with stage(QuietScreen(), engine=engine) as pilot:
        flows.forward(pilot.app, engine, 12_345)
        screen = pilot.app.screen
        assert isinstance(screen, QuietScreen)
        await until(pilot, lambda: isinstance(screen.shown_error, MessageNotHeld))
