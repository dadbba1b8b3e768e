"""The folder to move messages to."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_mailer.domain.folder import Folder
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import CHOOSING
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList, Piece


class MoveHere(Command["ChooseFolderScreen"]):
    """Déplacer dans le dossier choisi."""

    key = "enter"
    label = "Déplacer"

    def enabled(self, screen: "ChooseFolderScreen") -> bool:
        """Not into what only holds other folders."""
        return screen.selected is not None

    async def run(self, screen: "ChooseFolderScreen") -> None:
        """Leave with it."""
        screen.choose()


class ChooseFolderScreen(CommandModal[int | None]):
    """Lists folders; leaves with the id of one, or None."""

    heading = "Déplacer"
    commands = (MoveHere, *CHOOSING)

    def __init__(self, folders: Sequence[Folder]) -> None:
        super().__init__()
        self._folders = folders

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    @property
    def selected(self) -> Folder | None:
        """The folder under the cursor, None where nothing can be moved to."""
        folder = self._folders[self.choices.cursor] if self._folders else None
        return folder if folder is not None and folder.selectable else None

    def compose(self) -> ComposeResult:
        """A title, the folders, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line(("Déplacer vers", "bold")), classes="sheet-title")
            yield ChoiceList("Aucun dossier.")
            yield KeyBar()

    def on_mount(self) -> None:
        """List them as the folder pane does: what a folder lies in stands above it."""
        self.choices.focus()
        self.choices.show([_pieces(folder) for folder in self._folders])

    def choose(self) -> None:
        """Leave with the folder under the cursor."""
        if self.selected is not None:
            self.dismiss(self.selected.id)

    @on(LineList.Activated)
    def clicked(self) -> None:
        """A click chooses."""
        self.choose()


def _pieces(folder: Folder) -> Sequence[Piece]:
    indent = ("  " * min(folder.depth, 6), "")
    if folder.selectable:
        return [indent, (folder.label, "")]
    return [indent, (f"{folder.label} (ne contient que des dossiers)", "line--faint")]
