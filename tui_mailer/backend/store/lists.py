"""Lists: counts and pages of a view, newest first.

A page anywhere in 100,000 rows is found by skipping inside one covering index, from whichever end
is nearer; only the rows of the page itself are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import LISTED, SUMMARY_COLUMNS, summary
from tui_mailer.backend.store.text_search import Hits, find
from tui_mailer.backend.store.values import json_list
from tui_mailer.domain.message import (
    MOST_HITS,
    FolderView,
    ListView,
    MessageSummary,
    PatientsView,
    SearchView,
)

_PAGE: Final = """
    SELECT {columns} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (
        SELECT id FROM message WHERE {condition}
        ORDER BY received_at {direction}, uid {direction}, id {direction} LIMIT :size OFFSET :skip
    )
    ORDER BY m.received_at DESC, m.uid DESC, m.id DESC
"""
_PLACE: Final = """
    SELECT (
        SELECT count(*) FROM message
        WHERE {condition} AND (received_at, uid, id) > (t.received_at, t.uid, t.id)
    ) FROM (SELECT received_at, uid, id FROM message WHERE id = :id AND {condition}) AS t
"""
_CHOSEN: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (SELECT value FROM json_each(?))
"""  # noqa: S608  (constants)
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

    # What was searched, in which version of the file, and the ids found.
    _last_found: tuple[SearchView, int, Sequence[int]] | None = None

    async def count(self, view: ListView) -> int:
        """Number of rows of a list."""
        if isinstance(view, SearchView):
            await self._followed_up()
            return len(await self._database.read(lambda sql: self._found(sql, view)))
        query = _query(view)
        return await self._database.read(lambda sql: _count(sql, query))

    async def rows(self, view: ListView, start: int, stop: int) -> Sequence[MessageSummary]:
        """Rows `start` to `stop` (excluded) of a list, newest first."""
        if isinstance(view, SearchView):
            await self._followed_up()
            return await self._found_rows(view, max(0, start), stop)
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

    async def place_in(self, view: ListView, message_id: int) -> int | None:
        """The index of a row in a list, None when it is not in it."""
        if isinstance(view, SearchView):
            await self._followed_up()
            ids = await self._database.read(lambda sql: self._found(sql, view))
            return ids.index(message_id) if message_id in ids else None
        query = _query(view)
        place = _PLACE.format(condition=query.condition)
        row = await self._database.fetch_one(place, {**query.values, "id": message_id})
        return int(row[0]) if row else None

    def _found(self, sql: Sql, view: SearchView) -> Sequence[int]:
        """Local ids of what a search finds, asked for once as long as nothing changes.

        A list asks for its count and then for each page.
        """
        (version,) = sql.execute("PRAGMA data_version").fetchone()
        if self._last_found is None or self._last_found[:2] != (view, version):
            self._last_found = view, version, find(sql, _hits(view), self._owner, MOST_HITS)
        return self._last_found[2]

    async def _found_rows(self, view: SearchView, start: int, stop: int) -> list[MessageSummary]:
        def work(sql: Sql) -> list[MessageSummary]:
            ids = self._found(sql, view)[start:stop]
            found = (summary(row) for row in sql.execute(_CHOSEN, (json_list(ids),)))
            by_id = {row.id: row for row in found}
            # One that vanished between two commits is missing until the list is told.
            return [by_id[message_id] for message_id in ids if message_id in by_id]

        return await self._database.read(work)

    async def summary(self, message_id: int) -> MessageSummary | None:
        """One row by its local id."""
        row = await self._database.fetch_one(_ONE, (message_id,))
        return summary(row) if row else None


def _count(sql: Sql, query: _Query) -> int:
    row = sql.execute(query.count, query.values).fetchone()
    return int(row[0]) if row else 0


def _hits(view: SearchView) -> Hits:
    within = _query(view.within) if view.within is not None else _Query("", "", {})
    return Hits(view.query, within.condition, within.values, found=view.found)


def _query(view: FolderView | PatientsView) -> _Query:
    if isinstance(view, FolderView):
        return _folder_query(view)
    condition, counted = LISTED, "patient_mail"
    if view.matricule:
        condition += " AND patient = :patient"
        counted += " WHERE matricule = :patient"
    count = f"SELECT coalesce(sum(message_count), 0) FROM {counted}"  # noqa: S608  (constants)
    return _Query(condition, count, {"patient": view.matricule})


def _folder_query(view: FolderView) -> _Query:
    condition, counted = "folder_id = :folder", "total_count"
    if not view.with_patients:
        condition, counted = condition + " AND patient = ''", "total_count - patient_count"
    count = f"SELECT {counted} FROM folder WHERE id = :folder"  # noqa: S608  (constants)
    return _Query(condition, count, {"folder": view.folder_id})
