"""Lists: counts and pages of a view, newest first.

A page anywhere in 100,000 rows is found by skipping inside one covering index, from whichever end
is nearer; only the rows of the page itself are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import SUMMARY_COLUMNS, summary
from tui_mailer.domain.message import FolderView, ListView, MessageSummary

_PAGE: Final = """
    SELECT {columns} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (
        SELECT id FROM message WHERE {condition}
        ORDER BY received_at {direction}, uid {direction}, id {direction} LIMIT :size OFFSET :skip
    )
    ORDER BY m.received_at DESC, m.uid DESC, m.id DESC
"""
_ONE: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id = ?
"""  # noqa: S608  (constants)


@dataclass(frozen=True, slots=True)
class _Query:
    """A view in SQL: the rows it shows, and how many they are."""

    condition: str
    count: str
    values: dict[str, str | int]


class Lists(Part):
    """The lists' part of the store."""

    async def count(self, view: ListView) -> int:
        """Number of rows of a list."""
        query = _query(view)
        return await self._database.read(lambda sql: _count(sql, query))

    async def rows(self, view: ListView, start: int, stop: int) -> Sequence[MessageSummary]:
        """Rows `start` to `stop` (excluded) of a list, newest first."""
        query = _query(view)

        def work(sql: Sql) -> list[MessageSummary]:
            total = _count(sql, query)
            size = min(stop, total) - start
            if size <= 0:
                return []
            from_end = start > total // 2
            page = _PAGE.format(
                columns=SUMMARY_COLUMNS,
                condition=query.condition,
                direction="ASC" if from_end else "DESC",
            )
            skip = total - start - size if from_end else start
            found = sql.execute(page, {**query.values, "size": size, "skip": skip})
            return [summary(row) for row in found]

        return await self._database.read(work)

    async def summary(self, message_id: int) -> MessageSummary | None:
        """One row by its local id."""
        row = await self._database.fetch_one(_ONE, (message_id,))
        return summary(row) if row else None


def _count(sql: Sql, query: _Query) -> int:
    row = sql.execute(query.count, query.values).fetchone()
    return int(row[0]) if row else 0


def _query(view: ListView) -> _Query:
    if isinstance(view, FolderView):
        return _folder_query(view)
    condition = "patient <> '' AND is_copy = 0"
    if view.matricule:
        condition += " AND patient = :patient"
    count = f"SELECT count(*) FROM message WHERE {condition}"  # noqa: S608  (constants)
    return _Query(condition, count, {"patient": view.matricule})


def _folder_query(view: FolderView) -> _Query:
    condition, counted = "folder_id = :folder", "total_count"
    if not view.with_patients:
        condition, counted = condition + " AND patient = ''", "total_count - patient_count"
    count = f"SELECT {counted} FROM folder WHERE id = :folder"  # noqa: S608  (constants)
    return _Query(condition, count, {"folder": view.folder_id})
