"""The program left open for days: what is closed leaves nothing behind."""

import gc
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widget import Widget
from ui.mailbox_stage import NOON, Mailing, mail, opened, practice
from ui.stage import ACCOUNT

from tui_mailer.domain.events import Connectivity
from tui_mailer.memory import pass_over, tidy
from tui_mailer.ui.at_rest import RestingApp
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen


def detached() -> Counter[str]:
    """Widgets that are on no screen any more, and that something still holds."""
    gc.collect()
    widgets = [each for each in gc.get_objects() if isinstance(each, Widget)]
    return Counter(type(each).__name__ for each in widgets if not each.is_attached)


async def write_and_close(mailing: Mailing) -> "weakref.ref[Screen[object]]":
    await mailing.press("e")
    await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
    composer = weakref.ref(mailing.app.screen)
    await mailing.press("x", "escape")
    await mailing.until(lambda: isinstance(mailing.app.screen, MailboxScreen))
    return composer


async def test_a_composer_that_is_closed_is_held_by_nothing(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        # The last one is held for a while, by Textual and by the keys that were pressed.
        await write_and_close(mailing)
        await mailing.pilot.pause(0.5)
        before = detached()
        for _ in range(3):
            await write_and_close(mailing)
        await mailing.pilot.pause(0.5)
        assert detached() - before == Counter()


@pytest.fixture
def collector() -> Iterator[None]:
    """As it is in the program: it looks seldom. Left as it was found."""
    threshold = gc.get_threshold()
    gc.set_threshold(1_000_000)
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


async def test_what_was_passed_over_is_given_back_while_nobody_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: None
) -> None:
    monkeypatch.setattr(RestingApp, "looks_every_s", 0.1)
    monkeypatch.setattr(RestingApp, "rests_after_s", 0.5)
    async with opened(practice(tmp_path)) as mailing:
        mailing.app.opening = replace(mailing.app.opening, at_rest=tidy)
        closed = [await write_and_close(mailing) for _ in range(3)]
        pass_over()  # as a comparison of all flags does
        await mailing.until(lambda: not any(ref() for ref in closed[:-1]))


async def test_nothing_is_tidied_while_somebody_types_nor_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RestingApp, "looks_every_s", 0.02)
    monkeypatch.setattr(RestingApp, "rests_after_s", 60.0)
    rests: list[None] = []
    async with opened(practice(tmp_path)) as mailing:
        mailing.app.opening = replace(mailing.app.opening, at_rest=lambda: rests.append(None))
        await mailing.press("down")
        rests.clear()
        for _ in range(10):
            await mailing.press("down", "up")
            assert not rests
        monkeypatch.setattr(RestingApp, "rests_after_s", 0.0)  # a long while later
        await mailing.until(lambda: bool(rests))
        await mailing.pilot.pause(0.3)
        assert len(rests) == 1


async def test_nothing_is_tidied_while_messages_are_read_from_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RestingApp, "looks_every_s", 0.02)
    monkeypatch.setattr(RestingApp, "rests_after_s", 0.1)
    rests: list[None] = []
    async with opened(practice(tmp_path)) as mailing:
        with pytest.MonkeyPatch.context() as reading:
            reading.setattr(type(mailing.engine), "connectivity", Connectivity.SYNCING)
            mailing.app.opening = replace(mailing.app.opening, at_rest=lambda: rests.append(None))
            rests.clear()
            await mailing.press("down")
            await mailing.pilot.pause(0.5)
            assert not rests
        await mailing.until(lambda: bool(rests))


async def test_what_came_above_the_page_during_the_night_is_said(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        messages = mailing.screen.list
        await mailing.until(lambda: messages.selected is not None)
        chosen = messages.selected
        for number in range(60):
            outdoors.mailbox.deliver(mail(f"Nuit {number:02}"), at=NOON + timedelta(hours=number))
        await mailing.until(lambda: messages.row_count == 65)
        await mailing.shows(f"↑ {messages.unseen_above} messages au-dessus — Début : voir")
        assert messages.selected == chosen
        assert messages.unseen_above == messages.scroll_offset.y // messages.row_height
        await mailing.press("pageup")
        await mailing.shows(f"↑ {messages.unseen_above} messages au-dessus")
        await mailing.press("home")
        await mailing.shows("Nuit 59", ACCOUNT.address)
        await mailing.press("pagedown", "pagedown")
        await mailing.pilot.pause(0.1)
        assert "au-dessus" not in mailing.terminal, "they have been on screen"


async def test_what_still_stands_on_the_page_is_not_said_to_be_above(tmp_path: Path) -> None:
    outdoors = practice(tmp_path)
    async with opened(outdoors) as mailing:
        for number in range(3):
            outdoors.mailbox.deliver(mail(f"Nuit {number:02}"), at=NOON + timedelta(hours=number))
        await mailing.shows("Nuit 02")
        assert "au-dessus" not in mailing.terminal
        assert mailing.screen.list.unseen_above == 0
