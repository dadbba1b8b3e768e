"""A question with two answers; neither is given by a key that was typed ahead."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button

from tui_mailer.ui.commands.base import AnyCommand, Command
from tui_mailer.ui.screens.unhurried import AskedText, UnhurriedModal
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


class Question(UnhurriedModal[bool]):
    """Asks `text`; True for yes. The answer "no" has the focus: Enter alone never agrees."""

    heading = "Question"
    commands: ClassVar[tuple[AnyCommand, ...]] = (AnswerYes, AnswerNo)

    def __init__(self, text: str, yes_label: str = "Oui", no_label: str = "Non") -> None:
        """All three are French; `text` may hold SafeText."""
        super().__init__()
        self._text = text
        self._yes_label = yes_label
        self._no_label = no_label

    def compose(self) -> ComposeResult:
        """The question, then "no" first."""
        with Vertical(classes="sheet"):
            yield AskedText(line(self._text), markup=False, classes="sheet-text")
            with Horizontal(classes="sheet-buttons"):
                yield Button(line(f"{self._no_label} (n)"), id="no")
                yield Button(line(f"{self._yes_label} (o)"), id="yes")

    def on_mount(self) -> None:
        """Enter means no, until the user moves to the other button."""
        self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "yes")
