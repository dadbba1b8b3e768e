"""Moves and removals that the server has not seen.

A moved message stands in its new folder at once, its row unchanged but for a UID of its own making,
the negative of its id, which no server gives; `pending_move` holds where the server still has it.
So the counts and the lists are right, the id and the body stay, and a synchronisation of either
folder takes the message neither for new nor for gone.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import SUMMARY_COLUMNS, summary
from tui_mailer.backend.store.values import from_stamp, json_list, storable
from tui_mailer.domain.action import PendingMove, Place, RemovalInDoubt
from tui_mailer.domain.folder import RemoteFolder
from tui_mailer.domain.message import MessageSummary

_CHOSEN: Final = "(SELECT value FROM json_each(:ids))"
_NOTE_PLACE: Final = f"""
    INSERT INTO pending_move (message_id, folder_id, uid)
    SELECT id, folder_id, uid FROM message
    WHERE id IN {_CHOSEN} AND folder_id <> :target AND uid > 0
"""  # noqa: S608  (constants)
_MOVE: Final = f"""
    UPDATE message SET folder_id = :target, uid = -id
    WHERE id IN {_CHOSEN} AND folder_id <> :target
"""  # noqa: S608  (constants)
# Back where the server has them, unless a move away may have reached it.
_SETTLE_AT_HOME: Final = f"""
    UPDATE message SET uid = p.uid FROM pending_move AS p
    WHERE p.message_id = message.id AND p.folder_id = message.folder_id AND p.tried_id = 0
      AND message.id IN {_CHOSEN}
"""  # noqa: S608  (constants)
_GIVE_BACK: Final = f"""
    UPDATE message SET folder_id = p.folder_id, uid = p.uid FROM pending_move AS p
    WHERE p.message_id = message.id AND message.id IN {_CHOSEN}
"""  # noqa: S608  (constants)
_FORGET_SETTLED: Final = f"""
    DELETE FROM pending_move WHERE message_id IN (
        SELECT id FROM message WHERE id IN {_CHOSEN} AND uid > 0
    )
"""  # noqa: S608  (constants)
_TRY: Final = f"""
    UPDATE pending_move SET tried_id = :target, floor = :floor
    WHERE message_id IN (SELECT id FROM message WHERE id IN {_CHOSEN} AND folder_id = :target)
    RETURNING message_id
"""  # noqa: S608  (constants)
_NOT_TRIED: Final = f"""
    UPDATE pending_move SET tried_id = 0, floor = 0 WHERE message_id IN {_CHOSEN}
"""  # noqa: S608  (constants)
_PENDING: Final = """
    SELECT p.message_id, p.folder_id, p.uid, m.folder_id, p.tried_id, p.floor
    FROM pending_move AS p JOIN message AS m ON m.id = p.message_id ORDER BY p.message_id
"""
# As the server counts: what we did there ourselves is no news to a synchronisation, unless another
# client's message came in between.
_MOVE_COUNTS: Final = (
    f"""
    UPDATE folder SET exists_count = exists_count - (
        SELECT count(*) FROM pending_move WHERE folder_id = folder.id AND message_id IN {_CHOSEN}
    ) WHERE uid_next > 0
    """,  # noqa: S608  (constants)
    """
    UPDATE folder SET uid_next = :last + 1, exists_count = exists_count + :count
    WHERE id = :folder AND uid_next = :first AND :last - :first + 1 = :count
    """,
)
# What a synchronisation has learnt meanwhile is the same message, wherever it was moved since.
_REMOVE_TWIN: Final = """
    DELETE FROM message WHERE id <> :id AND id IN (
        SELECT id FROM message WHERE folder_id = :folder AND uid = :uid
        UNION ALL SELECT message_id FROM pending_move WHERE folder_id = :folder AND uid = :uid
    )
"""
_ARRIVED: Final = "UPDATE message SET uid = :uid WHERE id = :id AND folder_id = :folder"
_ARRIVED_ON_THE_WAY: Final = """
    UPDATE pending_move SET folder_id = :folder, uid = :uid, tried_id = 0, floor = 0
    WHERE message_id = :id
