"""Copies of drafts on the server: what is there, and what is still to be done."""

from collections.abc import Sequence
from typing import Any, Final

from tui_mailer.backend.store.draft_document import read_draft
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_optional_stamp, to_optional_stamp
from tui_mailer.domain.draft import DraftCopy
from tui_mailer.domain.message import Flags

_COLUMNS: Final = """
    coalesce(d.id, c.draft_id), d.updated_at, d.document,
    coalesce(c.copy_key, ''), coalesce(c.stored_at, 0), coalesce(c.replaces, ''),
    coalesce(c.taken, 0)
"""
_TO_STORE: Final = f"""
    SELECT {_COLUMNS} FROM draft AS d LEFT JOIN draft_copy AS c ON c.draft_id = d.id
    WHERE coalesce(c.stored_at, 0) <> d.updated_at
"""  # noqa: S608  (constants)
_TO_REMOVE: Final = f"""
    SELECT {_COLUMNS} FROM draft_copy AS c LEFT JOIN draft AS d ON d.id = c.draft_id
    WHERE d.id IS NULL AND c.draft_id > 0 AND NOT EXISTS (
        SELECT 1 FROM outgoing
        WHERE draft_id = c.draft_id AND state <> 'sent' AND state <> 'copy_missing'
    )
"""  # noqa: S608  (constants)
# By the Message-ID that each version has: "<key." and what is below "<key/".
_UNSEEN: Final = f"""
    SELECT {_COLUMNS} FROM draft AS d JOIN draft_copy AS c ON c.draft_id = d.id
    WHERE c.stored_at > 0 AND c.taken = 0 AND NOT EXISTS (
        SELECT 1 FROM folder AS f JOIN message AS m ON m.folder_id = f.id
        WHERE f.role = 'drafts' AND m.flags & {Flags.DELETED.value} = 0
          AND m.message_id BETWEEN '<' || c.copy_key || '.' AND '<' || c.copy_key || '/'
    )
"""  # noqa: S608  (constants)
_TAKEN: Final = """
    SELECT d.id FROM draft AS d JOIN draft_copy AS c ON c.draft_id = d.id WHERE c.taken = 1
"""
_ONE: Final = f"""
    SELECT {_COLUMNS} FROM draft_copy AS c LEFT JOIN draft AS d ON d.id = c.draft_id
    WHERE c.copy_key = ?
"""  # noqa: S608  (constants)
_REPLACING: Final = f"""
    SELECT {_COLUMNS} FROM draft_copy AS c LEFT JOIN draft AS d ON d.id = c.draft_id
    WHERE c.replaces = ? AND c.replaces <> ''
"""  # noqa: S608  (constants)
_OF_OUTGOING: Final = f"""
    SELECT {_COLUMNS} FROM outgoing AS o JOIN draft_copy AS c ON c.draft_id = o.draft_id
    LEFT JOIN draft AS d ON d.id = c.draft_id
    WHERE o.id = ? AND c.stored_at > 0
"""  # noqa: S608  (constants)
_NOTE: Final = """
    INSERT INTO draft_copy (draft_id, copy_key, stored_at, replaces, taken) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (draft_id) DO UPDATE SET
        copy_key = excluded.copy_key, stored_at = excluded.stored_at, replaces = excluded.replaces,
        taken = excluded.taken
"""

# Below zero, where no draft has its id: a server may keep, or bring back, what was removed.
_RETIRE: Final = "UPDATE OR REPLACE draft_copy SET draft_id = -draft_id WHERE draft_id = ?"


class DraftCopies(Part):
    """The part of the store that knows the drafts' copies."""

    async def draft_copies_to_do(self) -> Sequence[DraftCopy]:
        """Copies that are not yet what the drafts are: to be stored anew, or to be removed."""
        rows = await self._database.fetch_all(f"{_TO_STORE} UNION ALL {_TO_REMOVE}")
        return [_copy(row) for row in rows]

    async def draft_copies_unseen(self) -> Sequence[DraftCopy]:
        """Copies that were stored, and of which no row of the folder of drafts is a version."""
        return [_copy(row) for row in await self._database.fetch_all(_UNSEEN)]

    async def drafts_taken_elsewhere(self) -> frozenset[int]:
        """Ids of the drafts whose copies are noted as taken."""
        return frozenset(draft_id for (draft_id,) in await self._database.fetch_all(_TAKEN))

    async def draft_copy(self, key: str) -> DraftCopy | None:
        """The copy that has this key, None for one that was not made here."""
        row = await self._database.fetch_one(_ONE, (key,))
        return _copy(row) if row else None

    async def draft_copy_replacing(self, mark: str) -> DraftCopy | None:
        """The copy that is to take the place of another machine's, whose mark this is, or None."""
        row = await self._database.fetch_one(_REPLACING, (mark,))
        return _copy(row) if row else None

    async def draft_copy_of_outgoing(self, outgoing_id: int) -> DraftCopy | None:
        """What was stored of the draft that a message of the outbox was; None when nothing was."""
        row = await self._database.fetch_one(_OF_OUTGOING, (outgoing_id,))
        return _copy(row) if row else None

    async def note_draft_copy(self, copy: DraftCopy) -> None:
        """Keep what is known of a draft's copy."""
        stored_at = to_optional_stamp(copy.stored_at)
        values = (copy.draft_id, copy.key, stored_at, copy.replaces, int(copy.taken))
        await self._database.execute(_NOTE, values)

    async def forget_draft_copy(self, draft_id: int) -> None:
        """Nothing more is to be done about it; its key stays known, should a version turn up."""
        await self._database.execute(_RETIRE, (draft_id,))


def _copy(row: tuple[Any, ...]) -> DraftCopy:
    draft_id, updated_at, document, key, stored_at, replaces, taken = row
    return DraftCopy(
        draft_id,
        None if document is None else read_draft(draft_id, updated_at, document),
        key,
        from_optional_stamp(stored_at),
        replaces,
        bool(taken),
    )
