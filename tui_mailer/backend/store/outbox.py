"""The outbox: messages handed over for sending, each with its exact bytes and its draft.

Every change of state is a compare-and-set in one statement, so of two callers one wins.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.draft_document import read_draft, write_draft
from tui_mailer.backend.store.drafts import put_draft
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import from_stamp, storable, to_size, to_stamp
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import StoreDamaged
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line

_COLUMNS: Final = """
    id, message_id, subject, recipients, patient, state, due_at, size_bytes,
    explanation, server_words, attempt_count, answers, forwards, final, is_receipt
"""
_INSERT: Final = """
    INSERT INTO outgoing (message_id, draft_id, subject, recipients, patient, state, due_at,
                          size_bytes, explanation, server_words, attempt_count, answers, forwards,
                          final, is_receipt)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    RETURNING id
"""
_INSERT_CONTENT: Final = """
    INSERT INTO outgoing_content (outgoing_id, bytes, draft, draft_updated_at) VALUES (?, ?, ?, ?)
"""
_SAME_MESSAGE: Final = f"SELECT {_COLUMNS} FROM outgoing WHERE message_id = ?"  # noqa: S608  (constants)
_SAME_DRAFT: Final = f"""
    SELECT {_COLUMNS} FROM outgoing
    WHERE draft_id = :id AND draft_id <> 0 AND state <> 'sent'
      AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = :id)
"""  # noqa: S608  (constants)
_SET_STATE: Final = """
    UPDATE outgoing SET state = :state, explanation = :explanation, server_words = :server_words,
        due_at = coalesce(:due_at, due_at),
        attempt_count = attempt_count + (:state = 'sending')
    WHERE id = :id AND state IN (SELECT value FROM json_each(:expected))
"""
# The copy among the sent messages is on the server by then; a receipt has none. From the few that
# are held to the many that were sent.
_FORGET_CONTENT: Final = """
    DELETE FROM outgoing_content WHERE outgoing_id IN (
        SELECT c.outgoing_id FROM outgoing_content AS c
        CROSS JOIN outgoing AS o ON o.id = c.outgoing_id
        WHERE o.state = 'sent'
    )
"""
_TAKE: Final = """
    SELECT o.draft_id, c.draft_updated_at, c.draft
    FROM outgoing AS o JOIN outgoing_content AS c ON c.outgoing_id = o.id
    WHERE o.id = ? AND o.state IN (SELECT value FROM json_each(?))