"""
_NOTE_REMOVAL: Final = f"""
    INSERT OR IGNORE INTO pending_expunge (
        folder_id, uid, message_id, patient, tried_id, floor, size_bytes, received_at
    )
    SELECT coalesce(p.folder_id, m.folder_id), coalesce(p.uid, m.uid), m.message_id, m.patient,
           coalesce(p.tried_id, 0), coalesce(p.floor, 0), m.size_bytes, m.received_at
    FROM message AS m LEFT JOIN pending_move AS p ON p.message_id = m.id WHERE m.id IN {_CHOSEN}
"""  # noqa: S608  (constants)
_REMOVE: Final = f"DELETE FROM message WHERE id IN {_CHOSEN}"  # noqa: S608  (constants)
_REMOVALS_IN_DOUBT: Final = """
    SELECT folder_id, uid, tried_id, floor, message_id, size_bytes, received_at
    FROM pending_expunge WHERE tried_id <> 0 ORDER BY tried_id, folder_id, uid
"""
# A server that copies and then removes may have it in both places.
_REMOVE_THERE_TOO: Final = """
    INSERT OR IGNORE INTO pending_expunge (folder_id, uid, message_id, patient)
    SELECT tried_id, :found, message_id, patient
    FROM pending_expunge WHERE folder_id = :folder AND uid = :uid
"""
_REMOVAL_SETTLED: Final = """
    UPDATE pending_expunge SET tried_id = 0 WHERE folder_id = :folder AND uid = :uid
"""
_FORGET_REMOVALS: Final = """
    DELETE FROM pending_expunge WHERE folder_id = ? AND uid IN (SELECT value FROM json_each(?))
"""
_PLACE: Final = """
    SELECT coalesce(p.folder_id, m.folder_id), coalesce(p.uid, m.uid)
    FROM message AS m LEFT JOIN pending_move AS p ON p.message_id = m.id WHERE m.id = ?
"""
_SUMMARIES: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (SELECT value FROM json_each(?))
"""  # noqa: S608  (constants)
_ADD_FOLDER: Final = """
    INSERT INTO folder (name, delimiter, role, selectable) VALUES (?, ?, ?, 1)
    ON CONFLICT (name) DO NOTHING
"""


