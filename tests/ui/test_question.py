"""A question: what answers it, and what was meant for something else."""

import pytest
from textual import events
from ui.stage import StageApp, answer, results, stage, text_of, until

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.screens.end_exchange import EndExchangeScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.screens.unhurried import AskedText


@pytest.mark.parametrize(("key", "given"), [("o", True), ("n", False), ("escape", False)])
async def test_a_key_pressed_once_it_is_shown_answers(key: str, given: bool) -> None:
    async with stage(Question("L’envoyer ainsi ?", "Envoyer", "Revenir")) as pilot:
        assert "L’envoyer ainsi ?" in text_of(pilot.app.screen)
        await answer(pilot, key)
        await until(pilot, lambda: results(pilot) == [given])


@pytest.mark.parametrize("keys", [["o"], ["tab", "enter"], ["right", "enter"], ["enter"], ["n"]])
async def test_keys_pressed_before_it_was_shown_answer_nothing(keys: list[str]) -> None:
    typed_ahead = [events.Key(key, key if len(key) == 1 else None) for key in keys]
    question = Question("L’envoyer ainsi ?")
    async with stage(question) as pilot:
        for key in typed_ahead:
            pilot.app.post_message(key)
            await pilot.pause()
        assert results(pilot) == []
        assert pilot.app.screen is question


@pytest.mark.parametrize(("round_trip_s", "after_s"), [(0.0, 0.2), (0.2, 0.4)])
async def test_a_key_pressed_sooner_than_anybody_reads_answers_nothing(
    round_trip_s: float, after_s: float
) -> None:
    question = Question("L’envoyer ainsi ?")
    async with stage(question) as pilot:
        assert isinstance(pilot.app, StageApp)
        pilot.app.round_trip_s = round_trip_s
        await until(pilot, lambda: question.accepts_keys)
        shown_at = question.query_one(AskedText).shown_at
        assert shown_at is not None
        key = events.Key("o", "o")
        key.time = shown_at + after_s
        pilot.app.post_message(key)
        await pilot.pause()
        assert results(pilot) == []
        assert pilot.app.screen is question


async def test_in_a_low_terminal_what_enter_would_press_is_on_the_screen() -> None:
    patient = PatientBanner(
        Matricule.parse("279035121518989"), safe_line("Dominique PAT-TROIS"), "Femme", "mars 1979"
    )
    async with stage(EndExchangeScreen(patient), size=(60, 15)) as pilot:
        await until(pilot, lambda: "Ne rien changer (n)" in text_of(pilot.app.screen))
        assert pilot.app.focused is pilot.app.screen.query_one("#no")
