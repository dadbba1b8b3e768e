"""Drafts: each is one document, replaced in one piece."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.draft_document import read_draft, write_draft
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, to_stamp
from tui_mailer.domain.draft import Draft

# Versions are told apart by their times: each is later than the one before, though the clock be put
# back meanwhile.
_SAVE: Final = """
    INSERT INTO draft (id, updated_at, document) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        updated_at = max(excluded.updated_at, updated_at + 1), document = excluded.document
    RETURNING id, updated_at
"""


def put_draft(sql: Sql, draft: Draft, stamp: int) -> tuple[int, int]:
    """Insert or replace within a transaction; the id, and the stamp that it bears."""
    ((draft_id, kept_stamp),) = sql.execute(
        _SAVE, (draft.id or None, stamp, write_draft(draft))
    ).fetchall()
    return draft_id, kept_stamp


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
        await self._database.execute("DELETE FROM draft WHERE id = ?", (draft_id,))
