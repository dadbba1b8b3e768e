"""A window on a list too long to hold: pages asked for as they are seen, few of them kept."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from tui_mailer.domain.message import ListView, MessageSummary
from tui_mailer.engine.reading import Reading

PAGE_ROWS: Final = 100
_KEPT_PAGES: Final = 8


class Row(Protocol):
    """What a list needs to know of its rows."""

    @property
    def id(self) -> int | str:
        """What tells a row from every other one of its list."""
        ...


RowT = TypeVar("RowT", bound=Row)
_SomeRow = TypeVar("_SomeRow", bound=Row, covariant=True)


class RowSource(Protocol[_SomeRow]):
    """Where the rows come from; local, never the network."""

    async def count(self) -> int:
        """Number of rows."""
        ...

    async def rows(self, start: int, stop: int) -> Sequence[_SomeRow]:
        """Rows `start` to `stop` (excluded)."""
        ...

    async def place(self, row_id: int | str) -> int | None:
        """The index of a row, None when it is not among them any more."""
        ...


class ViewRows:
    """The rows of one view of the engine."""

    def __init__(self, reading: Reading, view: ListView) -> None:
        self._reading = reading
        self.view = view

    async def count(self) -> int:
        """Number of rows."""
        return await self._reading.count(self.view)

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        """Rows `start` to `stop` (excluded), newest first."""
        return await self._reading.rows(self.view, start, stop)

    async def place(self, row_id: int | str) -> int | None:
        """The index of a message, None when it is not among them any more."""
        return await self._reading.place_in(self.view, int(row_id))


class RowWindow(Generic[RowT]):
    """Keeps the last pages seen of a `RowSource`."""

    def __init__(self, source: RowSource[RowT]) -> None:
        self.source = source
        self._pages: OrderedDict[int, Sequence[RowT]] = OrderedDict()

    def get(self, index: int) -> RowT | None:
        """Row `index`, None while it is not loaded."""
        number, offset = divmod(index, PAGE_ROWS)
        page = self._pages.get(number, ())
        return page[offset] if offset < len(page) else None

    async def load(self, start: int, stop: int) -> bool:
        """Load what is missing of rows `start` to `stop`; True when anything was."""
        missing = [number for number in _pages(start, stop) if number not in self._pages]
        for number in missing:
            first = number * PAGE_ROWS
            self._pages[number] = await self.source.rows(first, first + PAGE_ROWS)
        for number in _pages(start, stop):
            self._pages.move_to_end(number)
        while len(self._pages) > _KEPT_PAGES:
            self._pages.popitem(last=False)
        return bool(missing)

    def find(self, row_id: int | str) -> int | None:
        """The index of a row among those loaded."""
        for number, page in self._pages.items():
            for offset, row in enumerate(page):
                if row.id == row_id:
                    return number * PAGE_ROWS + offset
        return None


def _pages(start: int, stop: int) -> Iterable[int]:
    return range(max(0, start) // PAGE_ROWS, (max(start, stop - 1)) // PAGE_ROWS + 1)
