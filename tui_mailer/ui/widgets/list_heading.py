"""What stands above the list in "Echanges patient": the filter, or the patient and the exchange."""

from textual.widgets import Static

from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters.exchanges import list_words, opened_words
from tui_mailer.ui.text import line


class ListHeading(Static):
    """One line above the patients, three above an exchange.

    `all_read` is False while the mailbox is being read for the first time.
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show_patients(self, narrowed: PatientFilter, count: int, *, all_read: bool) -> None:
        """Above the list of patients."""
        self.update(line(("◆ ", "bold $accent"), list_words(narrowed, count, all_read=all_read)))

    def show_exchange(self, patient: PatientSummary, *, all_read: bool) -> None:
        """Above an exchange."""
        name = patient.name or "(sans nom)"
        self.update(
            line(
                ("◆ patient ", "bold $accent"),
                (name, "bold"),
                f"\n  INS {patient.matricule.grouped}\n  ",
                opened_words(patient, local_now(), all_read=all_read),
            )
        )
