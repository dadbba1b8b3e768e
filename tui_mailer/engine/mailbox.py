"""The mailbox's folders and messages: what keeps the store equal to the server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tui_mailer.domain.errors import CommandRefused, MailerError, MessageGone
from tui_mailer.domain.events import (
    BodyAdvanced,
    BodyArrived,
    BodyRefused,
    FoldersChanged,
    MessagesChanged,
)
from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line
from tui_mailer.engine.replay import Replay
from tui_mailer.engine.server_folders import list_again
from tui_mailer.engine.sync import Synchroniser
from tui_mailer.engine.worker import Worker
from tui_mailer.mime.parse import parse


class FetchStopped(MailerError):
    """The user no longer waits for the message; nobody is told."""


@dataclass(slots=True)
class _Fetch:
    """A whole message that is awaited, as long as it is."""

    summary: MessageSummary
    is_wanted: bool = True


class Mailbox:
    """Turns wishes (synchronise, fetch, flag) into jobs of the work connection."""

    def __init__(
        self, store: MessageStore, worker: Worker, announce: Announcer, *, poll_s: float
    ) -> None:
        self._store = store
        self._worker = worker
        self._announce = announce
        self._sync = Synchroniser(store, announce, learnt=lambda: self.on_learnt())
        self._poll_s = poll_s
        self._fetches: dict[int, _Fetch] = {}
        self.replay = Replay(store, worker, announce, self._open_as_known, self._list_folders)
        self.on_look_again: Callable[[], None] = lambda: None
        self.on_learnt: Callable[[], None] = lambda: None
        self.on_drafts_synced: Callable[[], None] = lambda: None

    async def poll(self) -> None:
        """Look at every folder again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._poll_s)
            self.look_again()

    def look_again(self) -> None:
        """As `sync_all`, and at what was given up too."""
        self._worker.forgive()
        self.sync_all()
        self.on_look_again()

    def sync_all(self) -> None:
        """What was done here, then the list of folders, then each folder: inbox first."""
        self.replay.soon()
        self._list_folders()

    def _list_folders(self) -> None:
        self._worker.do_in_background("folders", self._sync_folders, is_vital=True)

    def sync_inbox(self) -> None:
        """Look at the inbox alone."""
        self._worker.do_in_background(
            "inbox",
            lambda line: self._sync_those(line, lambda f: f.role is FolderRole.INBOX),
            is_vital=True,
        )

    def sync_named(self, name: str) -> None:
        """Look at one folder alone."""
        self._worker.do_in_background(
            ("named", name), lambda line: self._sync_those(line, lambda f: f.name == name)
        )

    def sync_drafts(self) -> None:
        """Look at the folder of drafts alone."""
        self._worker.do_in_background(
            "drafts", lambda line: self._sync_those(line, lambda f: f.role is FolderRole.DRAFTS)
        )

    async def _sync_folders(self, line: Line) -> AsyncIterator[None]:
        for folder in await self._sync.folders(line):
            self._enqueue(folder)
        yield

    def _enqueue(self, folder: Folder) -> None:
        self._worker.do_in_background(
            ("folder", folder.id),
            lambda line: self._sync_folder(line, folder),
            is_vital=folder.role is FolderRole.INBOX,
        )

    async def _sync_folder(self, line: Line, folder: Folder) -> AsyncIterator[None]:
        async for _ in self._sync.folder(line, folder):
            yield
        if folder.role is FolderRole.DRAFTS:
            self.on_drafts_synced()

    async def _sync_those(
        self, line: Line, wanted: Callable[[Folder], bool]
    ) -> AsyncIterator[None]:
        for folder in await self._store.folders():
            if wanted(folder) and folder.selectable:
                self._sync.doubt(folder.id)
                async for _ in self._sync_folder(line, folder):
                    yield

    # --- reading

    def fetch(self, summary: MessageSummary) -> None:
        """Get the whole message; `BodyArrived` or `BodyRefused` follows, unless it is stopped."""
        if summary.id not in self._fetches:
            fetch = self._fetches[summary.id] = _Fetch(summary)
            self._worker.do(lambda line: self._fetch(line, fetch))

    def stop_fetch(self, message_id: int) -> bool:
        """Give up a message that is awaited; False when none is."""
        fetch = self._fetches.pop(message_id, None)
        if fetch is not None:
            fetch.is_wanted = False
        return fetch is not None

    def is_fetching(self, message_id: int) -> bool:
        """True while the whole message is awaited."""
        return message_id in self._fetches

    async def _fetch(self, line: Line, fetch: "_Fetch") -> None:
        if not fetch.is_wanted:
            return
        message_id = fetch.summary.id
        try:
            await self.whole(line, fetch.summary, partial(self._advanced, fetch))
        except FetchStopped:
            return
        except Exception as error:
            known = error if isinstance(error, MailerError) else MailerError()
            self._announce(BodyRefused(message_id, known))
            raise
        finally:
            if self._fetches.get(message_id) is fetch:
                del self._fetches[message_id]
        self._announce(BodyArrived(message_id))

    def _advanced(self, fetch: "_Fetch", received_bytes: int) -> None:
        """Between two pieces of a large message."""
        if not fetch.is_wanted:
            raise FetchStopped
        self._announce(BodyAdvanced(fetch.summary.id, received_bytes))

    async def whole(
        self, line: Line, summary: MessageSummary, on_bytes: Callable[[int], None] | None = None
    ) -> bytes:
        """Fetch the whole message and keep it; `on_bytes` hears how much has come.

        Raises:
            MessageGone: it is no longer on the server.
        """
        uid = await self._opened_at(line, summary)
        content = _present(await line.server.content(uid, on_bytes))
        read = await asyncio.to_thread(parse, content)
        names = [attachment.name for attachment in read.attachments]
        await self._store.save_content(summary.id, content, read.text, names)
        return content

    async def beginning(self, line: Line, summary: MessageSummary, size_bytes: int) -> bytes:
        """Fetch the first `size_bytes` of a message; they are not kept.

        Raises:
            MessageGone: it is no longer on the server.
        """
        uid = await self._opened_at(line, summary)
        return _present(await line.server.beginning(uid, size_bytes))

    async def _opened_at(self, line: Line, summary: MessageSummary) -> int:
        """Open the folder where the server has a message; its UID there."""
        place = await self._store.place(summary.id)
        if place is None:
            raise MessageGone
        await self._open_as_known(line, place.folder_id)
        return place.uid

    async def _open_as_known(self, line: Line, folder_id: int) -> None:
        """Open a folder of the store, if the UIDs held still mean the same messages.

        Raises:
            MessageGone: the folder is gone, or its messages were numbered anew (RFC 3501 §2.3.1.1).
        """
        folder = next((f for f in await self._store.folders() if f.id == folder_id), None)
        if folder is None:
            raise MessageGone
        try:
            state = await line.open(folder.name)
        except CommandRefused:
            name = await self._present_name(line, folder_id)
            if name == folder.name:
                raise
            state = await line.open(name)
        if state.uid_validity != await self._store.uid_validity(folder_id):
            self._sync.doubt(folder.id)
            self._enqueue(folder)
            raise MessageGone

    async def _present_name(self, line: Line, folder_id: int) -> str:
        """The name that the server has for a folder now: another client may have renamed it.

        Raises:
            MessageGone: the folder is gone.
        """
        await list_again(line, self._store)
        self._announce(FoldersChanged())
        names = {folder.id: folder.name for folder in await self._store.folders()}
        if folder_id not in names:
            raise MessageGone
        return names[folder_id]

    # --- flags

    async def change_flags(
        self, summaries: Sequence[MessageSummary], add: Flags, remove: Flags
    ) -> None:
        """Change at once here, and on the server as soon as it can be."""
        await self._store.change_flags([summary.id for summary in summaries], add, remove)
        for folder_id in {summary.folder_id for summary in summaries}:
            self._announce(MessagesChanged(folder_id))
        self._announce(FoldersChanged())
        self.replay.soon()


def _present(content: bytes | None) -> bytes:
    if content is None:
        raise MessageGone
    return content
