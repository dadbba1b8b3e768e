"""Messages: rows of folders, and the whole messages that were fetched."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from tui_mailer.backend.slices import in_handfuls
from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.contacts import ContactRow, PeopleMet, collect_contacts
from tui_mailer.backend.store.many_rows import ManyRows, column, columns
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import MESSAGE_COLUMNS, has_ligatures, message_row
from tui_mailer.backend.store.text_search import TEXT_ROW
from tui_mailer.backend.store.values import (
    json_list,
    sql_without_ligatures,
    without_ligatures,
)
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import RemoteMessage

# Set aside in the bin is what others wrote: what we sent was sent.
_INSERT: Final = ManyRows(
    f"""
    INSERT INTO message (folder_id, set_aside, {", ".join(MESSAGE_COLUMNS)})
    SELECT folder.id,
           {column(MESSAGE_COLUMNS.index("patient"))} <> '' AND (
               role = 'junk'
               OR (role = 'trash' AND NOT {column(MESSAGE_COLUMNS.index("from_owner"))})
           ),
           {columns(len(MESSAGE_COLUMNS))}
    FROM folder CROSS JOIN {{rows}} WHERE folder.id = ?
    """,  # noqa: S608  (constants)
    len(MESSAGE_COLUMNS),
)
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
_UID_WINDOW: Final = """
    SELECT min(uid), max(uid) FROM (
        SELECT uid FROM message WHERE folder_id = ? AND uid BETWEEN 1 AND ?
        ORDER BY uid DESC LIMIT ?
    )
"""
_HELD_IDS: Final = """
    WITH asked (uid) AS (SELECT value FROM json_each(:uids))
    SELECT id FROM message WHERE folder_id = :folder AND uid IN asked
    UNION ALL SELECT message_id FROM pending_move WHERE folder_id = :folder AND uid IN asked
"""
_SENDER: Final = "sender_name || ' ' || sender_mailbox"
_RECIPIENTS: Final = "first_name || ' ' || first_mailbox || ' ' || recipients"
_TEXT_COLUMNS: Final = "message_text (rowid, subject, sender, recipients, body, attachments)"
_NEWEST_ID: Final = "SELECT coalesce(max(id), 0) FROM message"
# In the order of the index: a row before the last one written would cost a flush. To look for
# ligatures in every row would take half as long as indexing it does.
_HAS_LIGATURES: Final = "uid IN (SELECT value FROM json_each(:with_ligatures))"
_WORDS: Final = ", ".join(
    f"iif({_HAS_LIGATURES}, {sql_without_ligatures(words)}, {words})"
    for words in ("subject", _SENDER, _RECIPIENTS)
)
_INDEX_HEADERS: Final = f"""
    INSERT INTO {_TEXT_COLUMNS}
    SELECT {TEXT_ROW}, {_WORDS}, '', '' FROM message WHERE id > :newest_id ORDER BY 1
"""  # noqa: S608  (constants)
_WORDS_OF_ONE: Final = f"""
    SELECT {TEXT_ROW}, subject, {_SENDER}, {_RECIPIENTS} FROM message WHERE id = ?
"""  # noqa: S608  (constants)
_INDEX: Final = f"INSERT OR REPLACE INTO {_TEXT_COLUMNS} VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  (constants)
_REMOVE: Final = """
    DELETE FROM message WHERE folder_id = ? AND uid IN (SELECT value FROM json_each(?))
"""
_REMOVED_FOR_GOOD: Final = """
    DELETE FROM pending_expunge WHERE folder_id = ? AND uid IN (SELECT value FROM json_each(?))
"""
_SAVE_CONTENT: Final = """
    INSERT INTO content (message_id, bytes) VALUES (?, ?)
    ON CONFLICT (message_id) DO UPDATE SET bytes = excluded.bytes
