"""A question: what answers it, and what was meant for something else."""

import pytest
from textual import events
from ui.stage import results, stage, text_of, until

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.screens.end_exchange import EndExchangeScreen
from tui_mailer.ui.screens.question import Question


@pytest.mark.parametrize(("key", "answer"), [("o", True), ("n", False), ("escape", False)])
async def test_a_key_pressed_once_it_is_shown_answers(key: str, answer: bool) -> None:
    async with stage(Question("L’envoyer ainsi ?", "Envoyer", "Revenir")) as pilot:
        assert "L’envoyer ainsi ?" in text_of(pilot.app.screen)
        await pilot.press(key)
        await until(pilot, lambda: results(pilot) == [answer])


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


async def test_in_a_low_terminal_what_enter_would_press_is_on_the_screen() -> None:
    patient = PatientBanner(
        Matricule.parse("279035121518989"), safe_line("Dominique PAT-TROIS"), "Femme", "mars 1979"
    )
    async with stage(EndExchangeScreen(patient), size=(60, 15)) as pilot:
        await until(pilot, lambda: "Ne rien changer (n)" in text_of(pilot.app.screen))
        assert pilot.app.focused is pilot.app.screen.query_one("#no")
