"""Choosing a file to attach, by keys or by its typed path."""

import asyncio
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, Paste
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_mailer.domain.errors import AttachmentUnreadable
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.presenters.directory import PARENT, Entry, list_directory
from tui_mailer.ui.presenters.paths import typed_path
from tui_mailer.ui.text import french_size, line
from tui_mailer.ui.typed_ahead import TypedAheadApp
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice


class Choose(Command["FileChooserScreen"]):
    """Ouvrir le dossier, ou joindre le fichier, choisi dans la liste ou tapé."""

    key = "enter"
    label = "Choisir"

    async def run(self, screen: "FileChooserScreen") -> None:
        """As the list and the field do by themselves."""
        await screen.choose()


class LeaveChooser(Command["FileChooserScreen"]):
    """Revenir au message sans joindre de fichier."""

    key = "escape"
    label = "Annuler"

    def enabled(self, screen: "FileChooserScreen") -> bool:
        """Escape closes an error first."""
        return screen.shown_error is None

    async def run(self, screen: "FileChooserScreen") -> None:
        """Leave with nothing."""
        screen.dismiss(None)


class ParentDirectory(Command["FileChooserScreen"]):
    """Remonter au dossier qui contient celui-ci."""

    key = "left,backspace"
    label = "Dossier parent"

    def enabled(self, screen: "FileChooserScreen") -> bool:
        """In the list only: in the field these keys edit."""
        return screen.list_has_focus

    async def run(self, screen: "FileChooserScreen") -> None:
        """Go up."""
        await screen.browse(screen.directory.parent)


class EntryList(OptionList):
    """What a directory holds; what is typed or pasted here is for the path above."""

    def on_key(self, event: Key) -> None:
        """Hand it over in this turn: the letters behind it go to the field themselves."""
        if event.is_printable and event.character and event.key != "question_mark":
            event.stop()
            self._path.insert_text_at_cursor(event.character)

    def on_paste(self, event: Paste) -> None:
        """As typed."""
        self._path.on_paste(event)

    @property
    def _path(self) -> LineInput:
        path = self.screen.query_one("#path", LineInput)
        self.screen.set_focus(path)
        return path


class FileChooserScreen(CommandModal[Path | None]):
    """Gives the path of a file, or None. That it can be read is for the engine to say."""

    heading = "Joindre un fichier"
    # Were its first letters lost, the rest of a path could name another patient's file.
    takes_typed_ahead = True
    commands = (Choose, ParentDirectory, LeaveChooser)

    def __init__(self, directory: Path) -> None:
        """`directory`: where to begin."""
        super().__init__()
        self.directory = directory
        self._entries: tuple[Entry, ...] = ()

    def compose(self) -> ComposeResult:
        """The path, then what the directory holds."""
        with Vertical(classes="sheet wide", id="file-chooser"):
            yield Static(line(("Joindre un fichier", "bold")), markup=False, classes="sheet-title")
            path = LineInput(placeholder="chemin du fichier, ~ pour votre dossier", id="path")
            path.border_title = "Chemin (Entrée pour joindre)"
            yield path
            yield EntryList(markup=False, id="entries")
            yield Static(markup=False, id="entries-note")
            yield Notice()
            yield KeyBar()

    def on_mount(self) -> None:
        """Begin in the list, which a slow disk may fill later."""
        self.query_one("#entries").focus()
        run_aside(self, partial(self.browse, self.directory), group="first list")

    async def take_typed_ahead(self) -> None:
        """What was typed before the list could be seen is a path."""
        if isinstance(self.app, TypedAheadApp) and self.app.writes_ahead:
            self.set_focus(self.query_one("#path"))
        await super().take_typed_ahead()

    @property
    def list_has_focus(self) -> bool:
        """True while the arrows move in the list."""
        return self.focused is self.query_one("#entries")

    async def choose(self) -> None:
        """What Enter does."""
        if self.list_has_focus:
            self.query_one(EntryList).action_select()
        else:
            await self.query_one("#path", LineInput).action_submit()

    async def browse(self, directory: Path) -> None:
        """Show what `directory` holds; one that cannot be read is said, and left."""
        try:
            listing = await asyncio.to_thread(list_directory, directory)
        except (OSError, ValueError):
            self.show_error(AttachmentUnreadable(subject=str(directory)))
            return
        self.clear_error()
        self.directory = directory
        self._entries = listing.entries
        entries = self.query_one("#entries", OptionList)
        entries.border_title = line(safe_line(str(directory)))
        entries.clear_options()
        entries.add_options(Option(_entry_line(entry)) for entry in listing.entries)
        entries.highlighted = 0
        note = self.query_one("#entries-note", Static)
        note.display = listing.left_out_count > 0
        note.update(line(f"… et {listing.left_out_count} autres : tapez le chemin."))

    @on(OptionList.OptionSelected, "#entries")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        entry = self._entries[event.option_index]
        if entry.is_directory:
            await self.browse(entry.path)
        else:
            self.dismiss(entry.path)

    @on(Input.Submitted, "#path")
    async def _typed(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        path = self.directory / typed_path(event.value)
        if await asyncio.to_thread(_is_directory, path):
            await self.browse(path)
        else:
            self.dismiss(path)


def _is_directory(path: Path) -> bool:
    """False as well for what the system will not look at: whoever reads it says why not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _entry_line(entry: Entry) -> Content:
    if entry.label == PARENT:
        return line((PARENT, "bold"), "  dossier parent")
    if entry.is_directory:
        return line((f"{entry.label}/", "bold"))
    return line(entry.label, "  ", (french_size(entry.size_bytes), "$text-muted"))
