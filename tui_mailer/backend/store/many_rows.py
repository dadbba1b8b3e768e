"""Writing many rows with few statements.

Each call of SQLite lets Python's other threads run and then waits for its turn again. A call for
each row, as `executemany` makes, waits longer than it works; rows as one text of JSON take SQLite
half as much again as writing them does.
"""

from collections.abc import Sequence
from itertools import chain, count
from typing import Final

from tui_mailer.backend.store.connection import Sql

Row = Sequence[str | int]

# SQLite keeps what it made of each statement, so there are few. While the values of one are handed
# over, Python's other threads wait.
_SIZES: Final = (128, 32, 8, 2, 1)


class ManyRows:
    """A statement for any number of rows, with ``{rows}`` where they stand: ``INSERT ... VALUES {rows}``.

    Args:
        statement: in it, values that all rows have in common are ``?1`` and on.
        columns: names of the values of a row.
        row: a row as it stands there, ``{name}`` for each value; just the values if None.
        common: how many values all rows have in common.
    """

    def __init__(
        self, statement: str, columns: Sequence[str], row: str | None = None, common: int = 0
    ) -> None:
        row = row or f"({', '.join(f'{{{name}}}' for name in columns)})"
        numbers = count(common + 1)
        rows = [
            row.format_map({name: f"?{next(numbers)}" for name in columns})
            for _ in range(_SIZES[0])
        ]
        self._statements = {size: statement.format(rows=", ".join(rows[:size])) for size in _SIZES}

    def run(self, sql: Sql, rows: Sequence[Row], *common: str | int) -> None:
        """Run it on `rows`, in their order."""
        start = 0
        for size, statement in self._statements.items():
            while len(rows) - start >= size:
                some = rows[start : start + size]
                sql.execute(statement, (*common, *chain.from_iterable(some)))
                start += size
