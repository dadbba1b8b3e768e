"""What the practice's software asks while the program is open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from ui.stage import ACCOUNT, INS, OTHER_INS, PASSWORD, Practice, answer, text_of, until

from tui_mailer.domain.address import Address
from tui_mailer.domain.call import FileAsked, WriteCall
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.events import WriteAsked
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen
from tui_mailer.ui.screens.question import Question


@asynccontextmanager
async def opened(directory: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Any]:
    """The program with its mailbox on the screen."""
    app = MailerApp(Practice(directory).session(), Opening(ACCOUNT, PASSWORD))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MailboxScreen) and app.engine)
        yield pilot


def ask(pilot: Any, ins: str, *attach: Path) -> None:
    pilot.app.engine.announce(WriteAsked(WriteCall(ins, tuple(map(FileAsked, attach)))))


async def begin_a_message(pilot: Any) -> None:
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, ComposeScreen))


def searches(pilot: Any, ins: str) -> bool:
    screen = pilot.app.screen
    return isinstance(screen, InsSearchScreen) and ins in text_of(screen)


async def leave_for_search(pilot: Any, ins: str) -> None:
    """Leave what is on the screen; the search for what was asked opens."""
    await pilot.press("escape")
    await until(pilot, lambda: searches(pilot, ins))


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
        await begin_a_message(pilot)
        ask(pilot, INS)
        await until(pilot, lambda: "logiciel métier demande" in text_of(pilot.app.screen))
        assert isinstance(pilot.app.screen, ComposeScreen)
        await leave_for_search(pilot, INS)


async def test_several_come_one_after_the_other_and_the_same_one_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        for ins in (INS, OTHER_INS, INS):
            ask(pilot, ins)
        await leave_for_search(pilot, INS)
        await leave_for_search(pilot, OTHER_INS)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))
        await pilot.pause(0.7)
        assert isinstance(pilot.app.screen, MailboxScreen)


async def test_a_second_click_asks_for_nothing_new(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        ask(pilot, INS)
        await until(pilot, lambda: searches(pilot, INS))
        ask(pilot, INS)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))
        await pilot.pause(0.7)
        assert isinstance(pilot.app.screen, MailboxScreen)
        ask(pilot, INS)
        await until(pilot, lambda: searches(pilot, INS))


async def test_however_many_wait_it_is_said_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, InsSearchScreen))
        for number in range(6):
            ask(pilot, f"{number}")
        await until(pilot, lambda: "logiciel métier demande" in text_of(pilot.app.screen))
        await pilot.pause(0.2)
        said = [toast.message for toast in pilot.app._notifications]
        assert sum("logiciel métier" in message for message in said) == 1


async def test_while_a_message_can_be_taken_back_the_key_for_it_is_free(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        draft = Draft(to=(Address.received("dr.durand@chu.mssante.fr"),), subject="Avis", body="…")
        await pilot.app.engine.writing.send(draft)
        await until(pilot, lambda: pilot.app.screen.may_take_back)
        ask(pilot, INS)
        await pilot.pause(0.7)
        assert isinstance(pilot.app.screen, MailboxScreen)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposeScreen))
        await leave_for_search(pilot, INS)


async def test_a_call_that_waits_is_not_lost_without_a_word(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        await begin_a_message(pilot)
        ask(pilot, INS)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Question))
        assert "Une demande de votre logiciel métier attend encore" in " ".join(
            text_of(pilot.app.screen).split()
        )
        await answer(pilot, "n")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposeScreen))
        await leave_for_search(pilot, INS)


async def test_what_is_asked_obeys_to_no_terminal(tmp_path: Path) -> None:
    async with opened(tmp_path) as pilot:
        ask(pilot, f"{INS}\x1b]52;c;ZXZpbA==\x07\u202e")
        await until(pilot, lambda: searches(pilot, INS))
        shown = text_of(pilot.app.screen)
        assert not set(shown) & {"\x1b", "\x07", "\u202e"}
