"""The help of a screen, written by its commands."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tui_mailer.ui.commands.base import AnyCommand, Command, CommandModal, CommandScreen
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar, first_of_each_key


class CloseHelp(Command["HelpScreen"]):
    """Revenir à l’écran précédent."""

    key = "escape,q,enter,question_mark,f1"
    label = "Fermer"

    async def run(self, screen: "HelpScreen") -> None:
        """Leave."""
        screen.dismiss(None)


class HelpScreen(CommandModal[None]):
    """Lists keys and what they do: first those of this moment, then the screen's others."""

    heading = "Aide"
    commands = (CloseHelp,)
    has_help = False

    def __init__(self, below: CommandScreen[Any]) -> None:
        """`below` is the screen whose keys are listed."""
        super().__init__()
        self._title = below.heading
        self._now = first_of_each_key(below.available())
        self._later = [c for c in below.all_commands() if c.key and c not in self._now]

    def compose(self) -> ComposeResult:
        """One line a command."""
        with Vertical(classes="sheet wide"):
            yield Static(line((f"Touches · {self._title}", "bold")), classes="sheet-title")
            with VerticalScroll(classes="sheet-body"):
                yield from _rows(self._now)
                if self._later:
                    yield Static("À d’autres moments", classes="help-heading")
                yield from _rows(self._later)
            yield KeyBar()

    def on_mount(self) -> None:
        """Scroll by keys at once."""
        self.query_one(VerticalScroll).focus()


def _rows(commands: Sequence[AnyCommand]) -> ComposeResult:
    for command in commands:
        with Horizontal(classes="help-row"):
            yield Static(line(command.key_names()), classes="help-keys")
            yield Static(line(command.help_line()), classes="help-line")
