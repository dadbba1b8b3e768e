"""Writing many rows with few statements.

Each call of SQLite lets Python's other threads run and then waits for its turn again. A call for
each row, as `executemany` makes, waits longer than it works; rows as one text of JSON take SQLite
half as much again as writing them does.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from tui_mailer.backend.store.connection import Sql

Row = Sequence[str | int]

_AT_ONCE: Final = 100


class ManyRows:
    """A statement for any number of rows of one width."""

    def __init__(self, statement: str, width: int) -> None:
        """`statement` has ``{rows}`` for a table of the rows: `columns` are the names of its own."""
        row = f"({', '.join('?' * width)})"
        # The last rows of each run are of any number, and SQLite knows each number's statement anew.
        self._written = lru_cache(maxsize=16)(
            lambda count: statement.format(rows=f"(VALUES {', '.join([row] * count)})")
        )

    def run(self, sql: Sql, rows: Sequence[Row], *more: str | int) -> None:
        """Run it on `rows`; `more` are its parameters after those of the rows."""
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            sql.execute(self._written(len(some)), (*chain.from_iterable(some), *more))


def column(place: int) -> str:
    """The name of a column of ``{rows}``, from 0."""
    return f"column{place + 1}"


def columns(width: int) -> str:
    """The names of all of them."""
    return ", ".join(map(column, range(width)))
