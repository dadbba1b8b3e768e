"""Confirmed identities are journalled, and the journal is only added to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from contract.message_store_contract import HELENE

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards
from tui_mailer.domain.patient import IdentityConfirmation

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def test_who_confirmed_what_and_when_is_kept_each_time(store: EncryptedMessageStore) -> None:
    confirmation = IdentityConfirmation(Matricule(HELENE), "Femme, née en mars 1979", NOON)
    await store.record_confirmation(confirmation, "jeanne@x.fr")
    await store.record_confirmation(confirmation, "paul@x.fr")
    query = "SELECT matricule, author, shown, confirmed_at FROM identity_confirmation ORDER BY id"
    shown, stamp = "Femme, née en mars 1979", int(NOON.timestamp()) * 1_000_000
    assert await store._database.fetch_all(query) == [
        (HELENE, "jeanne@x.fr", shown, stamp),
        (HELENE, "paul@x.fr", shown, stamp),
    ]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM identity_confirmation", "UPDATE identity_confirmation SET author = ''"],
)
async def test_an_entry_is_neither_changed_nor_removed(
    store: EncryptedMessageStore, statement: str
) -> None:
    confirmation = IdentityConfirmation(Matricule(HELENE), "Femme", NOON)
    await store.record_confirmation(confirmation, "jeanne@x.fr")
    with pytest.raises(Exception, match="only added to"):
        await store._database.execute(statement)
    query = "SELECT author FROM identity_confirmation"
    assert await store._database.fetch_all(query) == [("jeanne@x.fr",)]


@pytest.mark.parametrize("statement", ["DELETE FROM opposition", "UPDATE opposition SET act = ''"])
async def test_an_opposition_is_withdrawn_by_another_entry_only(
    store: EncryptedMessageStore, statement: str
) -> None:
    entry = OppositionEntry(HELENE, Towards.PATIENT, OppositionAct.RECORDED, "jeanne@x.fr", NOON)
    await store.note_opposition(entry)
    with pytest.raises(Exception, match="only added to"):
        await store._database.execute(statement)
    assert await store.oppositions(HELENE) == [entry]
