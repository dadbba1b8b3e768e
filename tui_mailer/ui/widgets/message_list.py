"""The list of messages, some of them ticked."""

from collections.abc import Callable, Container, Iterable, Sequence
from datetime import datetime
from typing import Final

from textual.message import Message

from tui_mailer.domain.message import MessageSummary
from tui_mailer.ui.widgets.dated_list import DatedList
from tui_mailer.ui.widgets.line_list import Piece, column
from tui_mailer.ui.widgets.message_row import RowStyle, draw_row, row_height

_ROWS_AT_ONCE: Final = 1_000


class MessageList(DatedList[MessageSummary]):
    """Messages of a folder, of an exchange or of a search, newest first."""

    mark_cells = 5

    class Unticked(Message):
        """What was ticked is left behind: another list is shown."""

    def __init__(self, now: Callable[[], datetime], patient_domain: str) -> None:
        """`now` gives the local time, aware."""
        super().__init__(now)
        self._patient_domain = patient_domain
        self._style_of_rows = RowStyle(now(), patient_domain)
        # Local id -> folder, in the order they were ticked.
        self.marked: dict[int, int] = {}

    def shows_another(self) -> None:
        """What was ticked stays behind."""
        if self.marked:
            self.marked.clear()
            self.post_message(self.Unticked())

    def prepare(self) -> None:
        """Dates are told from now on."""
        super().prepare()
        self._style_of_rows = RowStyle(self._now(), self._patient_domain)

    def stays_true(self) -> bool:
        """Until midnight: what came today is told by its hour."""
        return self.is_of_today

    def height_for(self, width: int) -> int:
        """One line where there is room, else two."""
        return row_height(width)

    # --- ticked messages

    def toggle_mark(self) -> None:
        """Tick the message under the cursor, or take the tick off."""
        row = self.selected
        if row is not None and self.marked.pop(row.id, None) is None:
            self.marked[row.id] = row.folder_id
        self.redraw()

    def mark_and_move(self, rows: int) -> None:
        """Tick the message under the cursor and the one that the cursor goes to."""
        before, self.cursor = self.selected, max(0, min(self.row_count - 1, self.cursor + rows))
        for row in (before, self.selected):
            if row is not None:
                self.marked[row.id] = row.folder_id
        self.redraw()

    async def mark_all(self) -> None:
        """Tick every message of the list, or none when all are."""
        source, listed = self.source, dict[int, int]()
        if source is None:
            return
        for start in range(0, self.row_count, _ROWS_AT_ONCE):
            rows = await source.rows(start, start + _ROWS_AT_ONCE)
            listed.update((row.id, row.folder_id) for row in rows)
        if source is not self.source:
            return  # another list is shown by now
        if listed.keys() <= self.marked.keys():
            self.unmark(tuple(self.marked))
            return
        self.marked.update(listed)
        self.redraw()

    def unmark(self, message_ids: Iterable[int]) -> None:
        """Take their ticks off."""
        for message_id in message_ids:
            self.marked.pop(message_id, None)
        self.redraw()

    def following(self, leaving: Container[int]) -> int | None:
        """The message nearest to the cursor that is not `leaving`: below it, else above."""
        for index in (*range(self.cursor, self.row_count), *range(self.cursor - 1, -1, -1)):
            row = self._row(index)
            if row is None:
                return None
            if row.id not in leaving:
                return row.id
        return None

    # --- drawing

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """One row, or its place while it is loading."""
        message = self._row(index)
        if message is None:
            return [[column("     …", width, "line--faint")]]
        ticked = message.id in self.marked
        return draw_row(message, width, self._style_of_rows, selected=selected, ticked=ticked)
