"""A question with a third answer: what was typed could have meant either of two things."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button

from tui_mailer.engine.before_sending.finding import Question as Asked
from tui_mailer.ui.commands.base import Command
from tui_mailer.ui.screens.question import AnswerNo, AnswerYes, Question
from tui_mailer.ui.screens.unhurried import AskedText
from tui_mailer.ui.text import line


class AnswerInstead(Command["MeantQuestion"]):
    """Mettre fin aux échanges, comme l’objet semble le dire."""

    key = "f"
    label = "Mettre fin"

    async def run(self, screen: "MeantQuestion") -> None:
        """Leave with the third answer."""
        screen.answer_instead()


class MeantQuestion(Question):
    """As `Question`; True is for either of the two answers that go on, `is_instead` for the third.

    "No" has the focus.
    """

    heading = "Question sur l’objet"
    commands = (AnswerInstead, AnswerYes, AnswerNo)

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.text, asked.yes, asked.no)
        self._instead = asked.instead
        self.is_instead = False

    def compose(self) -> ComposeResult:
        """The question, then its answers one under the other."""
        with Vertical(classes="sheet"):
            yield AskedText(line(self._text), markup=False, classes="sheet-text")
            yield Button(line(f"{self._no_label} (n)"), id="no")
            yield Button(line(f"{self._instead} (f)"), id="instead")
            yield Button(line(f"{self._yes_label} (o)"), id="yes", classes="sheet-last")

    @on(Button.Pressed, "#instead")
    def answer_instead(self, event: Button.Pressed | None = None) -> None:
        """The third answer."""
        if event is not None:
            event.prevent_default()
        self.is_instead = True
        self.dismiss(True)
