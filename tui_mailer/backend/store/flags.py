"""Flags: what the server says, and local changes until the server has them.

A message shows the server's flags with every waiting change applied, oldest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import json_list, to_flags
from tui_mailer.domain.message import Flags, PendingFlags

_CHANGE: Final = """
    UPDATE message SET flags = (flags | :add) & ~:remove
    WHERE id IN (SELECT value FROM json_each(:ids))
"""
_NOTE: Final = """
    INSERT INTO pending_flags (message_id, add_flags, remove_flags)
    SELECT id, :add, :remove FROM message
    WHERE id IN (SELECT value FROM json_each(:ids)) AND flags <> ((flags | :add) & ~:remove)
"""
_PENDING: Final = """
    SELECT p.id, f.name, coalesce(v.uid, m.uid), p.add_flags, p.remove_flags
    FROM pending_flags AS p
    JOIN message AS m ON m.id = p.message_id
    LEFT JOIN pending_move AS v ON v.message_id = m.id
    JOIN folder AS f ON f.id = coalesce(v.folder_id, m.folder_id)
    WHERE coalesce(v.tried_id, 0) = 0
    ORDER BY p.id
"""
_PENDING_OF_FOLDER: Final = """
    SELECT p.message_id, p.add_flags, p.remove_flags
    FROM pending_flags AS p CROSS JOIN message AS m ON m.id = p.message_id
    WHERE m.folder_id = ? ORDER BY p.id
"""
_KNOWN: Final = """
    SELECT uid, server_flags FROM message WHERE folder_id = :folder AND uid >= :first
    UNION ALL
    SELECT p.uid, m.server_flags FROM pending_move AS p JOIN message AS m ON m.id = p.message_id
    WHERE p.folder_id = :folder AND p.uid >= :first
    UNION ALL
    SELECT uid, 0 FROM pending_expunge WHERE folder_id = :folder AND uid >= :first
"""
_SERVER_TOOK: Final = """
    UPDATE message SET server_flags = (server_flags | :add) & ~:remove
    WHERE id = (SELECT message_id FROM pending_flags WHERE id = :id)
"""
_AMONG: Final = "IN (SELECT value FROM json_each(?))"
_CHOSEN: Final = f"""
    SELECT id, add_flags, remove_flags FROM pending_flags WHERE id {_AMONG} ORDER BY id
"""  # noqa: S608  (constants)
_TOUCHED: Final = f"SELECT DISTINCT message_id FROM pending_flags WHERE id {_AMONG}"  # noqa: S608  (constants)
_DROP: Final = f"DELETE FROM pending_flags WHERE id {_AMONG}"  # noqa: S608  (constants)
_PENDING_OF_MESSAGES: Final = f"""
    SELECT message_id, add_flags, remove_flags FROM pending_flags
    WHERE message_id {_AMONG} ORDER BY id
"""  # noqa: S608  (constants)
_SERVER_FLAGS: Final = f"SELECT id, server_flags FROM message WHERE id {_AMONG}"  # noqa: S608  (constants)


class MessageFlags(Part):
    """The flags' part of the store."""

    async def known_flags(self, folder_id: int, first_uid: int = 1) -> Mapping[int, Flags]:
        """UID -> flags of the messages held of the folder, without pending changes.

        Those that wait to leave the folder are among them: the server has them there.
        """
        values = {"folder": folder_id, "first": first_uid}

        def work(sql: Sql) -> dict[int, Flags]:
            return {uid: to_flags(bits) for uid, bits in sql.execute(_KNOWN, values)}

        return await self._database.read(work)

    async def apply_server_flags(self, folder_id: int, flags: Mapping[int, Flags]) -> int:
        """Take the server's flags, save where a local change waits; the number changed.

        Of a message with a waiting change, only what that change touches stays as it is here.
        """
        # Of one that changed, the other 99,999 need not be looked at.
        held = """
            SELECT m.id, m.uid, m.server_flags, m.flags FROM json_each(?) AS told
            CROSS JOIN message AS m ON m.folder_id = ? AND m.uid = told.value
        """
        update = "UPDATE message SET server_flags = ?, flags = ? WHERE id = ?"

        told = json_list(flags), folder_id

        def work(sql: Sql) -> int:
            waiting = _Waiting(sql.execute(_PENDING_OF_FOLDER, (folder_id,)))
            updates: list[tuple[int, int, int]] = []
            changed_count = 0
            for message_id, uid, old_server, old_shown in sql.execute(held, told):
                server = flags[uid].value
                shown = waiting.applied(message_id, server)
                if (server, shown) != (old_server, old_shown):
                    updates.append((server, shown, message_id))
                    changed_count += shown != old_shown
            sql.executemany(update, updates)
            return changed_count

        return await self._database.write(work)

    async def change_flags(self, message_ids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Change at once and note the change for the server, where it changes anything."""
        values = {"ids": json_list(message_ids), "add": add.value, "remove": remove.value}

        def work(sql: Sql) -> None:
            sql.execute(_NOTE, values)
            sql.execute(_CHANGE, values)

        await self._database.write(work)

    async def pending_flag_changes(self) -> Sequence[PendingFlags]:
        """Noted changes, oldest first, of messages whose place is known."""

        def work(sql: Sql) -> list[PendingFlags]:
            return [
                PendingFlags(change_id, folder, uid, to_flags(add), to_flags(remove))
                for change_id, folder, uid, add, remove in sql.execute(_PENDING)
            ]

        return await self._database.read(work)

    async def forget_pending(self, change_ids: Sequence[int]) -> None:
        """The server has them."""
        chosen = json_list(change_ids)

        def work(sql: Sql) -> None:
            rows = sql.execute(_CHOSEN, (chosen,)).fetchall()
            changes = [{"id": id_, "add": add, "remove": remove} for id_, add, remove in rows]
            sql.executemany(_SERVER_TOOK, changes)
            sql.executemany("DELETE FROM pending_flags WHERE id = :id", changes)

        await self._database.write(work)

    async def refuse_pending(self, change_ids: Sequence[int]) -> None:
        """The server does not take them: the messages are as it has them, with what still waits."""
        chosen = json_list(change_ids)

        def work(sql: Sql) -> None:
            touched = [message_id for (message_id,) in sql.execute(_TOUCHED, (chosen,))]
            sql.execute(_DROP, (chosen,))
            waiting = _Waiting(sql.execute(_PENDING_OF_MESSAGES, (json_list(touched),)))
            rows = sql.execute(_SERVER_FLAGS, (json_list(touched),)).fetchall()
            shown = [(waiting.applied(message_id, bits), message_id) for message_id, bits in rows]
            sql.executemany("UPDATE message SET flags = ? WHERE id = ?", shown)

        await self._database.write(work)


class _Waiting:
    """The local changes that wait, by message."""

    def __init__(self, rows: Iterable[tuple[int, int, int]]) -> None:
        self._changes: dict[int, list[tuple[int, int]]] = {}
        for message_id, add, remove in rows:
            self._changes.setdefault(message_id, []).append((add, remove))

    def applied(self, message_id: int, bits: int) -> int:
        """`bits` with the message's changes."""
        for add, remove in self._changes.get(message_id, ()):
            bits = (bits | add) & ~remove
        return bits