class Moves(Part):
    """The moves' part of the store."""

    async def summaries(self, message_ids: Sequence[int]) -> Sequence[MessageSummary]:
        """Rows by their local ids, in no order; those that are gone are left out."""

        # In the store's thread: there may be as many as a folder holds.
        def work(sql: Sql) -> list[MessageSummary]:
            return [summary(row) for row in sql.execute(_SUMMARIES, (json_list(message_ids),))]

        return await self._database.read(work)

    async def place(self, message_id: int) -> Place | None:
        """Where the server has a message; None when it is gone."""
        row = await self._database.fetch_one(_PLACE, (message_id,))
        return Place(*row) if row else None

    async def add_folder(self, folder: RemoteFolder) -> int:
        """A folder that is to be made on the server; its id, that of the one there is already."""
        name = storable(folder.name)

        def work(sql: Sql) -> int:
            sql.execute(_ADD_FOLDER, (name, folder.delimiter, folder.role.value))
            row = sql.execute("SELECT id FROM folder WHERE name = ?", (name,)).fetchone()
            return int(row[0])

        return await self._database.write(work)

    # --- moves

    async def move_messages(self, message_ids: Sequence[int], folder_id: int) -> None:
        """Move here at once, and note the move for the server."""
        values = {"ids": json_list(message_ids), "target": folder_id}

        def work(sql: Sql) -> None:
            sql.execute(_NOTE_PLACE, values)
            sql.execute(_MOVE, values)
            sql.execute(_SETTLE_AT_HOME, values)
            sql.execute(_FORGET_SETTLED, values)

        await self._database.write(work)

    async def pending_moves(self) -> Sequence[PendingMove]:
        """Messages that stand elsewhere on the server, or may do."""

        def work(sql: Sql) -> list[PendingMove]:
            return [
                PendingMove(message_id, Place(folder_id, uid), target_id, tried_id, floor)
                for message_id, folder_id, uid, target_id, tried_id, floor in sql.execute(_PENDING)
            ]

        return await self._database.read(work)

    async def try_move(
        self, message_ids: Sequence[int], folder_id: int, floor: int
    ) -> Sequence[int]:
        """From now on, until it is settled, they may be in `folder_id` from UID `floor` on.

        Those alone that the user still wants there; their ids.
        """
        values = {"ids": json_list(message_ids), "target": folder_id, "floor": floor}
        rows = await self._database.write(lambda sql: sql.execute(_TRY, values).fetchall())
        return [message_id for (message_id,) in rows]

    async def move_not_done(self, message_ids: Sequence[int]) -> None:
        """The move in doubt has not reached the server; it still waits, if it is still wanted."""
        values = {"ids": json_list(message_ids)}

        def work(sql: Sql) -> None:
            sql.execute(_NOT_TRIED, values)
            sql.execute(_SETTLE_AT_HOME, values)
            sql.execute(_FORGET_SETTLED, values)

        await self._database.write(work)

    async def move_done(self, folder_id: int, uids: Mapping[int, int]) -> None:
        """The server has messages (local id -> UID) in `folder_id` now.

        One that the user moved on meanwhile waits to be moved from there.
        """
        rows = [{"id": id_, "uid": uid, "folder": folder_id} for id_, uid in uids.items()]
        values = {"ids": json_list(uids)}

        def work(sql: Sql) -> None:
            for statement in _MOVE_COUNTS:
                sql.execute(statement, {**values, "folder": folder_id, **_span(uids)})
            sql.executemany(_REMOVE_TWIN, rows)
            sql.executemany(_ARRIVED_ON_THE_WAY, rows)
            sql.executemany(_ARRIVED, rows)
            sql.execute(_FORGET_SETTLED, values)

        await self._database.write(work)

    async def give_back(self, message_ids: Sequence[int]) -> None:
        """Put messages back where the server has them: it refuses to move them."""
        values = {"ids": json_list(message_ids)}

        def work(sql: Sql) -> None:
            sql.execute(_GIVE_BACK, values)
            sql.execute(_FORGET_SETTLED, values)

        await self._database.write(work)

    async def forget_messages(self, message_ids: Sequence[int]) -> None:
        """Forget messages that are nowhere on the server, or whose UIDs hold no more."""
        values = {"ids": json_list(message_ids)}
        await self._database.write(lambda sql: sql.execute(_REMOVE, values))

    # --- removals for good

    async def expunge_messages(self, message_ids: Sequence[int]) -> None:
        """Remove here at once and for good, and note the removal for the server."""
        values = {"ids": json_list(message_ids)}

        def work(sql: Sql) -> None:
            sql.execute(_NOTE_REMOVAL, values)
            sql.execute(_REMOVE, values)

        await self._database.write(work)

    async def pending_expunges(self) -> Mapping[int, Sequence[int]]:
        """Folder -> UIDs to remove for good, of those whose place is known."""
        query = """
            SELECT folder_id, uid FROM pending_expunge WHERE tried_id = 0 ORDER BY folder_id, uid
        """
        found: dict[int, list[int]] = {}
        for folder_id, uid in await self._database.fetch_all(query):
            found.setdefault(folder_id, []).append(uid)
        return found

    async def removals_in_doubt(self) -> Sequence[RemovalInDoubt]:
        """Removals for good of messages whose move was in doubt, by the folder it was to."""
        return [
            RemovalInDoubt(Place(folder_id, uid), tried_id, floor, name, size, from_stamp(stamp))
            for folder_id, uid, tried_id, floor, name, size, stamp in (
                await self._database.fetch_all(_REMOVALS_IN_DOUBT)
            )
        ]

    async def settle_removal(self, removal: RemovalInDoubt, uid: int | None) -> None:
        """It is where it was, if it is anywhere; in the other folder too under `uid`, if told."""
        place = {"folder": removal.place.folder_id, "uid": removal.place.uid}

        def work(sql: Sql) -> None:
            if uid is not None:
                sql.execute(_REMOVE_THERE_TOO, {**place, "found": uid})
                sql.execute(_REMOVE_TWIN, {"folder": removal.tried_id, "uid": uid, "id": 0})
            sql.execute(_REMOVAL_SETTLED, place)

        await self._database.write(work)

    async def forget_expunges(self, folder_id: int, uids: Sequence[int]) -> None:
        """The server has removed them, or will not: the next synchronisation shall look."""

        def work(sql: Sql) -> None:
            sql.execute(_FORGET_REMOVALS, (folder_id, json_list(uids)))
            sql.execute("UPDATE folder SET exists_count = -1 WHERE id = ?", (folder_id,))

        await self._database.write(work)


def _span(uids: Mapping[int, int]) -> dict[str, int]:
    new = uids.values() or (0,)
    return {"first": min(new), "last": max(new), "count": len(uids)}