"""
# Whom a draft is not yet written to, and what a stranger forged, is nobody's contact.
_WITHOUT_CONTACTS: Final = frozenset({FolderRole.DRAFTS.value, FolderRole.JUNK.value})


@dataclass(slots=True)
class _Ready:
    """Rows by UID, the UIDs of those with ligatures, and who is met in them."""

    rows: dict[int, Sequence[str | int]] = field(default_factory=dict)
    with_ligatures: list[int] = field(default_factory=list)
    people: list[ContactRow] = field(default_factory=list)


class Messages(Part):
    """The messages' part of the store."""

    async def add_messages(self, folder_id: int, messages: Sequence[RemoteMessage]) -> None:
        """Add rows; a UID already held is left as it is. Fills contacts and the text index.

        A folder that vanished meanwhile takes nothing.
        """
        ready = await self._got_ready(folder_id, messages)
        del messages  # several batches wait to be written: what they were made of need not

        def work(sql: Sql) -> None:
            folder = sql.execute("SELECT role FROM folder WHERE id = ?", (folder_id,)).fetchone()
            if folder is None:
                return
            # Looked at once more: some may be on their way elsewhere meanwhile.
            held = _held_uids(sql, folder_id, ready.rows)
            new = [row for uid, row in ready.rows.items() if uid not in held]
            (newest_id,) = sql.execute(_NEWEST_ID).fetchone()
            _INSERT.run(sql, new, folder_id)
            sql.execute(
                _INDEX_HEADERS,
                {"newest_id": newest_id, "with_ligatures": json_list(ready.with_ligatures)},
            )
            if folder[0] not in _WITHOUT_CONTACTS:
                collect_contacts(sql, ready.people)

        await self._database.write_in_group(work)

    async def _got_ready(self, folder_id: int, messages: Sequence[RemoteMessage]) -> "_Ready":
        """What the writer needs of those that are not held.

        Here, and not in its thread: Python runs one thread at a time, and SQLite's work is to go on
        meanwhile.
        """
        by_uid = {message.uid: message for message in messages}
        held = await self._database.read(lambda sql: _held_uids(sql, folder_id, by_uid))
        ready, met = _Ready(), PeopleMet(self._owner)
        async for some in in_handfuls([by_uid[uid] for uid in by_uid if uid not in held]):
            rows = {message.uid: message_row(message, self._owner) for message in some}
            ready.rows.update(rows)
            ready.with_ligatures += [uid for uid, row in rows.items() if has_ligatures(row)]
            met.meet(some)
        async for keys in in_handfuls(met.keys()):
            ready.people += met.rows(keys)
        return ready

    async def settle(self) -> None:
        """Give back the memory that much writing took."""
        await self._database.shrink()

    async def remove_messages(self, folder_id: int, uids: Sequence[int]) -> None:
        """Forget messages expunged on the server; those on their way elsewhere stay for now."""
        values = (folder_id, json_list(uids))

        def work(sql: Sql) -> None:
            sql.execute(_REMOVE, values)
            sql.execute(_REMOVED_FOR_GOOD, values)

        await self._database.write(work)

    async def uid_window(self, folder_id: int, below: int, count: int) -> tuple[int, int] | None:
        """First and last UID of the `count` messages next `below` a UID; None when none is left."""
        row = await self._database.fetch_one(_UID_WINDOW, (folder_id, below - 1, count))
        return (row[0], row[1]) if row and row[0] is not None else None

    async def held_ids(self, folder_id: int, uids: Sequence[int]) -> Sequence[int]:
        """Local ids of messages that the server has in a folder; those not held are left out."""
        values: dict[str, str | int] = {"folder": folder_id, "uids": json_list(uids)}
        return [message_id for (message_id,) in await self._database.fetch_all(_HELD_IDS, values)]

    async def content(self, message_id: int) -> bytes | None:
        """The whole message, None when only its row is held."""
        query = "SELECT bytes FROM content WHERE message_id = ?"
        row = await self._database.fetch_one(query, (message_id,))
        return bytes(row[0]) if row else None

    async def save_content(
        self, message_id: int, content: bytes, text: str, attachment_names: Sequence[str] = ()
    ) -> None:
        """Keep the whole message; its body as plain text and `attachment_names` are for searching.

        A message that vanished meanwhile is no error.
        """
        body = without_ligatures(text)
        names = without_ligatures(" ".join(attachment_names))

        def work(sql: Sql) -> None:
            row = sql.execute(_WORDS_OF_ONE, (message_id,)).fetchone()
            if row is None:
                return
            sql.execute(_SAVE_CONTENT, (message_id, content))
            sql.execute("UPDATE message SET body_held = 1 WHERE id = ?", (message_id,))
            sql.execute(_INDEX, (row[0], *map(without_ligatures, row[1:]), body, names))

        await self._database.write(work)


def _held_uids(sql: Sql, folder_id: int, uids: Collection[int]) -> frozenset[int]:
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
