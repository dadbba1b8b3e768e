"""New messages on their way into the store: row by row, and then what is for all of them together.

Folders and patients are counted and copies marked once a transaction and not, as by triggers, once a
message: a patient's row is written once. What no list needs comes later (`follow_up`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.follow_up import follow_up_few
from tui_mailer.backend.store.many_rows import ManyRows, Row
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.rows import LISTED_IF_NO_COPY, MESSAGE_COLUMNS
from tui_mailer.backend.store.values import json_list

# Set aside in the bin is what others wrote: what we sent was sent.
_SET_ASIDE: Final = "({patient} <> '' AND (?2 = 'junk' OR (?2 = 'trash' AND NOT {from_owner})))"
_INSERT: Final = ManyRows(
    f"""
    INSERT INTO message (folder_id, {", ".join(MESSAGE_COLUMNS)}, set_aside) VALUES {{rows}}
    """,  # noqa: S608  (constants)
    MESSAGE_COLUMNS,
    f"(?1, {', '.join(f'{{{name}}}' for name in MESSAGE_COLUMNS)}, {_SET_ASIDE})",
    common=2,
)
_NEWEST_ID: Final = "SELECT coalesce(max(id), 0) FROM message"
# By their number, whatever else they are indexed by.
_NEW: Final = "message NOT INDEXED WHERE id > :newest_id"
_COUNT_IN_FOLDERS: Final = f"""
    UPDATE folder SET total_count   = total_count + n.total,
                      unread_count  = unread_count + n.unread,
                      patient_count = patient_count + n.patient,
                      patient_unread_count = patient_unread_count + n.patient_unread
    FROM (
        SELECT folder_id, count(*) AS total,
               count(*) FILTER (WHERE flags & 1 = 0) AS unread,
               count(*) FILTER (WHERE patient <> '') AS patient,
               count(*) FILTER (WHERE patient <> '' AND flags & 1 = 0) AS patient_unread
        FROM {_NEW} GROUP BY folder_id
    ) AS n
    WHERE id = n.folder_id
"""  # noqa: S608  (constants)
# While one of a patient's messages is not set aside, the last of these says when.
_COUNT_FOR_PATIENTS: Final = f"""
    INSERT INTO patient_mail (matricule, message_count, counting_count, unread_count, last_at)
    SELECT patient, count(*),
           count(*) FILTER (WHERE set_aside = 0),
           count(*) FILTER (WHERE set_aside = 0 AND flags & 1 = 0),
           coalesce(max(received_at) FILTER (WHERE set_aside = 0), max(received_at))
    FROM {_NEW} AND {LISTED_IF_NO_COPY} GROUP BY patient
    ON CONFLICT (matricule) DO UPDATE SET
        message_count = message_count + excluded.message_count,
        counting_count = counting_count + excluded.counting_count,
        unread_count = unread_count + excluded.unread_count,
        last_at = CASE
            WHEN (excluded.counting_count > 0) = (counting_count > 0)
            THEN max(last_at, excluded.last_at)
            WHEN excluded.counting_count > 0 THEN excluded.last_at
            ELSE last_at
        END
"""  # noqa: S608  (constants)
# Counted above as if there were none; a trigger takes back what turns out to be one.
_MARK_COPIES: Final = f"""
    UPDATE message SET is_copy = 1 WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (
                PARTITION BY copy_key ORDER BY set_aside, received_at DESC, id DESC
            ) AS place
            FROM message
            WHERE copy_key <> '' AND is_copy = 0
              AND copy_key IN (SELECT copy_key FROM {_NEW} AND copy_key <> '')
        ) WHERE place > 1
    )
"""  # noqa: S608  (constants)
# Of a range that is all new, no UID need be looked for.
_MAY_BE_HELD: Final = """
    SELECT EXISTS (SELECT 1 FROM message WHERE folder_id = :folder AND uid BETWEEN :first AND :last)
        OR EXISTS (SELECT 1 FROM pending_move WHERE folder_id = :folder)
        OR EXISTS (SELECT 1 FROM pending_expunge WHERE folder_id = :folder)
"""
_HELD_UIDS: Final = """
    WITH asked (uid) AS (SELECT value FROM json_each(:uids))
    SELECT uid FROM message WHERE folder_id = :folder AND uid IN asked
    UNION ALL SELECT uid FROM pending_move WHERE folder_id = :folder AND uid IN asked
    UNION ALL SELECT uid FROM pending_expunge WHERE folder_id = :folder AND uid IN asked
"""
FEW: Final = 400
"""Fewer are followed up in their own transaction."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """Rows of `message_row` by UID."""

    folder_id: int
    rows: dict[int, Row]


def write_arrivals(sql: Sql, batches: Iterable[Arriving], owner: Owner) -> None:
    """Write the messages of some batches that are not held; within a transaction.

    A folder that vanished meanwhile takes nothing.
    """
    (newest_id,) = sql.execute(_NEWEST_ID).fetchone()
    for batch in batches:
        query = "SELECT role FROM folder WHERE id = ?"
        folder = sql.execute(query, (batch.folder_id,)).fetchone()
        if folder is None:
            continue
        # Looked at once more: some may be on their way elsewhere meanwhile.
        held = held_uids(sql, batch.folder_id, batch.rows)
        # They come newest first; written the other way round, rows stand together in each index.
        new = [row for uid, row in reversed(batch.rows.items()) if uid not in held]
        _INSERT.run(sql, new, batch.folder_id, folder[0])
    for statement in (_COUNT_IN_FOLDERS, _COUNT_FOR_PATIENTS, _MARK_COPIES):
        sql.execute(statement, {"newest_id": newest_id})
    follow_up_few(sql, owner, FEW)


def held_uids(sql: Sql, folder_id: int, uids: Collection[int]) -> frozenset[int]:
    """Those of `uids` that are held, or were and are on their way elsewhere."""
    ends: dict[str, str | int] = {
        "folder": folder_id,
        "first": min(uids, default=0),
        "last": max(uids, default=0),
    }
    if not sql.execute(_MAY_BE_HELD, ends).fetchone()[0]:
        return frozenset()
    asked = {"folder": folder_id, "uids": json_list(uids)}
    return frozenset(uid for (uid,) in sql.execute(_HELD_UIDS, asked))
