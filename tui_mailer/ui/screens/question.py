"""A question with two answers; neither is given by a key that was typed ahead."""

from time import monotonic

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Button, Static

from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.text import line


class AnswerYes(Command["Question"]):
    """Répondre oui."""

    key = "o"
    label = "Oui"

    async def run(self, screen: "Question") -> None:
        """Leave with True."""
        screen.dismiss(True)


class AnswerNo(Command["Question"]):
    """Répondre non et revenir à l’écran précédent."""

    key = "n,escape"
    label = "Non"

    async def run(self, screen: "Question") -> None:
        """Leave with False."""
        screen.dismiss(False)


class Question(CommandModal[bool]):
    """Asks `text`; True for yes. The answer "no" has the focus: Enter alone never agrees."""

    heading = "Question"
    commands = (AnswerYes, AnswerNo)

    def __init__(self, text: str, yes_label: str = "Oui", no_label: str = "Non") -> None:
        """All three are French; `text` may hold SafeText."""
        super().__init__()
        self._text = text
        self._yes_label = yes_label
        self._no_label = no_label
        self._shown_at: float | None = None

    def compose(self) -> ComposeResult:
        """The question, then "no" first."""
        with Vertical(classes="sheet"):
            yield Static(line(self._text), markup=False, classes="sheet-text")
            with Horizontal(classes="sheet-buttons"):
                yield Button(line(f"{self._no_label} (n)"), id="no")
                yield Button(line(f"{self._yes_label} (o)"), id="yes")

    def on_mount(self) -> None:
        """Enter means no, until the user moves to the other button."""
        self.query_one("#no", Button).focus()
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._shown_at = monotonic()

    def on_key(self, event: Key) -> None:
        """A key pressed before the question was on the screen was meant for something else.

        Every key comes by here on its way to the commands and the buttons' own bindings.
        """
        if self._shown_at is None or event.time < self._shown_at:
            event.stop()

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "yes")
