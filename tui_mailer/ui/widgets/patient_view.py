"""The banner that stays above a message to a patient."""

from textual.widgets import Static

from tui_mailer.ui.presenters.identity import PatientBanner
from tui_mailer.ui.text import line


class PatientView(Static):
    """Who is written to: the word, the name, the INS, the sex and the birth."""

    def __init__(self, patient: PatientBanner) -> None:
        super().__init__(
            line(
                (" PATIENT ", "bold reverse"),
                " ",
                (patient.name or "nom inconnu de cette boîte", "bold"),
                "  INS ",
                (patient.matricule.grouped, "bold"),
                f"\n{patient.sex}, naissance : {patient.birth}",
                (f"\n⚠ {patient.caution}" if patient.caution else "", "bold"),
            ),
            markup=False,
        )
