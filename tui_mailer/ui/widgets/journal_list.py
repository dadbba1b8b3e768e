"""The list of the journal's lines."""

from collections.abc import Callable, Container, Sequence
from datetime import datetime

from tui_mailer.domain.journal import JournalFilter, JournalLine
from tui_mailer.engine.journal import JournalKeeper
from tui_mailer.ui.presenters.journal import Names, row
from tui_mailer.ui.widgets.dated_list import DatedList
from tui_mailer.ui.widgets.line_list import Piece, column


class JournalRows:
    """The lines that a filter leaves."""

    def __init__(self, journal: JournalKeeper, chosen: JournalFilter) -> None:
        self._journal = journal
        self._chosen = chosen

    async def count(self) -> int:
        """Number of lines."""
        return await self._journal.count(self._chosen)

    async def rows(self, start: int, stop: int) -> Sequence[JournalLine]:
        """Lines `start` to `stop` (excluded), newest first."""
        return await self._journal.rows(self._chosen, start, stop)

    async def place(self, row_id: int | str) -> int | None:  # noqa: ARG002
        """None: lines come before all others and go after them, so none is ever far to seek."""
        return None


class JournalList(DatedList[JournalLine]):
    """Shows lines, newest first; those where the chain breaks bear a mark.

    Attributes:
        names: matricule -> name.
        faulty: numbers of lines where the chain breaks.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` gives the local time, aware."""
        super().__init__(now)
        self.names: Names = {}
        self.faulty: Container[int] = frozenset()

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """One line, or its place while it is loading."""
        line = self._row(index)
        if line is None:
            return [[column("     …", width, "line--faint")]]
        mark = ("▌ " if selected else "  ", "")
        return [[mark, *row(line, width - 2, self._now(), self.names, self.faulty)]]
