"""Which patients to list."""

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_mailer.domain.patient_list import PatientFilter
from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.commands.choosing import CHOOSING
from tui_mailer.ui.text import french_number, line
from tui_mailer.ui.widgets.choice_list import ChoiceList
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_list import LineList

_COUNT_WIDTH = 6


class ListThese(Command["ChooseFilterScreen"]):
    """Ne lister que ces patients."""

    key = "enter"
    label = "Choisir"

    async def run(self, screen: "ChooseFilterScreen") -> None:
        """Leave with the filter."""
        screen.choose()


class ChooseFilterScreen(CommandModal[PatientFilter | None]):
    """Lists the filters with the number of patients that each leaves."""

    heading = "Filtrer les patients"
    commands = (ListThese, *CHOOSING)

    def __init__(self, counts: Mapping[PatientFilter, int], narrowed: PatientFilter) -> None:
        super().__init__()
        self._counts = counts
        self._narrowed = narrowed

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        return self.query_one(ChoiceList)

    def compose(self) -> ComposeResult:
        """A title, the filters, the keys."""
        with Vertical(classes="sheet"):
            yield Static(line(("Patients à montrer", "bold")), classes="sheet-title")
            yield ChoiceList()
            yield KeyBar()

    def on_mount(self) -> None:
        """The one in use is under the cursor."""
        self.choices.focus()
        self.choices.show(
            [
                [(french_number(count).rjust(_COUNT_WIDTH) + "  ", "line--faint"), (each.value, "")]
                for each, count in self._counts.items()
            ]
        )
        self.choices.move(list(self._counts).index(self._narrowed))

    def choose(self) -> None:
        """Leave with the filter under the cursor."""
        self.dismiss(list(self._counts)[self.choices.cursor])

    @on(LineList.Activated)
    def clicked(self) -> None:
        """A click chooses."""
        self.choose()
