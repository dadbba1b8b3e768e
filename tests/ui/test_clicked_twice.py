"""The mouse clicks twice where once does: what is below stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.widget import Widget
from ui.mailbox_stage import Mailing, opened, practice
from ui.stage import clicks

from tui_mailer.domain.patient_list import PatientFilter
from tui_mailer.ui.commands.palette import FrenchPalette
from tui_mailer.ui.screens.choose_filter import ChooseFilterScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.widgets.choice_list import ChoiceList


async def clicked_twice(mailing: Mailing, x: int, y: int) -> None:
    """Until the screen that was clicked is gone, and whatever else that does is done."""
    clicked = mailing.app.screen
    clicks(mailing.app, x, y, times=2)
    await mailing.until(lambda: mailing.app.screen is not clicked)
    await mailing.pilot.pause(0.1)


def middle(widget: Widget) -> tuple[int, int]:
    return widget.region.x + widget.region.width // 2, widget.region.y + widget.region.height // 2


async def test_beside_the_palette_above_a_message_that_is_written(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.press("e")
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.press("ctrl+p")
        await mailing.until(lambda: isinstance(mailing.app.screen, FrenchPalette))
        await mailing.pilot.pause()
        await clicked_twice(mailing, 1, 0)
        assert isinstance(mailing.app.screen, ComposeScreen)


async def test_the_answer_to_a_question(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        question = Question("Vraiment ?")
        answers: list[Any] = []
        mailing.app.push_screen(question, answers.append)
        await mailing.until(lambda: question.accepts_keys)
        await mailing.pilot.pause(0.4)
        await clicked_twice(mailing, *middle(question.query_one("#yes")))
        assert answers == [True]
        assert isinstance(mailing.app.screen, MailboxScreen)


async def test_a_choice_on_a_sheet(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        sheet = ChooseFilterScreen(dict.fromkeys(PatientFilter, 1), PatientFilter.ALL)
        chosen: list[Any] = []
        await mailing.app.push_screen(sheet, chosen.append)
        await mailing.pilot.pause()
        choices = sheet.query_one(ChoiceList)
        await clicked_twice(mailing, choices.region.x + 3, choices.region.y)
        assert chosen == [next(iter(PatientFilter))]
        assert isinstance(mailing.app.screen, MailboxScreen)
