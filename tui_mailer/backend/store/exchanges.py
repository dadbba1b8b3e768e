"""Exchanges with patients, and the journal of confirmed identities."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.patients import keep_traits
from tui_mailer.backend.store.values import (
    from_optional_stamp,
    from_stamp,
    storable,
    to_optional_stamp,
    to_stamp,
)
from tui_mailer.domain.exchange import END_SUBJECT, Exchange, ExchangeState
from tui_mailer.domain.patient import IdentityConfirmation

_SAVE: Final = """
    INSERT INTO exchange (matricule, state, since, confirmed_at, last_sent_at)
    VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (matricule) DO UPDATE SET
        state = excluded.state, since = excluded.since, confirmed_at = excluded.confirmed_at,
        last_sent_at = excluded.last_sent_at
"""
_JOURNAL: Final = """
    INSERT INTO identity_confirmation (matricule, author, shown, confirmed_at) VALUES (?, ?, ?, ?)
"""
_CONFIRM: Final = """
    INSERT INTO exchange (matricule, state, since, confirmed_at) VALUES (?, 'none', 0, ?)
    ON CONFLICT (matricule) DO UPDATE SET confirmed_at = excluded.confirmed_at
"""
_NOTED: Final = """
    SELECT state, since, confirmed_at, last_sent_at FROM exchange WHERE matricule = ?
"""
_LAST_SENT: Final = """
    SELECT written_at, subject FROM sent_to_patient WHERE patient = ?
    ORDER BY written_at DESC, received_at DESC, uid DESC LIMIT 1
"""
_LAST_ORDINARY: Final = """
    SELECT written_at, subject FROM sent_to_patient WHERE patient = ? AND subject <> '[FIN]'
    ORDER BY written_at DESC, received_at DESC, uid DESC LIMIT 1
"""
_LAST_END: Final = """
    SELECT written_at, subject FROM sent_to_patient WHERE patient = ? AND subject = '[FIN]'
    ORDER BY written_at DESC LIMIT 1
"""
_FIRST_SENT_SINCE: Final = """
    SELECT written_at FROM sent_to_patient
    WHERE patient = ? AND written_at >= ? AND (subject = '[FIN]') = ?
    ORDER BY written_at LIMIT 1
"""
# Through all that was exchanged with patients: for what is asked once a draft, and no index is worth it.
_EXCHANGED_WITH: Final = (
    "SELECT patient FROM message WHERE message_id = ? AND patient <> '' LIMIT 1"
)


class Exchanges(Part):
    """The exchanges' part of the store."""

    async def exchange(self, matricule: str) -> Exchange:
        """The exchange with a patient, `ExchangeState.NONE` when there is none.

        What was sent from here is noted at once; what was sent from elsewhere is read off the
        messages that the server holds. The later of the two says where the exchange stands.
        """
        return await self._database.read(lambda sql: read_exchange(sql, matricule))

    async def patient_exchanged_with(self, message_id: str) -> str:
        """The patient with whom a message was exchanged, by its Message-ID; "" for none that is held."""
        row = await self._database.fetch_one(_EXCHANGED_WITH, (storable(message_id),))
        return row[0] if row else ""

    async def save_exchange(self, exchange: Exchange) -> None:
        """Keep where an exchange stands."""
        row = (
            exchange.matricule,
            exchange.state.value,
            to_optional_stamp(exchange.since),
            to_optional_stamp(exchange.confirmed_at),
            to_optional_stamp(exchange.last_sent_at),
        )
        await self._database.execute(_SAVE, row)

    async def record_confirmation(self, confirmation: IdentityConfirmation, author: str) -> None:
        """Journal an identity confirmation, note it on the exchange, keep its traits (ECO.2.2.6)."""
        matricule = confirmation.matricule.text
        stamp = to_stamp(confirmation.confirmed_at)
        entry = (matricule, storable(author), storable(confirmation.shown), stamp)

        def work(sql: Sql) -> None:
            sql.execute(_JOURNAL, entry)
            sql.execute(_CONFIRM, (matricule, stamp))
            if confirmation.traits is not None:
                keep_traits(sql, confirmation.traits)

        await self._database.write(work)


def read_exchange(sql: Sql, matricule: str) -> Exchange:
    """The exchange with a patient, within a transaction; a few steps however long it is."""
    noted = _noted(sql, matricule)
    last = sql.execute(_LAST_SENT, (matricule,)).fetchone()
    if last is None:
        return noted
    sent_at = from_stamp(last[0])
    if noted.last_sent_at is not None and noted.last_sent_at >= sent_at:
        return noted
    is_closed = last[1] == END_SUBJECT
    return replace(
        noted,
        state=ExchangeState.CLOSED if is_closed else ExchangeState.OPEN,
        since=_since(sql, matricule, is_closed=is_closed),
        last_sent_at=sent_at,
    )


def _noted(sql: Sql, matricule: str) -> Exchange:
    row = sql.execute(_NOTED, (matricule,)).fetchone()
    if row is None:
        return Exchange(matricule)
    state, since, confirmed_at, last_sent_at = row
    return Exchange(
        matricule,
        ExchangeState(state),
        from_optional_stamp(since),
        from_optional_stamp(confirmed_at),
        from_optional_stamp(last_sent_at),
    )


def _since(sql: Sql, matricule: str, *, is_closed: bool) -> datetime:
    """When the first message was sent that left the exchange as it is now."""
    before = sql.execute(_LAST_ORDINARY if is_closed else _LAST_END, (matricule,)).fetchone()
    first: tuple[Any, ...] = sql.execute(
        _FIRST_SENT_SINCE, (matricule, before[0] if before else 0, is_closed)
    ).fetchone()
    return from_stamp(first[0])