"""


class Outbox(Part):
    """The outbox's part of the store."""

    async def queue(self, outgoing: Outgoing, content: bytes, draft: Draft) -> Outgoing:
        """In one transaction: the message enters the outbox and its draft leaves the drafts.

        Asked twice for one message, or for a draft that already left, it answers with the
        message that is in the outbox: two key presses send one mail.
        """
        written_at = draft.updated_at or outgoing.due_at

        def work(sql: Sql) -> Outgoing:
            there = sql.execute(_SAME_MESSAGE, (storable(outgoing.message_id),)).fetchone()
            there = there or sql.execute(_SAME_DRAFT, {"id": draft.id}).fetchone()
            if there:
                return _outgoing(there)
            outgoing_id = sql.execute(_INSERT, _values(outgoing, draft)).fetchall()[0][0]
            sql.execute(
                _INSERT_CONTENT, (outgoing_id, content, write_draft(draft), to_stamp(written_at))
            )
            sql.execute("DELETE FROM draft WHERE id = ?", (draft.id,))
            return replace(outgoing, id=outgoing_id)

        return await self._database.write(work)

    async def outbox(self) -> Sequence[Outgoing]:
        """Every message not yet settled (all but SENT), oldest first."""
        query = f"SELECT {_COLUMNS} FROM outgoing WHERE state <> 'sent' ORDER BY id"  # noqa: S608  (constants)
        rows = await self._database.fetch_all(query)
        return [_outgoing(row) for row in rows]

    async def outgoing(self, outgoing_id: int) -> Outgoing | None:
        """One message of the outbox, settled ones too."""
        query = f"SELECT {_COLUMNS} FROM outgoing WHERE id = ?"  # noqa: S608  (constants)
        row = await self._database.fetch_one(query, (outgoing_id,))
        return _outgoing(row) if row else None

    async def outgoing_with(self, message_id: str) -> Outgoing | None:
        """The message of the outbox, settled ones too, with that Message-ID."""
        row = await self._database.fetch_one(_SAME_MESSAGE, (storable(message_id),))
        return _outgoing(row) if row else None

    async def outgoing_content(self, outgoing_id: int) -> bytes:
        """The exact bytes to send.

        Raises:
            StoreDamaged: the outbox holds no such message.
        """
        query = "SELECT bytes FROM outgoing_content WHERE outgoing_id = ?"
        row = await self._database.fetch_one(query, (outgoing_id,))
        if row is None:
            raise StoreDamaged
        return bytes(row[0])

    async def set_outgoing_state(
        self,
        outgoing_id: int,
        expected: Sequence[OutgoingState],
        state: OutgoingState,
        *,
        explanation: str = "",
        server_words: SafeText = SafeText(""),
        due_at: datetime | None = None,
    ) -> bool:
        """Move to `state` if the present one is among `expected`; False otherwise.

        Of what is SENT only the row is kept, not its bytes.
        """
        values: dict[str, str | int | None] = {
            "id": outgoing_id,
            "expected": _json_states(expected),
            "state": state.value,
            "explanation": storable(explanation),
            "server_words": server_words,
            "due_at": None if due_at is None else to_stamp(due_at),
        }

        def work(sql: Sql) -> bool:
            has_moved = sql.execute(_SET_STATE, values).rowcount == 1
            if has_moved and state is OutgoingState.SENT:
                sql.execute(_FORGET_CONTENT)
            return has_moved

        return await self._database.write(work)

    async def take_back(self, outgoing_id: int, expected: Sequence[OutgoingState]) -> Draft | None:
        """In one transaction: out of the outbox, back among the drafts; None if not `expected`.

        Should a draft of the same id have been saved meanwhile, both are kept.
        """

        def work(sql: Sql) -> Draft | None:
            row = sql.execute(_TAKE, (outgoing_id, _json_states(expected))).fetchone()
            if row is None:
                return None
            draft = read_draft(*row)
            if sql.execute("SELECT 1 FROM draft WHERE id = ?", (draft.id,)).fetchone():
                draft = replace(draft, id=0)
            sql.execute("DELETE FROM outgoing WHERE id = ?", (outgoing_id,))
            draft_id, _ = put_draft(sql, draft, row[1])
            return replace(draft, id=draft_id)

        return await self._database.write(work)


def _json_states(states: Sequence[OutgoingState]) -> str:
    return json.dumps([state.value for state in states])


def _values(outgoing: Outgoing, draft: Draft) -> tuple[str | int, ...]:
    return (
        storable(outgoing.message_id),
        draft.id,
        outgoing.subject,
        json.dumps(outgoing.recipients),
        outgoing.patient,
        outgoing.state.value,
        to_stamp(outgoing.due_at),
        to_size(outgoing.size_bytes),
        storable(outgoing.explanation),
        outgoing.server_words,
        outgoing.attempt_count,
        outgoing.answers,
        outgoing.forwards,
        int(outgoing.final),
        int(outgoing.is_receipt),
    )


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    return Outgoing(
        id=row[0],
        message_id=row[1],
        subject=safe_line(row[2]),
        recipients=tuple(json.loads(row[3])),
        patient=row[4],
        state=OutgoingState(row[5]),
        due_at=from_stamp(row[6]),
        size_bytes=row[7],
        explanation=row[8],
        server_words=safe_block(row[9]),
        attempt_count=row[10],
        answers=row[11],
        forwards=row[12],
        final=bool(row[13]),
        is_receipt=bool(row[14]),
    )
