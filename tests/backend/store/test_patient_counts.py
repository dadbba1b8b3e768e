"""The row that each patient has in the store says what counting the messages would say."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from contract.message_store_contract import (
    ARCHIVE,
    HELENE,
    INBOX,
    JEANNE,
    MARC,
    SENT,
    ids_of,
    letter,
    patient,
    with_folders,
)

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.backend.store.connection import Sql
from tui_mailer.domain.message import Flags, RemoteMessage

_KEPT = "SELECT matricule, message_count, unread_count, last_at FROM patient_mail ORDER BY 1"
_COUNTED = """
    SELECT patient, count(*), sum(flags & 1 = 0), max(received_at) FROM message
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0)
    GROUP BY patient ORDER BY 1
"""
FLAGS = (Flags.SEEN, Flags.DRAFT, Flags.SEEN | Flags.DRAFT, Flags.FLAGGED)


def message(chance: random.Random, uid: int) -> RemoteMessage:
    """One of a few messages, so that copies are frequent."""
    number, who = chance.randint(1, 12), patient(chance.choice((HELENE, MARC)))
    flags = chance.choice((Flags.NONE, *FLAGS))
    written = letter(number, sender=who) if number % 2 else letter(number, sender=JEANNE, to=(who,))
    return replace(written, uid=uid, flags=flags)


@pytest.mark.parametrize("seed", range(4))
async def test_counts_follow_whatever_happens_to_messages(
    store: EncryptedMessageStore, seed: int
) -> None:
    chance = random.Random(seed)
    folders = await with_folders(store, INBOX, SENT, ARCHIVE)

    def compared(sql: Sql) -> tuple[list[object], list[object]]:
        return sql.execute(_KEPT).fetchall(), sql.execute(_COUNTED).fetchall()

    for uid in range(1, 60):
        folder = chance.choice(folders)
        held = await ids_of(store, folder)
        some = chance.sample(held, min(len(held), 3))
        match chance.randint(0, 6):
            case 0 | 1 | 2:
                await store.add_messages(folder, [message(chance, uid)])
            case 3:
                add, remove = chance.choice(FLAGS), chance.choice(FLAGS)
                await store.change_flags(some, add, remove & ~add)
            case 4:
                await store.move_messages(some, chance.choice(folders))
            case 5:
                await store.expunge_messages(some[:1])
            case 6:
                uids = await store.known_flags(folder)
                await store.remove_messages(folder, list(uids)[:1])
        kept, counted = await store._database.read(compared)
        assert kept == counted, f"after step {uid}"
