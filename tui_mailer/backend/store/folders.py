"""Folders: the table, and the order and labels of the pane."""

from collections.abc import Sequence
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.values import storable, words
from tui_mailer.domain.folder import Folder, FolderRole, RemoteFolder
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


class Folders(Part):
    """The folders' part of the store."""

    async def save_folders(self, found: Sequence[RemoteFolder]) -> None:
        """Make the table equal to `found`; a vanished folder goes with its messages."""
        rows = [(storable(f.name), f.delimiter, f.role.value, int(f.selectable)) for f in found]

        def work(sql: Sql) -> None:
            held = {name for (name,) in sql.execute("SELECT name FROM folder")}
            gone = held - {name for name, *_ in rows}
            sql.executemany("DELETE FROM folder WHERE name = ?", [(name,) for name in gone])
            sql.executemany(_SAVE, rows)

        await self._database.write(work)

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
        """Forget the folder's messages and note the new UIDVALIDITY."""

        def work(sql: Sql) -> None:
            sql.execute("DELETE FROM message WHERE folder_id = ?", (folder_id,))
            sql.execute(
                "UPDATE folder SET uid_validity = ?, synced = 0 WHERE id = ?",
                (uid_validity, folder_id),
            )

        await self._database.write(work)

    async def mark_synced(self, folder_id: int) -> None:
        """The first synchronisation of the folder has ended."""
        await self._database.execute("UPDATE folder SET synced = 1 WHERE id = ?", (folder_id,))


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
