"""Drafts: each is one document, replaced in one piece."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.draft_document import read_draft, write_draft
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, json_list, to_stamp
from tui_mailer.domain.draft import Draft, ForwardedAttachment

# Versions are told apart by their times: each is later than the one before, though the clock be put
# back meanwhile.
_SAVE: Final = """
    INSERT INTO draft (id, updated_at, document) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        updated_at = max(excluded.updated_at, updated_at + 1), document = excluded.document
    RETURNING id, updated_at
"""
# Of a patient's message only for a draft that is bound to that patient: once its row is gone, nothing
# else tells whose it was. What lies among the drafts was exchanged with nobody.
_SENDS_ON: Final = """
    INSERT OR IGNORE INTO sent_on
    SELECT :draft, m.id FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (SELECT value FROM json_each(:sources))
      AND (m.patient IN ('', :about) OR f.role = 'drafts')
    UNION SELECT :draft, message_id FROM kept_content
    WHERE message_id IN (SELECT value FROM json_each(:sources))
"""
_SENDS_ON_NO_MORE: Final = """
    DELETE FROM sent_on
    WHERE draft_id = :draft AND message_id NOT IN (SELECT value FROM json_each(:sources))
"""
_FORGET: Final = (
    """
    DELETE FROM sent_on WHERE draft_id NOT IN (
        SELECT id FROM draft UNION ALL SELECT draft_id FROM outgoing WHERE state <> 'sent'
    )
    """,
    "DELETE FROM kept_content WHERE message_id NOT IN (SELECT message_id FROM sent_on)",
)


def put_draft(sql: Sql, draft: Draft, stamp: int) -> tuple[int, int]:
    """Insert or replace within a transaction; the id, and the stamp that it bears."""
    ((draft_id, kept_stamp),) = sql.execute(
        _SAVE, (draft.id or None, stamp, write_draft(draft))
    ).fetchall()
    sources = [a.message_id for a in draft.attachments if isinstance(a, ForwardedAttachment)]
    values = {"draft": draft_id, "sources": json_list(sources), "about": draft.about}
    sql.execute(_SENDS_ON, values)
    sql.execute(_SENDS_ON_NO_MORE, values)
    _forget_unneeded(sql)
    return draft_id, kept_stamp


def _forget_unneeded(sql: Sql) -> None:
    """What was kept for drafts that were sent or discarded."""
    for statement in _FORGET:
        sql.execute(statement)


class Drafts(Part):
    """The drafts' part of the store."""

    async def save_draft(self, draft: Draft, now: datetime) -> Draft:
        """Insert or replace; the draft with its id and `updated_at`."""
        draft_id, stamp = await self._database.write(
            lambda sql: put_draft(sql, draft, to_stamp(now))
        )
        return replace(draft, id=draft_id, updated_at=from_stamp(stamp))

    async def drafts(self) -> Sequence[Draft]:
        """All drafts, newest first."""
        query = "SELECT id, updated_at, document FROM draft ORDER BY updated_at DESC, id DESC"
        rows = await self._database.fetch_all(query)
        return [read_draft(*row) for row in rows]

    async def draft(self, draft_id: int) -> Draft | None:
        """One draft."""
        query = "SELECT id, updated_at, document FROM draft WHERE id = ?"
        row = await self._database.fetch_one(query, (draft_id,))
        return read_draft(*row) if row else None

    async def discard_draft(self, draft_id: int) -> None:
        """Remove a draft; one that is gone is no error."""

        def work(sql: Sql) -> None:
            sql.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
            _forget_unneeded(sql)

        await self._database.write(work)
