"""Folders: the table, and the order and labels of the pane."""

import json
from collections.abc import Sequence
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import storable, words
from tui_mailer.domain.folder import Folder, FolderRole, FolderState, RemoteFolder, SyncPoint
from tui_mailer.domain.safe_text import SafeText, safe_line

_LABELS: Final = {
    FolderRole.INBOX: "Boîte de réception",
    FolderRole.SENT: "Messages envoyés",
    FolderRole.DRAFTS: "Brouillons",
    FolderRole.ARCHIVE: "Archives",
    FolderRole.JUNK: "Indésirables",
    FolderRole.TRASH: "Corbeille",
}
_RANKS: Final = {role: rank for rank, role in enumerate(_LABELS)}

_SAVE: Final = """
    INSERT INTO folder (name, delimiter, role, selectable) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
        delimiter = excluded.delimiter, role = excluded.role, selectable = excluded.selectable
"""
_ALL: Final = """
    SELECT id, name, delimiter, role, selectable, total_count, unread_count, patient_unread_count,
           synced
    FROM folder
"""
_SYNC_POINT: Final = """
    SELECT uid_validity, uid_next, exists_count, highest_modseq, synced,
           -- those that the server has there: not yet those on their way in, still those on their way out
           total_count
           - (SELECT count(*) FROM pending_move AS p JOIN message AS m ON m.id = p.message_id
              WHERE m.folder_id = f.id)
           + (SELECT count(*) FROM pending_move WHERE folder_id = f.id)
           + (SELECT count(*) FROM pending_expunge WHERE folder_id = f.id),
           unread_count
    FROM folder AS f WHERE id = ?
"""
_RESET: Final = """
    UPDATE folder SET uid_validity = ?, uid_next = 0, exists_count = 0, highest_modseq = 0, synced = 0
    WHERE id = ?
"""
_MARK_SYNCED: Final = """
    UPDATE folder SET uid_next = ?, exists_count = ?, highest_modseq = ?, synced = 1
    WHERE id = ? AND uid_validity = ?
"""
# Folders made here, that the server does not have yet.
_TO_BE_MADE: Final = """
    SELECT name FROM folder AS f WHERE uid_validity = 0 AND EXISTS (
        SELECT 1 FROM message AS m JOIN pending_move AS p ON p.message_id = m.id
        WHERE m.folder_id = f.id
    )
"""
# Before folders go: who was only on the way there stays; who is moved away from there has gone.
_LEAVE_FOLDERS: Final = """
    UPDATE message SET folder_id = p.folder_id, uid = p.uid
    FROM pending_move AS p
    WHERE p.message_id = message.id AND message.folder_id IN (
        SELECT id FROM folder WHERE name IN (SELECT value FROM json_each(:gone))
    )
"""
_FOLLOW_FOLDERS: Final = """
    DELETE FROM message WHERE uid < 0 AND id IN (
        SELECT p.message_id FROM pending_move AS p JOIN folder AS f ON f.id = p.folder_id
        WHERE f.name IN (SELECT value FROM json_each(:gone))
    )
"""
_FORGET_SETTLED: Final = """
    DELETE FROM pending_move AS p WHERE EXISTS (
        SELECT 1 FROM message WHERE id = p.message_id AND uid > 0
    )
"""
# Those on their way here have no number of this folder yet; those on their way from here have.
_REMOVE_NUMBERED: Final = """
    DELETE FROM message
    WHERE (folder_id = :folder AND uid > 0)
       OR id IN (SELECT message_id FROM pending_move WHERE folder_id = :folder)
"""


