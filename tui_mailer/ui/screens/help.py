"""The help of a screen, written by its commands."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tui_mailer.ui.commands.base import AnyCommand, Command, CommandModal
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar


class CloseHelp(Command["HelpScreen"]):
    """Revenir à l’écran précédent."""

    key = "escape,q,enter"
    label = "Fermer"

    async def run(self, screen: "HelpScreen") -> None:
        """Leave."""
        screen.dismiss(None)


class HelpScreen(CommandModal[None]):
    """Lists keys and what they do, those that make sense now first."""

    heading = "Aide"
    commands = (CloseHelp,)

    def __init__(self, title: str, commands: Sequence[AnyCommand]) -> None:
        """`title` names the screen below; `commands` are its own, in its order."""
        super().__init__()
        self._title = title
        self._listed = [command for command in commands if command.key]

    def compose(self) -> ComposeResult:
        """One line a command."""
        with Vertical(classes="sheet wide"):
            yield Static(line((f"Touches · {self._title}", "bold")), classes="sheet-title")
            with VerticalScroll(classes="sheet-body"):
                for command in self._listed:
                    with Horizontal(classes="help-row"):
                        yield Static(line(command.key_names()), classes="help-keys")
                        yield Static(line(command.help_line()), classes="help-line")
            yield KeyBar()

    def on_mount(self) -> None:
        """Scroll by keys at once."""
        self.query_one(VerticalScroll).focus()
