"""Keys, key bar, help, palette and README table come from the commands and cannot disagree."""

import gc
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandList
from ui.mailbox_stage import opened, practice
from ui.stage import burst

from tui_mailer.domain.draft import Draft
from tui_mailer.ui.commands.base import AT_ONCE, CommandScreen, bindings, key_name
from tui_mailer.ui.commands.palette import FrenchPalette, ScreenCommands
from tui_mailer.ui.commands.reference import SCREENS, markdown_table
from tui_mailer.ui.screens.choose_folder import ChooseFolderScreen
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.file_chooser import FileChooserScreen
from tui_mailer.ui.screens.help import HelpScreen

# AltGr on a French keyboard: not every terminal passes them on, so none is a default key.
_HARD_ON_AZERTY = {
    "left_square_bracket", "right_square_bracket", "left_curly_bracket", "right_curly_bracket",
    "backslash", "vertical_line", "at", "number_sign", "tilde", "grave_accent",
}  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_every_command_has_a_key_a_label_and_a_french_help_line(
    screen: type[CommandScreen[Any]],
) -> None:
    assert screen.heading
    for command in screen.all_commands():
        assert command.label, command
        assert command.help_line().endswith("."), command
        assert not _HARD_ON_AZERTY.intersection(command.key.split(",")), command


@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_s_bindings_are_its_commands(screen: type[CommandScreen[Any]]) -> None:
    bound = {
        (binding.key, binding.action)
        for binding in screen.BINDINGS
        if not isinstance(binding, tuple)
    }
    assert bound == {(each.key, each.action) for each in bindings(screen.all_commands())}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_key_means_one_thing_on_a_screen(screen: type[CommandScreen[Any]]) -> None:
    keys = [key.strip() for command in screen.commands for key in command.key.split(",") if key]
    # Where a key has two commands, one of them is enabled at a time: none has more. Escape alone
    # leaves one thing after the other, in the order of the commands.
    assert all(keys.count(key) <= 2 for key in keys if key != "escape")
    assert all(keys.count(key) == 1 for key in keys if key.startswith("f") and key[1:].isdigit())


def test_keys_are_named_as_on_a_french_keyboard() -> None:
    keys = ("enter", "ctrl+s", "question_mark", "f2", "p", "shift+tab", "shift+down", "slash")
    named = [key_name(key) for key in keys]
    assert named == ["Entrée", "Ctrl+S", "?", "F2", "p", "Maj+Tab", "Maj+↓", "/"]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_key_has_a_french_name(screen: type[CommandScreen[Any]]) -> None:
    english = {"slash", "backspace", "shift", "asterisk", "plus", "pageup", "delete", "space"}
    for command in screen.all_commands():
        words = command.key_names().lower().replace("+", " ").replace(",", " ").split()
        assert english.isdisjoint(words), command


def test_the_table_of_keys_names_every_screen() -> None:
    table = markdown_table()
    assert all(f"| **{screen.heading}** |" in table for screen in SCREENS)
    assert "|  | p | Échanger avec un usager" in table
    assert table.count("Afficher les touches de cet écran.") == 1


async def test_the_palette_says_in_french_that_it_knows_no_such_command(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("ctrl+p", *"zzzz")
        await mailing.shows("Aucune commande de ce nom sur cet écran.")
        await mailing.press("enter", *["backspace"] * 4, *"journal", "enter")
        await mailing.shows("journal intact")


_TO_ALL = "Répondre à l’expéditeur et à tous les destinataires"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("À tous", _TO_ALL),
        ("a tous", _TO_ALL),
        ("repondre tous", _TO_ALL),
        ("d'accord", None),
        ("Palette", None),
        ("Thème", "Passer du thème sombre au thème clair, ou l’inverse"),
        ("volet", "Passer au volet suivant : dossiers, messages, lecture"),
    ],
)
async def test_the_palette_knows_a_command_by_its_label_too_and_without_accents(
    tmp_path: Path, typed: str, found: str | None
) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        hits = [hit async for hit in ScreenCommands(mailing.screen).search(typed)]
        assert (max(hits).text if hits else None) == found


async def test_the_palette_shows_the_key_and_the_label_under_the_help_line(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.shows("Lettre 5")
        await mailing.press("ctrl+p", *"archiver")
        await mailing.shows("Archiver : ranger dans le dossier « Archives »", "y  Archiver")


async def test_what_is_typed_in_the_palette_as_it_closes_ends_nothing(tmp_path: Path) -> None:
    async with opened(practice(tmp_path)) as mailing:
        await mailing.press("ctrl+p")
        await mailing.until(lambda: isinstance(mailing.app.screen, FrenchPalette))
        palette = mailing.app.screen
        assert isinstance(palette, FrenchPalette)
        await palette.query_one(CommandList).remove()
        gathering = palette._gather_commands("p")
        await mailing.until(lambda: gathering.is_finished)
        assert gathering.error is not None


async def test_a_key_that_comes_before_a_screen_has_its_widgets_ends_nothing(
    tmp_path: Path,
) -> None:
    """What makes sense depends on them; the program can be left at once."""
    async with opened(practice(tmp_path)) as mailing:
        for screen in (
            HelpScreen(mailing.screen),
            ChooseFolderScreen(()),
            FileChooserScreen(tmp_path),
            ComposeScreen(mailing.engine, Draft()),
        ):
            names = [command.__name__ for command in screen.all_commands()]
            heard = {name for name in names if screen.check_action("command", (name,))}
            assert heard == {"Redraw", "SwitchLight", "LockTheScreen", "Quit"}


async def test_the_palette_asks_nothing_of_a_mailbox_that_was_left(tmp_path: Path) -> None:
    """Enter pressed twice in it, and the first ended the program."""
    async with opened(practice(tmp_path)) as mailing:
        mailbox = mailing.screen
        mailbox.stage = "folders"
        await mailing.app.pop_screen()
        for command in mailbox.all_commands():
            if command not in AT_ONCE:
                await mailbox.run_command(command)


async def test_leaving_again_while_the_program_ends_leaves_nothing_undone(tmp_path: Path) -> None:
    """Python tells of a coroutine that never began, and on the terminal of whoever has just left."""
    async with opened(practice(tmp_path)) as mailing:
        burst(mailing.app, *["ctrl+q"] * 5)
        await mailing.until(lambda: mailing.app._exit)
        mailing.app.action_leave()
    with pytest.MonkeyPatch.context() as patch:
        told: list[object] = []
        patch.setattr(sys, "unraisablehook", told.append)
        gc.collect()
    assert told == []
