"""The journal: lines added to the chain, listed, followed; old ones taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, json_list, storable
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.journal import (
    ChainEnds,
    Deed,
    JournalEntry,
    JournalFilter,
    JournalLine,
    Link,
    MessageTrace,
    columns,
    cut_words,
    digest,
)
from tui_mailer.domain.safe_text import safe_line

_COLUMNS: Final = "number, at, account, system_user, deed, folder, uid, message_id, patient, detail, answer, digest"
_ADD: Final = f"INSERT INTO journal ({_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608  (constants)
_SLICE: Final = f"SELECT {_COLUMNS} FROM journal WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608  (constants)
_FILTER: Final = """
    (patient <> '' AND patient IN (SELECT value FROM json_each(:patients)))
    OR (:text <> '' AND (
        (:matricule <> '' AND patient <> '' AND patient LIKE :matricule || '%')
        OR instr(lower(message_id), :text) OR instr(lower(folder), :text)
        OR instr(lower(deed), :text) OR instr(lower(detail), :text)
    ))
"""
_NEWEST_MAIL: Final = """
    SELECT max((SELECT max(received_at) FROM message WHERE folder_id = folder.id))
    FROM folder WHERE role NOT IN (?, ?)
"""
_NAMED: Final = """
    SELECT m.uid, m.message_id, m.patient FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE f.name = :folder AND m.uid IN (SELECT value FROM json_each(:uids))
    UNION ALL
    SELECT p.uid, m.message_id, m.patient FROM pending_move AS p
    JOIN message AS m ON m.id = p.message_id JOIN folder AS f ON f.id = p.folder_id
    WHERE f.name = :folder AND p.uid IN (SELECT value FROM json_each(:uids))
    UNION ALL
    SELECT p.uid, p.message_id, p.patient FROM pending_expunge AS p
    JOIN folder AS f ON f.id = p.folder_id
    WHERE f.name = :folder AND p.uid IN (SELECT value FROM json_each(:uids))
"""


class StoredJournal(Part):
    """The journal's part of the store."""

    async def add_to_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add lines at the end of the chain, all or none."""
        await self._database.write(lambda sql: _add(sql, entries))

    async def cut_journal(self, entry: JournalEntry, before: str) -> int:
        """Take out the lines before the first one that is no older than `before`, and record it."""

        def work(sql: Sql) -> int:
            up_to = _last_before(sql, before)
            if up_to is None:
                return 0
            _add(sql, [replace(entry, detail=cut_words(up_to))])
            head = sql.execute("SELECT number FROM journal_head").fetchone()[0]
            row = (head, up_to.number, up_to.digest)
            sql.execute("INSERT INTO journal_cut (number, up_to, digest) VALUES (?, ?, ?)", row)
            statement = "DELETE FROM journal WHERE number <= ?"
            return sql.execute(statement, (up_to.number,)).rowcount

        return await self._database.write(work)

    async def newest_mail_at(self) -> datetime | None:
        """When the server took in the newest message that is held; None without any."""
        own = [FolderRole.SENT.value, FolderRole.DRAFTS.value]
        row = await self._database.fetch_one(_NEWEST_MAIL, own)
        return None if row is None or row[0] is None else from_stamp(row[0])

    # --- following the chain

    async def journal_ends(self) -> ChainEnds:
        """Between which places the lines must stand."""

        def work(sql: Sql) -> ChainEnds:
            last = Link(*sql.execute("SELECT number, digest FROM journal_head").fetchone())
            query = "SELECT number, up_to, digest FROM journal_cut ORDER BY number DESC LIMIT 1"
            row = sql.execute(query).fetchone()
            if row is None:
                return ChainEnds(Link(), last)
            number, *before = row
            return ChainEnds(Link(*before), last, _is_vouched(sql, number, Link(*before)))

        return await self._database.read(work)

    async def journal_slice(self, after: int, limit: int) -> Sequence[JournalLine]:
        """At most `limit` lines whose number is above `after`, in the order of the chain."""
        return [_line(row) for row in await self._database.fetch_all(_SLICE, (after, limit))]

    # --- listing

    async def journal_count(self, chosen: JournalFilter) -> int:
        """Number of lines that `chosen` lists."""
        condition, values = _condition(chosen)
        query = f"SELECT count(*) FROM journal WHERE {condition}"  # noqa: S608  (constants)
        row = await self._database.fetch_one(query, values)
        return int(row[0]) if row else 0

    async def journal_rows(
        self, chosen: JournalFilter, start: int, stop: int
    ) -> Sequence[JournalLine]:
        """Lines `start` to `stop` (excluded), newest first."""
        condition, values = _condition(chosen)
        query = (
            f"SELECT {_COLUMNS} FROM journal WHERE {condition} "  # noqa: S608  (constants)
            "ORDER BY number DESC LIMIT :size OFFSET :skip"
        )
        page = {**values, "size": stop - start, "skip": start}
        return [_line(row) for row in await self._database.fetch_all(query, page)]

    async def traces(self, folder: str, uids: Sequence[int]) -> Mapping[int, MessageTrace]:
        """How the journal names messages that the server has in `folder`; those known here."""
        values = {"folder": folder, "uids": json_list(uids)}
        rows = await self._database.fetch_all(_NAMED, values)
        return {uid: MessageTrace(message_id, patient) for uid, message_id, patient in rows}


def _add(sql: Sql, entries: Sequence[JournalEntry]) -> None:
    number, last = sql.execute("SELECT number, digest FROM journal_head").fetchone()
    rows = []
    for entry in entries:
        number, last = number + 1, digest(last, number + 1, entry)
        rows.append((*columns(number, entry), last))
    sql.executemany(_ADD, rows)


def _last_before(sql: Sql, before: str) -> Link | None:
    """The newest line of those to take out; None when there is none."""
    query = "SELECT min(number) FROM journal WHERE at >= ?"
    kept = sql.execute(query, (before,)).fetchone()[0]
    query = "SELECT number, digest FROM journal WHERE ? IS NULL OR number < ? ORDER BY number DESC LIMIT 1"
    row = sql.execute(query, (kept, kept)).fetchone()
    return None if row is None else Link(*row)


def _is_vouched(sql: Sql, number: int, before: Link) -> bool:
    row = sql.execute("SELECT deed, detail FROM journal WHERE number = ?", (number,)).fetchone()
    return bool(row == (Deed.CUT.value, cut_words(before)))


def _condition(chosen: JournalFilter) -> tuple[str, dict[str, str | int]]:
    if chosen.is_empty:
        return "1", {}
    # SQLite's lower() knows ASCII alone.
    text = "".join(c.lower() if c.isascii() else c for c in storable(chosen.text).strip())
    squeezed = "".join(text.split()).upper()
    return _FILTER, {
        "text": text,
        "matricule": squeezed if squeezed.isalnum() and squeezed.isascii() else "",
        "patients": "[" + ",".join(f'"{m}"' for m in chosen.patients if m.isalnum()) + "]",
    }


def _line(row: tuple[Any, ...]) -> JournalLine:
    number, at, account, system_user, deed, folder, uid, message_id, patient, *rest = row
    detail, answer, known_digest = rest
    # Safe again: a line that was tampered with is shown too.
    entry = JournalEntry(
        safe_line(at),
        safe_line(account),
        safe_line(system_user),
        safe_line(deed),
        safe_line(folder),
        uid,
        safe_line(message_id),
        safe_line(patient),
        safe_line(detail),
        safe_line(answer),
    )
    return JournalLine(number, entry, safe_line(known_digest))
