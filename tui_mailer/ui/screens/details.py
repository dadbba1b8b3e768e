"""A long plain text above the screen: a server's words, a message's source."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui_mailer.domain.safe_text import SafeText
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar


class CloseDetails(Command["DetailsScreen"]):
    """Revenir à l’écran précédent."""

    key = "escape,q"
    label = "Fermer"

    async def run(self, screen: "DetailsScreen") -> None:
        """Leave."""
        screen.dismiss(None)


class DetailsScreen(CommandModal[None]):
    """Shows `text` as it is, scrolled by the arrow and page keys."""

    heading = "Détails"
    commands = (CloseDetails,)

    def __init__(self, title: str, text: SafeText) -> None:
        """`title` is ours; `text` was made safe for several lines."""
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """A title, the text, the keys."""
        with Vertical(classes="sheet wide"):
            yield Static(line((self._title, "bold")), classes="sheet-title")
            with VerticalScroll(classes="sheet-body"):
                yield Static(line(self._text or "(vide)"), markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        """Scroll by keys at once."""
        self.query_one(VerticalScroll).focus()
