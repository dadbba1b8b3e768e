"""The list of patients, under "Echanges patient"."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.engine.exchanges import Exchanges
from tui_mailer.ui.widgets.dated_list import DatedList
from tui_mailer.ui.widgets.line_list import Piece, column
from tui_mailer.ui.widgets.patient_row import ROW_HEIGHT, draw_patient


class PatientRows:
    """The patients that a filter leaves."""

    def __init__(self, exchanges: Exchanges, narrowed: PatientFilter) -> None:
        self._exchanges = exchanges
        self._narrowed = narrowed

    async def count(self) -> int:
        """Number of rows."""
        return await self._exchanges.count(self._narrowed)

    async def rows(self, start: int, stop: int) -> Sequence[PatientSummary]:
        """Rows `start` to `stop` (excluded)."""
        return await self._exchanges.rows(self._narrowed, start, stop)

    async def place(self, row_id: int | str) -> int | None:
        """The index of a patient, None when the filter leaves it out."""
        return await self._exchanges.place(self._narrowed, str(row_id))


class PatientList(DatedList[PatientSummary]):
    """Shows patients, the one of the newest message first."""

    row_height = ROW_HEIGHT

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` gives the local time, aware."""
        super().__init__(now)
        self._all_read = True

    def know(self, *, all_read: bool) -> None:
        """False while the mailbox is being read for the first time."""
        if all_read != self._all_read:
            self._all_read = all_read
            self.redraw()

    def stays_true(self) -> bool:
        """Never: each row tells how long ago it was."""
        return False

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """One row, or its place while it is loading."""
        patient = self._row(index)
        if patient is None:
            return [[column("     …", width, "line--faint")]]
        return draw_patient(patient, width, self._now(), selected=selected, all_read=self._all_read)
