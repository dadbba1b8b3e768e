"""What "Echanges patient" shows in the mailbox screen.

patients ──Enter──▶ one exchange ──Escape──▶ patients, the cursor where it was
"""

from typing import TYPE_CHECKING

from tui_mailer.domain.message import PatientsView
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.ui.widgets.list_heading import ListHeading
from tui_mailer.ui.widgets.patient_list import PatientList, PatientRows
from tui_mailer.ui.widgets.row_window import ViewRows

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

_NOBODY = {
    PatientFilter.ALL: "Aucun échange avec un patient ; p : écrire à un patient.",
    PatientFilter.UNREAD: "Aucun message de patient à lire.",
}
_NONE_LEFT = "Aucun patient avec ce filtre ; w : en choisir un autre."


class MailboxExchanges:
    """Which patients are listed, and the one whose exchange was opened from there.

    Attributes:
        narrowed: what the list of patients is narrowed to.
        opened: matricule of the patient chosen in the list, or "".
        opened_name: that patient's name.
    """

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen
        self.narrowed = PatientFilter.ALL
        self.opened = ""
        self.opened_name = ""
        self._told: PatientSummary | None = None

    @property
    def patients(self) -> PatientList:
        """The list of patients."""
        return self._screen.query_one(PatientList)

    @property
    def are_listed(self) -> bool:
        """True when the list pane shows patients, and no messages."""
        return self._screen.view == PatientsView() and self._screen.search.view is None

    @property
    def are_in_sight(self) -> bool:
        """True when the patients, or one exchange, are what was chosen to be listed."""
        return self._screen.stage != "folders" and isinstance(self._screen.view, PatientsView)

    @property
    def matricule(self) -> str:
        """The patient whom the user is looking at: in the list, by an exchange or a message."""
        screen = self._screen
        if screen.is_behind:
            return ""
        if screen.stage == "list" and self.are_listed:
            selected = self.patients.selected
            return selected.id if selected is not None else ""
        if screen.target is not None and screen.target.patient:
            return screen.target.patient
        view = screen.view
        if screen.stage == "reader" or not isinstance(view, PatientsView):
            return ""
        return view.matricule

    @property
    def is_ended(self) -> bool:
        """True when that patient's exchange is known to be closed, or its end to be on its way."""
        row = self.patients.selected if self.are_listed else self._told
        return row is not None and row.id == self.matricule and row.is_ended

    # --- showing

    async def show(self, view: PatientsView) -> None:
        """Show what an entry of the folder pane stands for."""
        if view.matricule:
            await self._show_exchange(view.matricule)
        else:
            await self._show_patients()

    async def narrow(self, narrowed: PatientFilter) -> None:
        """List only these patients."""
        self.narrowed = narrowed
        await self._show_patients()

    async def open_selected(self) -> None:
        """Show the whole exchange with the patient under the cursor."""
        selected = self.patients.selected
        if selected is not None:
            self.opened, self.opened_name = selected.id, selected.name
            await self._show_exchange(selected.id)

    async def back(self) -> None:
        """Back to the patients."""
        self.opened = ""
        await self.patients.reload()
        await self.told()
        self.arrange()

    def leave(self) -> None:
        """The list pane is about to show something else."""
        self.opened = ""

    async def _show_patients(self) -> None:
        exchanges = self._screen.engine.exchanges
        rows = PatientRows(exchanges, self.narrowed)
        self.patients.know(all_read=await exchanges.are_all_known())
        await self.patients.show(rows, _NOBODY.get(self.narrowed, _NONE_LEFT))
        await self.told()
        self.arrange()

    async def _show_exchange(self, matricule: str) -> None:
        screen = self._screen
        view = PatientsView(matricule)
        await screen.list.show(ViewRows(screen.engine.reading, view), "Aucun message ici.")
        await self.told()
        self.arrange()

    # --- keeping up

    async def reload(self) -> None:
        """Messages, or what is on its way out, changed."""
        if isinstance(self._screen.view, PatientsView):
            if not self._screen.view.matricule:
                await self.patients.reload()
            await self.told()

    async def told(self) -> None:
        """Say above the list what it shows."""
        view = self._screen.view
        heading = self._screen.query_one(ListHeading)
        if not isinstance(view, PatientsView):
            return
        exchanges = self._screen.engine.exchanges
        all_read = await exchanges.are_all_known()
        if not view.matricule:
            self.patients.know(all_read=all_read)
            heading.show_patients(self.narrowed, self.patients.row_count, all_read=all_read)
            return
        self._told = await exchanges.row(view.matricule)
        if self._told is not None:
            heading.show_exchange(self._told, all_read=all_read)
        self._screen.refresh_bindings()

    def arrange(self) -> None:
        """Show the list that is meant, and give it the focus that the other one had."""
        screen = self._screen
        shown, hidden = screen.list, self.patients
        if self.are_listed:
            shown, hidden = hidden, shown  # type: ignore[assignment]  # (both are lists)
        shown.display = True
        if hidden.has_focus:
            shown.focus()
        hidden.display = False
        in_exchanges = isinstance(screen.view, PatientsView) and screen.search.view is None
        screen.query_one(ListHeading).display = in_exchanges
        screen.refresh_bindings()
