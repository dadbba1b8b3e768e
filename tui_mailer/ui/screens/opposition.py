"""A patient's opposition to messages: recorded and withdrawn here, with date and author."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.opposition import OppositionEntry, Towards
from tui_mailer.engine.patients import Patients
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import CHOOSING
from tui_mailer.ui.presenters.patient_words import TOWARDS
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList
from tui_mailer.ui.widgets.notice import Notice

_EXPLAINED = (
    "Une opposition notée avertit avant chaque envoi concerné ; elle n’empêche pas d’envoyer "
    "sciemment."
)


class ToggleOpposition(Command["OppositionScreen"]):
    """Noter l’opposition du patient, ou la retirer ; la date et l’auteur sont gardés."""

    key = "enter,space"
    label = "Noter / retirer"

    async def run(self, screen: "OppositionScreen") -> None:
        """Change the line under the cursor."""
        await screen.toggle()


class OppositionScreen(CommandModal[None]):
    """Two lines: messages to the patient, messages to professionals about the patient."""

    heading = "Opposition du patient"
    commands = (ToggleOpposition, *CHOOSING)

    def __init__(self, patients: Patients, matricule: Matricule, name: str = "") -> None:
        """`name` is SafeText."""
        super().__init__()
        self._patients = patients
        self._matricule = matricule
        self._name = name
        self._in_force: dict[Towards, OppositionEntry] = {}

    @property
    def choices(self) -> ChoiceList:
        """The two lines."""
        return self.query_one(ChoiceList)

    def compose(self) -> ComposeResult:
        """Whose, what, and what it does."""
        who = f"{self._name}  " if self._name else ""
        with Vertical(classes="sheet"):
            yield Static(line(("Opposition du patient", "bold")), classes="sheet-title")
            yield Static(
                line(f"{who}INS ", (self._matricule.grouped, "bold")), classes="sheet-text"
            )
            yield Notice()
            yield ChoiceList("")
            yield Static(line(_EXPLAINED), classes="sheet-text")
            yield KeyBar()

    async def on_mount(self) -> None:
        """Show what stands now."""
        self.choices.focus()
        await self._load()

    async def toggle(self) -> None:
        """Record the opposition under the cursor, or withdraw it.

        Raises:
            StoreProblem: nothing was changed.
        """
        towards = tuple(Towards)[self.choices.cursor]
        if towards in self._in_force:
            await self._patients.withdraw_opposition(self._matricule.text, towards)
        else:
            await self._patients.oppose(self._matricule.text, towards)
        await self._load()

    async def _load(self) -> None:
        entries = await self._patients.oppositions(self._matricule.text)
        self._in_force = {entry.towards: entry for entry in entries}
        self.choices.show([[(self._line(towards), "")] for towards in Towards])

    def _line(self, towards: Towards) -> str:
        entry = self._in_force.get(towards)
        what = TOWARDS[towards].capitalize()
        if entry is None:
            return f"[ ] {what}"
        return f"[x] {what} — opposition du {entry.noted_at.astimezone():%d/%m/%Y}"

    @on(LineList.Activated)
    async def clicked(self) -> None:
        """A click changes the line."""
        await self.run_command(ToggleOpposition)
