"""A covered screen is not drawn, and fits the terminal when it is seen again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.dom import DOMNode
from ui.mailbox_stage import Mailing, opened, practice
from ui.stage import until

from tui_mailer.domain.events import FoldersChanged, SyncAdvanced
from tui_mailer.ui.covered import CoveringApp, StyledOnceScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.new_message import NewMessageScreen


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[None]]:
    """One for each time that the whole terminal is drawn."""
    draw = Compositor.render_full_update
    drawn: list[None] = []

    def count(compositor: Compositor, **options: Any) -> object:
        drawn.append(None)
        return draw(compositor, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Compositor, "render_full_update", count)
        yield drawn


async def announce(mailing: Mailing) -> None:
    for step in range(5):
        mailing.engine.announce(SyncAdvanced(1, step, 5))
        mailing.engine.announce(FoldersChanged())
        await mailing.pilot.pause(0.12)


async def test_what_is_announced_does_not_draw_the_whole_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await announce(mailing)
        with counted(monkeypatch) as drawn:
            await announce(mailing)
            assert not drawn
        await mailing.press("e")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.shows("Objet")
        await announce(mailing)
        with counted(monkeypatch) as drawn:
            await announce(mailing)
            assert not drawn
            mailing.app.refresh()  # and it is counted
            await until(mailing.pilot, lambda: bool(drawn))


async def test_what_is_behind_a_question_is_drawn_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("plus")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, NewMessageScreen))
        with counted(monkeypatch) as drawn:
            mailing.screen.refresh()
            await until(mailing.pilot, lambda: bool(drawn))


async def test_a_new_screen_gets_its_styles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To give them again to all that it holds took as long as drawing it."""
    styled: list[DOMNode] = []
    update = DOMNode.update_node_styles

    def note(node: DOMNode, animate: bool = True) -> None:
        styled.append(node)
        update(node, animate)

    monkeypatch.setattr(DOMNode, "update_node_styles", note)
    app, screen = CoveringApp(), StyledOnceScreen[None]()
    async with app.run_test() as pilot:
        await app.push_screen(screen)
        await until(pilot, lambda: screen.outer_size == app.size)
        await pilot.pause()
        assert screen not in styled
        screen.update_node_styles()
        assert screen in styled


@pytest.mark.parametrize("twice", [False, True])
async def test_a_terminal_that_changed_meanwhile_is_filled(tmp_path: Path, twice: bool) -> None:
    """Under one screen, and under two."""
    async with opened(practice(tmp_path), (80, 24)) as mailing:
        await mailing.shows("Lettre 5")
        assert mailing.screen.has_class("-medium")
        await mailing.press("e")
        await until(mailing.pilot, lambda: isinstance(mailing.app.screen, ComposeScreen))
        if twice:
            await mailing.press("f1")
            await until(mailing.pilot, lambda: isinstance(mailing.app.screen, HelpScreen))
        await mailing.pilot.resize_terminal(140, 40)
        await mailing.pilot.pause()
        while mailing.app.screen is not mailing.screen:
            await mailing.press("escape")
            await mailing.pilot.pause()
        await until(mailing.pilot, lambda: mailing.screen.has_class("-wide"))
        assert mailing.screen.region.size == (140, 40)
        lines = mailing.terminal.splitlines()
        assert len(lines) == 40
        assert {len(each) for each in lines} == {140}
