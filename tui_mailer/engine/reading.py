"""Reading: lists from the store, messages parsed away from the event loop."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tui_mailer.domain.address import Address
from tui_mailer.domain.folder import Folder
from tui_mailer.domain.journal import Deed, MessageTrace
from tui_mailer.domain.message import Flags, ListView, MessageSummary, ReadMessage
from tui_mailer.domain.ports import Files, MessageStore
from tui_mailer.engine.journal import JournalKeeper
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.mime import attachments
from tui_mailer.mime.parse import parse


class Reading:
    """What the screens show; reading state never starts a connection, `request` alone does."""

    def __init__(
        self, store: MessageStore, mailbox: Mailbox, files: Files, journal: JournalKeeper
    ) -> None:
        self._store = store
        self._journal = journal
        self._mailbox = mailbox
        self._files = files

    async def folders(self) -> Sequence[Folder]:
        """The folder pane, in its order."""
        return await self._store.folders()

    async def count(self, view: ListView) -> int:
        """Number of rows of a list."""
        return await self._store.count(view)

    async def rows(self, view: ListView, start: int, stop: int) -> Sequence[MessageSummary]:
        """Rows `start` to `stop` (excluded), newest first."""
        return await self._store.rows(view, start, stop)

    async def place_in(self, view: ListView, message_id: int) -> int | None:
        """The index of a row in a list, None when it is not in it."""
        return await self._store.place_in(view, message_id)

    async def summary(self, message_id: int) -> MessageSummary | None:
        """One row, None when it is gone."""
        return await self._store.summary(message_id)

    async def message(self, message_id: int) -> ReadMessage | None:
        """The whole message, None when the store does not hold it: see `request`."""
        content = await self._store.content(message_id)
        if content is None:
            return None
        await self._note(Deed.READ, message_id)
        return await asyncio.to_thread(parse, content)

    async def source(self, message_id: int) -> bytes | None:
        """The bytes of a held message."""
        content = await self._store.content(message_id)
        if content is not None:
            await self._note(Deed.SOURCE_READ, message_id)
        return content

    async def _note(self, deed: Deed, message_id: int, detail: str = "") -> None:
        """Note what was done with the copy held here; the server is not asked."""
        row = await self._store.summary(message_id)
        if row is None:
            return
        names = {folder.id: folder.name for folder in await self._store.folders()}
        self._journal.note(
            deed,
            folder=names.get(row.folder_id, ""),
            uid=max(row.uid, 0),
            trace=MessageTrace(row.message_id, row.patient),
            detail=detail,
        )

    async def request(self, message_id: int) -> None:
        """Have the whole message fetched; `BodyArrived` or `BodyRefused` follows."""
        summary = await self._store.summary(message_id)
        if summary is not None:
            self._mailbox.fetch(summary)

    def stop_request(self, message_id: int) -> bool:
        """Give up a message that was requested; False when it is not awaited."""
        return self._mailbox.stop_fetch(message_id)

    def is_awaited(self, message_id: int) -> bool:
        """True between `request` and what follows it."""
        return self._mailbox.is_fetching(message_id)

    async def mark(
        self, message_ids: Sequence[int], *, add: Flags = Flags.NONE, remove: Flags = Flags.NONE
    ) -> None:
        """Change flags, here at once and on the server when it can be."""
        found = [await self._store.summary(message_id) for message_id in message_ids]
        await self._mailbox.change_flags([row for row in found if row is not None], add, remove)

    async def save_attachment(self, message_id: int, index: int, directory: Path) -> Path:
        """Write an attachment inside `directory`, never over a file; where it is now.

        Raises:
            AttachmentNotSaved: the directory or the disk refuses.
            AttachmentUnreadable: the message has no such part.
        """
        content = await self._store.content(message_id) or b""
        path = await asyncio.to_thread(self._save, content, index, directory)
        await self._note(Deed.ATTACHMENT_SAVED, message_id, f"pièce jointe n° {index + 1}")
        return path

    async def save_text(self, directory: Path, name: str, text: str) -> Path:
        """Write a text of ours inside `directory`, never over a file; where it is now.

        Raises:
            AttachmentNotSaved: the directory or the disk refuses.
        """
        return await asyncio.to_thread(self._files.save, directory, name, text.encode())

    def _save(self, content: bytes, index: int, directory: Path) -> Path:
        name = attachments.name(content, index)
        return self._files.save(directory, name, attachments.content(content, index))

    async def complete_address(self, text: str, limit: int = 8) -> Sequence[Address]:
        """Addresses seen in this mailbox that begin like `text`."""
        return await self._store.complete_address(text, limit)
