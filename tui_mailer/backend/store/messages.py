"""Messages: rows of folders, and the whole messages that were fetched."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tui_mailer.backend.slices import in_handfuls
from tui_mailer.backend.store.arrivals import FEW, Arriving, held_uids, write_arrivals
from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.follow_up import follow_up
from tui_mailer.backend.store.many_rows import Row
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import message_row
from tui_mailer.backend.store.text_search import TEXT_COLUMNS, TEXT_ROW, WORDS, merge_some
from tui_mailer.backend.store.values import indexed, json_list, storable
from tui_mailer.domain.message import RemoteMessage

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
_WORDS_OF_ONE: Final = f"SELECT {TEXT_ROW}, {', '.join(WORDS)} FROM message WHERE id = ?"  # noqa: S608  (constants)
_INDEX: Final = f"INSERT OR REPLACE INTO {TEXT_COLUMNS} VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  (constants)
_REMOVE: Final = """
    DELETE FROM message WHERE folder_id = ? AND uid IN (SELECT value FROM json_each(?))
"""
_REMOVED_FOR_GOOD: Final = """
    DELETE FROM pending_expunge WHERE folder_id = ? AND uid IN (SELECT value FROM json_each(?))
"""
_CONTENT: Final = """
    SELECT bytes FROM content WHERE message_id = ?1
    UNION ALL SELECT bytes FROM kept_content WHERE message_id = ?1
"""
_SAVE_CONTENT: Final = """
    INSERT INTO content (message_id, bytes) VALUES (?, ?)
    ON CONFLICT (message_id) DO UPDATE SET bytes = excluded.bytes
"""


class Messages(Part):
    """The messages' part of the store."""

    def __init__(self, database: Database, owner: Owner) -> None:
        super().__init__(database, owner)
        self._arrivals = database.in_groups(partial(write_arrivals, owner=owner))
        self._upkeep = database.in_pieces(self._tidy)
        self._are_many = False

    async def add_messages(
        self, folder_id: int, messages: Sequence[RemoteMessage], *, more_follow: bool = False
    ) -> None:
        """Add rows; a UID already held is left as it is. They can be searched, and their people completed.

        A folder that vanished meanwhile takes nothing. Where `more_follow` at once, some calls are
        written as one: each returns once they are.
        """
        arriving = await self._got_ready(folder_id, messages)
        del messages  # several batches wait to be written: what they were made of need not
        await self._arrivals.write(arriving, more_follow=more_follow)
        self._are_many = len(arriving.rows) >= FEW
        self._upkeep.begin()

    async def _got_ready(self, folder_id: int, messages: Sequence[RemoteMessage]) -> Arriving:
        """What the writer needs of those that are not held.

        Here, and not in its thread: Python runs one thread at a time, and SQLite's work is to go on
        meanwhile.
        """
        by_uid = {message.uid: message for message in messages}
        held = await self._database.read(
            lambda sql: held_uids(sql, folder_id, by_uid), goes_first=False
        )
        rows: dict[int, Row] = {}
        async for some in in_handfuls([by_uid[uid] for uid in by_uid if uid not in held]):
            rows.update((message.uid, message_row(message, self._owner)) for message in some)
        return Arriving(folder_id, rows)

    def _tidy(self, sql: Sql) -> bool:
        # What comes by the thousand leaves many small segments: they are merged once, at the end.
        return follow_up(sql, self._owner) or (not self._are_many and merge_some(sql))

    def settle(self, at_end: Callable[[], None] = lambda: None) -> None:
        """Follow up, merge the text index, and give back the memory that much writing took."""

        async def tell() -> None:
            await self._database.shrink()
            at_end()

        self._are_many = False
        self._upkeep.begin(tell)

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
        """The whole message, None when it is not held; one that is gone, while a draft sends it on."""
        row = await self._database.fetch_one(_CONTENT, (message_id,))
        return bytes(row[0]) if row else None

    async def save_content(
        self, message_id: int, content: bytes, text: str, attachment_names: Sequence[str] = ()
    ) -> None:
        """Keep the whole message; its body as plain text and `attachment_names` are for searching.

        A message that vanished meanwhile is no error.
        """
        names = " ".join(attachment_names)

        def work(sql: Sql) -> None:
            row = sql.execute(_WORDS_OF_ONE, (message_id,)).fetchone()
            if row is None:
                return
            sql.execute(_SAVE_CONTENT, (message_id, content))
            sql.execute("UPDATE message SET body_held = 1 WHERE id = ?", (message_id,))
            found = (storable(indexed(words)) for words in (*row[1:], text, names))
            sql.execute(_INDEX, (row[0], *found))

        await self._database.write(work)
        self._upkeep.begin()
