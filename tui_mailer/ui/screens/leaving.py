"""Leaving while a message has not left yet."""

from enum import Enum, auto

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button

from tui_mailer.ui.commands.base import Command
from tui_mailer.ui.screens.unhurried import AskedText, UnhurriedModal
from tui_mailer.ui.text import line


class Leaving(Enum):
    """What to do about the messages that wait."""

    STAY = auto()
    SEND = auto()
    LEAVE = auto()


class Stay(Command["LeavingScreen"]):
    """Rester ; l’envoi peut encore être annulé."""

    key = "escape,n"
    label = "Rester"

    async def run(self, screen: "LeavingScreen") -> None:
        """Nothing changes."""
        screen.dismiss(Leaving.STAY)


class SendAndLeave(Command["LeavingScreen"]):
    """Envoyer maintenant, puis quitter."""

    key = "e"
    label = "Envoyer et quitter"

    async def run(self, screen: "LeavingScreen") -> None:
        """The delay to take back ends."""
        screen.dismiss(Leaving.SEND)


class LeaveNow(Command["LeavingScreen"]):
    """Quitter ; l’envoi reprendra au prochain démarrage."""

    key = "o"
    label = "Quitter sans envoyer"

    async def run(self, screen: "LeavingScreen") -> None:
        """The outbox keeps what waits."""
        screen.dismiss(Leaving.LEAVE)


class LeavingScreen(UnhurriedModal[Leaving]):
    """Gives what the user chose; Enter alone changes nothing."""

    heading = "Quitter"
    commands = (Stay, SendAndLeave, LeaveNow)

    def __init__(self, text: str) -> None:
        """`text` says what waits, in French."""
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        """What waits, and three ways."""
        with Vertical(classes="sheet"):
            yield AskedText(line(self._text), markup=False, classes="sheet-text")
            with Horizontal(classes="sheet-buttons"):
                yield Button(line("Rester (Échap)"), id="stay")
                yield Button(line("Envoyer et quitter (e)"), id="send")
                yield Button(line("Quitter (o)"), id="leave")

    def on_mount(self) -> None:
        """Staying has the focus."""
        self.query_one("#stay", Button).focus()

    @on(Button.Pressed)
    def answered(self, event: Button.Pressed) -> None:
        """A button was pressed."""
        self.dismiss(Leaving[str(event.button.id).upper()])
