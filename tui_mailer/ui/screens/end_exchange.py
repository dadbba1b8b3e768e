"""Ending an exchange: says what it does, to whom, and asks once."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from tui_mailer.domain.ending import END_BODY
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.screens.question import Question
from tui_mailer.ui.screens.unhurried import AskedText
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.patient_view import PatientView

_YES, _NO = "Mettre fin aux échanges", "Ne rien changer"
_EFFECTS = (
    "Le patient ne pourra plus répondre à aucun de vos messages.",
    f"Il recevra un dernier message, d’objet {END_SUBJECT} : «\u00a0{END_BODY.strip()}\u00a0»",
    "Vous pourrez redémarrer l’échange à tout moment, en lui écrivant.",
)


class EndExchangeScreen(Question):
    """True when the exchange is to be ended."""

    heading = "Mettre fin aux échanges"

    def __init__(self, patient: PatientBanner) -> None:
        """`patient`: whose exchange it is."""
        super().__init__(_YES, _YES, _NO)
        self._patient = patient

    def compose(self) -> ComposeResult:
        """The patient, what will happen, then "no" first."""
        with Vertical(classes="sheet"):
            yield Static(line((f"{_YES} ?", "bold")), classes="sheet-title")
            yield PatientView(self._patient)
            effects = "\n".join(f"· {effect}" for effect in _EFFECTS)
            yield AskedText(line(effects), markup=False, id="end-effects")
            with Horizontal(classes="sheet-buttons"):
                yield Button(line(f"{_NO} (n)"), id="no")
                yield Button(line(f"{_YES} (o)"), id="yes")
