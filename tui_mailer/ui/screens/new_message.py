"""The menu behind `+`: whom to write to."""

from collections.abc import Mapping
from typing import Final, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_mailer.ui.commands.base import Command, CommandModal
from tui_mailer.ui.text import line
from tui_mailer.ui.typed_ahead import TypedAheadApp
from tui_mailer.ui.widgets.key_bar import KeyBar

Correspondent = Literal["professional", "patient"]


class ToProfessional(Command["NewMessageScreen"]):
    """Écrire à un professionnel de santé."""

    key = "e"
    label = "Professionnel"

    async def run(self, screen: "NewMessageScreen") -> None:
        """Leave with this choice."""
        screen.dismiss("professional")


class ToPatient(Command["NewMessageScreen"]):
    """Échanger avec un usager (patient), par son INS."""

    key = "p"
    label = "Patient"

    async def run(self, screen: "NewMessageScreen") -> None:
        """Leave with this choice."""
        screen.dismiss("patient")


class LeaveMenu(Command["NewMessageScreen"]):
    """Revenir sans rien écrire."""

    key = "escape"
    label = "Annuler"

    async def run(self, screen: "NewMessageScreen") -> None:
        """Leave without a choice."""
        screen.dismiss(None)


_BY_LETTER: Final[Mapping[str, Correspondent]] = {
    ToProfessional.key: "professional",
    ToPatient.key: "patient",
}


class NewMessageScreen(CommandModal[Correspondent | None]):
    """Two entries, by arrows and Enter or by their letter."""

    heading = "Nouveau message"
    takes_typed_ahead = True
    commands = (ToProfessional, ToPatient, LeaveMenu)

    def compose(self) -> ComposeResult:
        """The leaflet's words."""
        with Vertical(classes="sheet", id="new-message"):
            yield Static(line(("Nouveau message", "bold")), markup=False, classes="sheet-title")
            yield OptionList(
                Option(line(("e", "bold"), "  Écrire à un professionnel"), "professional"),
                Option(line(("p", "bold"), "  Échanger avec un usager (patient)"), "patient"),
                markup=False,
            )
            yield KeyBar()

    async def take_typed_ahead(self) -> None:
        """A letter names its entry, seen or not; what is typed behind it is for what opens then."""
        if isinstance(self.app, TypedAheadApp) and self.is_current:
            chosen = _BY_LETTER.get(self.app.first_typed_ahead())
            if chosen is not None:
                self.dismiss(chosen)
                return
        await super().take_typed_ahead()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss("patient" if event.option_id == "patient" else "professional")