class Folders(Part):
    """The folders' part of the store."""

    async def save_folders(self, found: Sequence[RemoteFolder]) -> None:
        """Make the table equal to `found`; a vanished folder goes with its messages.

        So does one that only names others now: what it held is not there any more.
        """
        rows = [(storable(f.name), f.delimiter, f.role.value, int(f.selectable)) for f in found]

        def work(sql: Sql) -> None:
            listed = {name: selectable for name, _, _, selectable in rows}
            held = sql.execute("SELECT name, selectable FROM folder")
            gone = {name for name, selectable in held if listed.get(name, -1) < selectable}
            gone -= {name for (name,) in sql.execute(_TO_BE_MADE)}
            if gone:
                names = {"gone": json.dumps(list(gone))}
                sql.execute(_LEAVE_FOLDERS, names)
                sql.execute(_FOLLOW_FOLDERS, names)
                sql.execute(_FORGET_SETTLED)
            sql.executemany("DELETE FROM folder WHERE name = ?", [(name,) for name in gone])
            sql.executemany(_SAVE, rows)

        await self._database.write(work)

    async def rename_folder(self, folder_id: int, name: str) -> None:
        """Another client renamed it: the same messages, to be compared once."""
        query = "UPDATE OR IGNORE folder SET name = ?, synced = 0 WHERE id = ?"
        await self._database.execute(query, (storable(name), folder_id))

    async def folders(self) -> Sequence[Folder]:
        """In the order of the pane: inbox, the known roles, the others by name."""
        rows = await self._database.fetch_all(_ALL)
        remote = [RemoteFolder(name, mark, FolderRole(role)) for _, name, mark, role, *_ in rows]
        places = _Places(remote)
        found = [
            (
                places.order(folder),
                Folder(
                    id=row[0],
                    name=folder.name,
                    delimiter=folder.delimiter,
                    label=places.label(folder),
                    depth=places.depth(folder),
                    role=folder.role,
                    selectable=bool(row[4]),
                    total_count=row[5],
                    unread_count=row[6],
                    patient_unread_count=row[7],
                    synced=bool(row[8]),
                ),
            )
            for folder, row in zip(remote, rows, strict=True)
        ]
        return [folder for _, folder in sorted(found, key=lambda pair: pair[0])]

    async def uid_validity(self, folder_id: int) -> int | None:
        """UIDVALIDITY last seen, None before the first synchronisation."""
        query = "SELECT uid_validity FROM folder WHERE id = ?"
        row = await self._database.fetch_one(query, (folder_id,))
        return (row[0] or None) if row else None

    async def reset_folder(self, folder_id: int, uid_validity: int) -> None:
        """Forget the folder's messages and its sync point, and note the new UIDVALIDITY."""

        def work(sql: Sql) -> None:
            sql.execute(_REMOVE_NUMBERED, {"folder": folder_id})
            sql.execute("DELETE FROM pending_expunge WHERE folder_id = ?", (folder_id,))
            sql.execute(_RESET, (uid_validity, folder_id))

        await self._database.write(work)

    async def sync_point(self, folder_id: int) -> SyncPoint:
        """How far the folder's synchronisation is."""
        row = await self._database.fetch_one(_SYNC_POINT, (folder_id,))
        if row is None:
            return SyncPoint()
        uid_validity, uid_next, exists, highest_modseq, synced, held, unread = row
        state = FolderState(uid_validity, uid_next or None, exists, highest_modseq or None)
        return SyncPoint(state if synced else None, held, unread)

    async def mark_synced(self, folder_id: int, state: FolderState) -> None:
        """A synchronisation has ended: the store holds everything up to `state`."""
        told = (state.uid_next or 0, state.exists, state.highest_modseq or 0)
        await self._database.execute(_MARK_SYNCED, (*told, folder_id, state.uid_validity))


Path = tuple[str, ...]


class _Places:
    """Where each folder stands in the pane.

    The first folder of a known role stands at the role's place under its French name, with its
    own children after it; a second one of the same role keeps its name, so that none is taken
    for the other.
    """

    def __init__(self, folders: Sequence[RemoteFolder]) -> None:
        self._first: dict[FolderRole, str] = {}
        self._roots: dict[Path, FolderRole] = {}
        for folder in sorted(folders, key=lambda f: (len(_path(f)), f.name)):
            if folder.role in _RANKS and folder.role not in self._first:
                self._first[folder.role] = folder.name
                self._roots.setdefault(_path(folder), folder.role)

    def order(self, folder: RemoteFolder) -> tuple[int, list[tuple[str, str]], str]:
        """What to sort by: rank of the root, then the path without accents, then the name."""
        root, path = self._root(folder), _path(folder)
        rank = _RANKS[self._roots[root]] if root else len(_RANKS)
        return rank, [(words(part), part) for part in path[len(root) :]], folder.name

    def depth(self, folder: RemoteFolder) -> int:
        """0 for a top-level folder, and for one at the place of its role."""
        return len(_path(folder)) - (len(self._root(folder)) or 1)

    def label(self, folder: RemoteFolder) -> SafeText:
        """French for the first folder of a known role, else the last part of the name."""
        is_first = self._first.get(folder.role) == folder.name
        return safe_line(_LABELS[folder.role] if is_first else _path(folder)[-1])

    def _root(self, folder: RemoteFolder) -> Path:
        """The nearest folder of a known role at or above this one, or ()."""
        path = _path(folder)
        above = (path[:length] for length in range(len(path), 0, -1))
        return next((root for root in above if root in self._roots), ())


def _path(folder: RemoteFolder) -> Path:
    """The parts of the name.

    An `INBOX` in front of others is left out: servers that put every folder below it mean nothing
    by it.
    """
    parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
    return tuple(parts[1:] if len(parts) > 1 and parts[0].upper() == "INBOX" else parts)
