"""Exchanges with patients, and the journal of confirmed identities."""

from dataclasses import replace
from datetime import datetime
from typing import Final

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
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.patient import IdentityConfirmation

_SAVE: Final = """
    INSERT INTO exchange (matricule, state, since, confirmed_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (matricule) DO UPDATE SET
        state = excluded.state, since = excluded.since, confirmed_at = excluded.confirmed_at
"""
_JOURNAL: Final = """
    INSERT INTO identity_confirmation (matricule, author, shown, confirmed_at) VALUES (?, ?, ?, ?)
"""
_CONFIRM: Final = """
    INSERT INTO exchange (matricule, state, since, confirmed_at) VALUES (?, 'none', 0, ?)
    ON CONFLICT (matricule) DO UPDATE SET confirmed_at = excluded.confirmed_at
"""
_SENT: Final = """
    SELECT m.subject, m.received_at FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.patient = ? AND m.patient <> '' AND m.is_copy = 0
        AND m.from_owner = 1 AND f.role NOT IN ('drafts', 'junk')
    ORDER BY m.received_at, m.uid
"""


class Exchanges(Part):
    """The exchanges' part of the store."""

    async def exchange(self, matricule: str) -> Exchange:
        """The exchange with a patient, `ExchangeState.NONE` when there is none.

        What was sent from here is noted at once; what was sent from elsewhere is read off the
        messages that the server holds. The later of the two says where the exchange stands.
        """

        def work(sql: Sql) -> Exchange:
            noted = _noted(sql, matricule)
            found, last_at = _found(sql, matricule)
            if last_at is None or (noted.since is not None and noted.since >= last_at):
                return noted
            return replace(found, confirmed_at=noted.confirmed_at)

        return await self._database.read(work)

    async def save_exchange(self, exchange: Exchange) -> None:
        """Keep where an exchange stands."""
        row = (
            exchange.matricule,
            exchange.state.value,
            to_optional_stamp(exchange.since),
            to_optional_stamp(exchange.confirmed_at),
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


def _noted(sql: Sql, matricule: str) -> Exchange:
    query = "SELECT state, since, confirmed_at FROM exchange WHERE matricule = ?"
    row = sql.execute(query, (matricule,)).fetchone()
    if row is None:
        return Exchange(matricule)
    state, since, confirmed_at = row
    return Exchange(
        matricule,
        ExchangeState(state),
        from_optional_stamp(since),
        from_optional_stamp(confirmed_at),
    )


def _found(sql: Sql, matricule: str) -> tuple[Exchange, datetime | None]:
    """The exchange as the messages held tell it, and when the last of them was sent."""
    exchange, sent_at = Exchange(matricule), None
    for subject, received_at in sql.execute(_SENT, (matricule,)):
        sent_at = from_stamp(received_at)
        exchange = exchange.after_sending(subject, sent_at)
    return exchange, sent_at
