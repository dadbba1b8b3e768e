"""Writing many rows with few statements.

Each call of SQLite lets Python's other threads run and then waits for its turn again. A call for
each row, as `executemany` makes, waits longer than it works; rows as one text of JSON take SQLite
half as much again as writing them does.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final

from tui_mailer.backend.store.connection import Sql

Row = Sequence[str | int]

# SQLite keeps what it made of each statement: these few, the last rows filled up with nothing.
_SIZES: Final = (1, 16, 128)
_TABLE: Final = "(SELECT * FROM (VALUES {}) WHERE column1 NOT NULL)"


class ManyRows:
    """A statement for any number of rows of one width.

    It has ``{rows}`` where a table of them is to stand, with its columns called as `columns` says.
    """

    def __init__(self, statement: str, width: int) -> None:
        row = f"({', '.join('?' * width)})"
        self._nothing = (None,) * width
        self._statements = {
            size: statement.format(rows=_TABLE.format(", ".join([row] * size))) for size in _SIZES
        }

    def run(self, sql: Sql, rows: Sequence[Row], *more: str | int) -> None:
        """Run it on `rows`; `more` are its parameters after those of the rows."""
        for start in range(0, len(rows), _SIZES[-1]):
            some = rows[start : start + _SIZES[-1]]
            size = next(size for size in _SIZES if size >= len(some))
            filled = chain(some, [self._nothing] * (size - len(some)))
            sql.execute(self._statements[size], (*chain.from_iterable(filled), *more))


def column(place: int) -> str:
    """The name of a column of ``{rows}``, from 0."""
    return f"column{place + 1}"


def columns(width: int) -> str:
    """The names of all of them."""
    return ", ".join(map(column, range(width)))
