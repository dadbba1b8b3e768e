"""Keys typed while another screen opens: handed on where one writes, and nowhere else."""

import asyncio
from pathlib import Path

import pytest
from rich.style import Style
from textual.command import CommandList
from textual.events import Click
from textual.widgets import Input
from ui.mailbox_stage import Mailing, opened, practice
from ui.stage import INS, burst

from tui_mailer.domain.errors import StoreProblem
from tui_mailer.ui.commands.palette import FrenchPalette
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.new_message import NewMessageScreen
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint
from tui_mailer.ui.widgets.identity_panel import IdentityPanel
from tui_mailer.ui.widgets.message_body import MessageBody

WHOM = "jean.durand@medecin.mssante.fr"
_TO_THE_SUBJECT = ("tab", "tab", "tab")


async def composer(mailing: Mailing) -> ComposeScreen:
    """Wait until one can write."""
    await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
    screen = mailing.app.screen
    assert isinstance(screen, ComposeScreen)
    await mailing.until(lambda: not screen.holds_keys)
    return screen


@pytest.mark.parametrize("pieces", [1, 3, 10])
async def test_an_address_typed_behind_the_key_is_whole_and_in_its_field(
    tmp_path: Path, pieces: int
) -> None:
    """Whatever pieces a slow line brings."""
    keys = ["e", *WHOM, *_TO_THE_SUBJECT, *"Avis", "tab", *"Bonjour"]
    size = -(-len(keys) // pieces)
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        for start in range(0, len(keys), size):
            burst(mailing.app, *keys[start : start + size])
            await mailing.pilot.pause(0)
        screen = await composer(mailing)
        await mailing.until(lambda: screen.draft.body == "Bonjour")
        assert [address.mailbox for address in screen.draft.to] == [WHOM]
        assert (screen.draft.cc, screen.draft.bcc, screen.draft.subject) == ((), (), "Avis")


async def test_an_ins_typed_behind_the_key_is_read_and_confirms_nothing(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        burst(mailing.app, "p", *INS, "enter", "space", "tab", "space")
        await mailing.until(lambda: isinstance(mailing.app.focused, ConfirmPoint))
        screen = mailing.app.screen
        assert isinstance(screen, InsSearchScreen)
        assert screen.reading.cleaned == INS
        pending = screen.query_one(IdentityPanel).pending
        assert pending is not None
        assert pending.points == frozenset()


@pytest.mark.parametrize("pieces", [1, 2, 4])
async def test_the_menu_takes_a_letter_typed_behind_its_key_and_hands_the_rest_on(
    tmp_path: Path, pieces: int
) -> None:
    keys = ["plus", "p", *INS, "enter"]
    size = -(-len(keys) // pieces)
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        for start in range(0, len(keys), size):
            burst(mailing.app, *keys[start : start + size])
            await mailing.pilot.pause(0)
        await mailing.until(lambda: isinstance(mailing.app.focused, ConfirmPoint))
        screen = mailing.app.screen
        assert isinstance(screen, InsSearchScreen)
        assert screen.reading.cleaned == INS


async def test_the_menu_takes_no_key_typed_ahead_that_names_none_of_its_entries(
    tmp_path: Path,
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        burst(mailing.app, "plus", "enter", "p")
        await mailing.until(lambda: isinstance(mailing.app.screen, NewMessageScreen))
        menu = mailing.app.screen
        assert isinstance(menu, NewMessageScreen)
        await mailing.until(lambda: not menu.holds_keys)
        await mailing.pilot.pause()
        assert mailing.app.screen is menu


async def test_the_first_point_to_confirm_is_in_sight_on_a_small_terminal(tmp_path: Path) -> None:
    """The key moves there before all that stands above is known."""
    async with opened(practice(tmp_path), (60, 15)) as mailing:
        await mailing.until(lambda: mailing.screen.list.selected is not None)
        burst(mailing.app, "p", *INS, "enter")
        await mailing.until(lambda: isinstance(mailing.app.focused, ConfirmPoint))
        point = mailing.app.focused
        assert isinstance(point, ConfirmPoint)
        await mailing.shows("Sexe")
        assert point.is_in_sight


async def test_from_a_key_that_does_something_on_nothing_is_handed_on(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        burst(mailing.app, "e", *"ab", "ctrl+s", *"cd")
        screen = await composer(mailing)
        typed = screen.query_one("#to-input", Input)
        await mailing.until(lambda: typed.value == "ab")
        burst(mailing.app, "e")
        await mailing.until(lambda: typed.value == "abe")
        assert screen.shown_error is None


async def test_what_was_typed_is_forgotten_where_nothing_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")

        async def fails(*_args: object, **_options: object) -> None:
            raise StoreProblem

        monkeypatch.setattr(mailing.engine.writing, "forward", fails)
        burst(mailing.app, "t", *"docteur")
        await mailing.until(lambda: mailing.screen.shown_error is not None)
        await mailing.until(lambda: not mailing.screen.is_opening)
        burst(mailing.app, "e")
        screen = await composer(mailing)
        typed = screen.query_one("#to-input", Input)
        burst(mailing.app, "x")
        await mailing.until(lambda: bool(typed.value))
        assert typed.value == "x"


async def test_a_page_key_typed_behind_the_one_for_the_palette_ends_nothing(tmp_path: Path) -> None:
    """The library looks for the lines of a list that was not drawn yet."""
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        burst(mailing.app, "ctrl+p", "pagedown", "pageup")
        await mailing.until(lambda: isinstance(mailing.app.screen, FrenchPalette))
        await mailing.press("escape")
        await mailing.until(lambda: mailing.app.screen is mailing.screen)


async def test_a_click_on_a_command_that_is_listed_no_more_ends_nothing(tmp_path: Path) -> None:
    """The list was filled anew between the picture and the click."""
    async with opened(practice(tmp_path)) as mailing:
        await mailing.press("ctrl+p")
        await mailing.until(lambda: isinstance(mailing.app.screen, FrenchPalette))
        listed = mailing.app.screen.query_one(CommandList)
        gone = Style(meta={"option": 10_000})
        listed.post_message(Click(listed, 3, 3, 0, 0, 1, False, False, False, style=gone))
        await mailing.press("escape")
        await mailing.until(lambda: mailing.app.screen is mailing.screen)


async def test_the_palette_opened_again_at_once_ends_nothing(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        mailing.app.action_command_palette()
        palette = mailing.app.screen
        await mailing.until(lambda: isinstance(palette, FrenchPalette) and palette.is_mounted)
        mailing.app.pop_screen()
        mailing.app.action_command_palette()
        await mailing.until(lambda: mailing.app.screen is mailing.screen)


async def test_a_composer_that_could_not_read_the_store_says_so_and_takes_what_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")

        async def fails() -> None:
            raise StoreProblem

        monkeypatch.setattr(mailing.engine.trust, "space", fails)
        burst(mailing.app, "e", *"ab")
        screen = await composer(mailing)
        await mailing.until(lambda: screen.query_one("#to-input", Input).value == "ab")
        assert screen.shown_error is not None


async def test_letters_that_the_text_took_behind_escape_are_in_the_draft_that_closes(
    tmp_path: Path,
) -> None:
    """Whatever the moment: they may come between the look at the text and the closing."""
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        for turns in range(6):
            await mailing.press("e")
            screen = await composer(mailing)
            burst(mailing.app, *WHOM, *_TO_THE_SUBJECT, *"Avis", "enter", *"Dose")
            await mailing.until(lambda: screen.draft.body == "Dose")  # noqa: B023
            await screen._keeper.save()
            text = screen.query_one(MessageBody)
            burst(mailing.app, "escape")
            for _ in range(turns):
                await asyncio.sleep(0)
            burst(mailing.app, *"§$")
            await mailing.until(lambda: mailing.app.screen is mailing.screen)
            await mailing.pilot.pause()
            (kept,) = await mailing.engine.drafts()
            assert kept.body == text.text
            await mailing.engine.discard_draft(kept.id)


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20])
async def test_a_path_typed_behind_the_key_for_an_attachment_is_whole(
    tmp_path: Path, turns: int
) -> None:
    """Its rest would name another file, and another patient's."""
    (tmp_path / "1.pdf").write_bytes(b"%PDF-1.4 un")
    (tmp_path / "11.pdf").write_bytes(b"%PDF-1.4 onze")
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("e")
        screen = await composer(mailing)
        screen.attachments._directory = tmp_path
        screen.query_one(MessageBody).focus()
        await mailing.pilot.pause()
        burst(mailing.app, "ctrl+t")
        for _ in range(turns):
            await asyncio.sleep(0)
        burst(mailing.app, *"11")
        await mailing.pilot.pause()
        burst(mailing.app, *".pdf", "enter")
        await mailing.until(lambda: bool(screen.draft.attachments))
        assert [each.name for each in screen.draft.attachments] == ["11.pdf"]
        await mailing.until(lambda: not screen.is_asking)
        burst(mailing.app, *"ci-joint")
        await mailing.until(lambda: screen.draft.body == "ci-joint")
