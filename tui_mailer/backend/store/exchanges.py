"""Exchanges with patients, and the journal of confirmed identities."""

from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import (
    from_optional_stamp,
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


class Exchanges(Part):
    """The exchanges' part of the store."""

    async def exchange(self, matricule: str) -> Exchange:
        """The exchange with a patient, `ExchangeState.NONE` when there is none."""
        query = "SELECT state, since, confirmed_at FROM exchange WHERE matricule = ?"
        row = await self._database.fetch_one(query, (matricule,))
        if row is None:
            return Exchange(matricule)
        state, since, confirmed_at = row
        return Exchange(
            matricule,
            ExchangeState(state),
            from_optional_stamp(since),
            from_optional_stamp(confirmed_at),
        )

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
        """Journal an identity confirmation, and note it on the exchange (ECO.2.2.6)."""
        matricule = confirmation.matricule.text
        stamp = to_stamp(confirmation.confirmed_at)
        entry = (matricule, storable(author), storable(confirmation.shown), stamp)

        def work(sql: Sql) -> None:
            sql.execute(_JOURNAL, entry)
            sql.execute(_CONFIRM, (matricule, stamp))

        await self._database.write(work)
