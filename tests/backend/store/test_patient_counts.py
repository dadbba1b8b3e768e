"""What the store has counted, of patients and of folders, is what counting the messages would say."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from contract.message_store_contract import (
    ARCHIVE,
    HELENE,
    INBOX,
    JEANNE,
    JUNK,
    MARC,
    SENT,
    ids_of,
    letter,
    patient,
    with_folders,
)

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.backend.store.connection import Sql
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.message import Flags, RemoteMessage

_KEPT = """
    SELECT matricule, message_count, counting_count, unread_count, last_at
    FROM patient_mail ORDER BY 1
"""
_ASIDE = "(f.role = 'junk' OR (f.role = 'trash' AND m.from_owner = 0))"
_COUNTED = f"""
    SELECT patient, count(*), sum(NOT {_ASIDE}), sum(flags & 1 = 0 AND NOT {_ASIDE}),
           coalesce(max(received_at) FILTER (WHERE NOT {_ASIDE}), max(received_at))
    FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE patient <> '' AND is_copy = 0 AND (from_owner = 0 OR flags & 8 = 0)
    GROUP BY patient ORDER BY 1
"""
# Of each message the copy that stands for it, and the one that should.
_SHOWN = "SELECT copy_key, id FROM message WHERE copy_key <> '' AND is_copy = 0 ORDER BY 1"
_SHOULD_BE_SHOWN = f"""
    SELECT copy_key, id FROM (
        SELECT m.id, copy_key, row_number() OVER (
            PARTITION BY copy_key ORDER BY {_ASIDE}, received_at DESC, m.id DESC
        ) AS place
        FROM message AS m JOIN folder AS f ON f.id = m.folder_id WHERE copy_key <> ''
    ) WHERE place = 1 ORDER BY 1
"""
_FOLDERS = """
    SELECT id, total_count, unread_count, patient_count, patient_unread_count
    FROM folder ORDER BY 1
"""
_FOLDERS_COUNTED = """
    SELECT f.id, count(m.id), count(*) FILTER (WHERE m.flags & 1 = 0),
           count(*) FILTER (WHERE m.patient <> ''),
           count(*) FILTER (WHERE m.patient <> '' AND m.flags & 1 = 0)
    FROM folder AS f LEFT JOIN message AS m ON m.folder_id = f.id GROUP BY f.id ORDER BY 1
"""
TRASH = RemoteFolder("Corbeille", "/", FolderRole.TRASH)
PLACES = (INBOX, SENT, ARCHIVE, TRASH, JUNK)
FLAGS = (Flags.SEEN, Flags.DRAFT, Flags.SEEN | Flags.DRAFT, Flags.FLAGGED)


def message(chance: random.Random, uid: int) -> RemoteMessage:
    """One of a few messages, so that copies are frequent."""
    number, who = chance.randint(1, 12), patient(chance.choice((HELENE, MARC)))
    flags = chance.choice((Flags.NONE, *FLAGS))
    written = letter(number, sender=who) if number % 2 else letter(number, sender=JEANNE, to=(who,))
    return written._replace(uid=uid, flags=flags)


async def add_some(
    store: EncryptedMessageStore, chance: random.Random, folders: Sequence[int], uid: int
) -> None:
    """Batches for several folders, which share a transaction."""
    batches = [
        [message(chance, uid + place) for place in range(chance.randint(0, 4))]
        for _ in range(chance.randint(1, 3))
    ]
    places = chance.sample(folders, len(batches))
    await asyncio.gather(*map(store.add_messages, places, batches))


@pytest.mark.parametrize("seed", range(8))
async def test_counts_follow_whatever_happens_to_messages(
    store: EncryptedMessageStore, seed: int
) -> None:
    chance = random.Random(seed)
    folders = await with_folders(store, *PLACES)

    def compared(sql: Sql) -> list[tuple[list[object], list[object]]]:
        pairs = ((_KEPT, _COUNTED), (_SHOWN, _SHOULD_BE_SHOWN), (_FOLDERS, _FOLDERS_COUNTED))
        return [(sql.execute(a).fetchall(), sql.execute(b).fetchall()) for a, b in pairs]

    for uid in range(1, 90):
        folder = chance.choice(folders)
        held = await ids_of(store, folder)
        some = chance.sample(held, min(len(held), 3))
        match chance.randint(0, 7):
            case 0 | 1 | 2:
                await add_some(store, chance, folders, 100 * uid)
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
            case 7:
                role = chance.choice((FolderRole.ORDINARY, FolderRole.TRASH, FolderRole.JUNK))
                await store.save_folders([*PLACES[:2], replace(ARCHIVE, role=role), *PLACES[3:]])
        for kept, counted in await store._database.read(compared):
            assert kept == counted, f"after step {uid}"
