"""A question with two answers; neither is given by a key that was typed ahead."""

from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Button, Static

from tui_mailer.ui.commands.base import AnyCommand, Command, CommandModal
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


class AskedText(Static):
    """The text of a question; it knows since when it has been on the screen."""

    shown_at: float | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Called each time it is painted."""
        if self.shown_at is None:
            self.shown_at = monotonic()
        return super().render_lines(crop)


class Question(CommandModal[bool]):
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

    def on_key(self, event: Key) -> None:
        """A key pressed before the question was on the screen was meant for something else.

        Every key comes by here on its way to the commands and the buttons' own bindings.
        """
        shown_at = self.query_one(AskedText).shown_at
        if shown_at is None or event.time < shown_at:
            event.stop()

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(event.button.id == "yes")
