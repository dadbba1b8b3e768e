"""What the practice's software asks while the program is open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from ui.stage import ACCOUNT, INS, OTHER_INS, PASSWORD, Practice, text_of, until

from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.events import WriteAsked
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen


@asynccontextmanager
async def opened(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Any]:
    """The program with its mailbox on the screen."""
    app = MailerApp(Practice(directory).session(), Opening(ACCOUNT, PASSWORD))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MailboxScreen) and app.engine)
        yield pilot


def ask(pilot: Any, ins: str, *attach: Path) -> None:
    pilot.app.engine.announce(WriteAsked(WriteCall(ins, attach)))


def searches(pilot: Any, ins: str) -> bool:
    screen = pilot.app.screen
    return isinstance(screen, InsSearchScreen) and ins in text_of(screen)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_search_opens_with_the_ins_and_nothing_is_confirmed(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as pilot:
        ask(pilot, INS)
        await until(pilot, lambda: searches(pilot, INS))
        assert "— confirmé" not in text_of(pilot.app.screen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))


async def test_over_a_message_that_is_written_it_waits_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposeScreen))
        ask(pilot, INS)
        await until(pilot, lambda: "logiciel métier demande" in text_of(pilot.app.screen))
        assert isinstance(pilot.app.screen, ComposeScreen)
        await pilot.press("escape")
        await until(pilot, lambda: searches(pilot, INS))


async def test_several_come_one_after_the_other_and_the_same_one_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        for ins in (INS, OTHER_INS, INS):
            ask(pilot, ins)
        await pilot.press("escape")
        await until(pilot, lambda: searches(pilot, INS))
        await pilot.press("escape")
        await until(pilot, lambda: searches(pilot, OTHER_INS))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))
        await pilot.pause(0.7)
        assert isinstance(pilot.app.screen, MailboxScreen)
