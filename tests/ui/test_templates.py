"""Templates and the signature in the composer, by keys."""

from pathlib import Path

import pytest
from textual.widgets import Input
from ui.stage import ACCOUNT, INS, OTHER_INS, Practice, receive, results, stage, text_of, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.template import Template, read_template
from tui_mailer.ui import flows
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.templates import TemplatesScreen
from tui_mailer.ui.widgets.message_body import MessageBody

PATIENT = Address.received(f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS")
TEMPLATES = (
    read_template("Rendez-vous", "Objet : Votre rendez-vous\n\nBonjour {patient},\n{expediteur}"),
    read_template("Sans objet", "Un [/] texte \x1b[2J"),
    read_template("Avec un INS", f"Dossier {INS}"),
)


def templates() -> tuple[Template, ...]:
    return TEMPLATES


async def composer(directory: Path, draft: Draft) -> ComposeScreen:
    engine = await Practice(directory).engine()
    return ComposeScreen(engine, draft, templates=templates)


def body(screen: ComposeScreen) -> MessageBody:
    return screen.query_one(MessageBody)


def subject(screen: ComposeScreen) -> str:
    return screen.query_one("#subject", Input).value


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_template_is_looked_at_and_inserted_at_the_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    screen = await composer(tmp_path, Draft(to=(PATIENT,), body="AvantAprès"))
    async with stage(screen, engine=screen._engine, size=size) as pilot:
        body(screen).focus()
        body(screen).move_cursor((0, 5))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen))
        await pilot.pause()
        shown = text_of(pilot.app.screen)
        for words in ("Modèles de texte", "Rendez-vous", "Bonjour Dominique PAT-TROIS", "Insérer"):
            assert words in shown
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: "Bonjour" in body(screen).text)
        assert body(screen).text == "AvantBonjour Dominique PAT-TROIS,\nDr Marie MARTINAprès"
        assert subject(screen) == "Votre rendez-vous"
        await until(pilot, lambda: screen.draft.subject == "Votre rendez-vous")


@pytest.mark.parametrize(
    ("to_another", "greeting"), [(False, "Bonjour Dominique PAT-TROIS,"), (True, "Bonjour ")]
)
async def test_the_name_is_the_patients_only_while_the_message_goes_there(
    tmp_path: Path, *, to_another: bool, greeting: str
) -> None:
    engine = await Practice(tmp_path).engine()
    await receive(engine, str(PATIENT.mailbox), str(PATIENT.name))
    async with stage(None, engine=engine, opening=Opening(templates=templates)) as pilot:
        colleague = Address.received("dr.durand@hopital.mssante.fr")
        flows.resume_draft(pilot.app, engine, Draft(to=(colleague,), cc=(PATIENT,), subject="x"))
        await until(pilot, lambda: bool(pilot.app.screen.query("#cc-input")))
        screen = pilot.app.screen
        assert isinstance(screen, ComposeScreen)
        if to_another:
            other = f"{OTHER_INS}@patient.mssante.fr"
            screen.query_one("#cc-input", Input).value = other
            await until(pilot, lambda: [a.mailbox for a in screen.draft.cc] == [other])
        body(screen).focus()
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Bonjour" in body(screen).text)
        assert body(screen).text.startswith(greeting)
        assert ("Dominique" in body(screen).text) is not to_another


async def test_a_subject_already_written_stays(tmp_path: Path) -> None:
    screen = await composer(tmp_path, Draft(to=(PATIENT,), subject="Le mien"))
    async with stage(screen, engine=screen._engine) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "Bonjour" in body(screen).text)
        assert subject(screen) == "Le mien"


async def test_leaving_inserts_nothing_and_a_hostile_template_is_harmless(tmp_path: Path) -> None:
    screen = await composer(tmp_path, Draft(to=(PATIENT,), subject="x"))
    async with stage(screen, engine=screen._engine) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen))
        await pilot.press("down")
        await until(pilot, lambda: "Un [/] texte ␛[2J" in text_of(pilot.app.screen))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert body(screen).text == ""


async def test_a_template_with_an_ins_says_so_and_is_not_inserted(tmp_path: Path) -> None:
    screen = await composer(tmp_path, Draft(to=(PATIENT,), subject="x"))
    async with stage(screen, engine=screen._engine) as pilot:
        await pilot.press("ctrl+g")
        await until(pilot, lambda: isinstance(pilot.app.screen, TemplatesScreen))
        await pilot.press("down", "down")
        await until(pilot, lambda: "Ce modèle contient une INS" in text_of(pilot.app.screen))
        assert "Dossier" not in text_of(pilot.app.screen)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, TemplatesScreen)
        assert results(pilot) == []


async def test_an_untouched_message_with_its_signature_is_not_kept(tmp_path: Path) -> None:
    practice = Practice(tmp_path)
    engine = await practice.engine(ACCOUNT, signature="Dr Marie MARTIN\nCabinet")
    screen = ComposeScreen(engine, engine.writing.sign(Draft()))
    async with stage(screen, engine=engine) as pilot:
        assert "Dr Marie MARTIN" in text_of(screen)
        await pilot.press("escape")
        await until(pilot, lambda: results(pilot))
        assert list(await engine.drafts()) == []
