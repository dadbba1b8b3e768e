"""The mailbox's folders and messages: what keeps the store equal to the server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from tui_mailer.domain.errors import CommandRefused, MailerError
from tui_mailer.domain.events import (
    BodyArrived,
    BodyRefused,
    FoldersChanged,
    MessagesChanged,
)
from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.message import Flags, MessageSummary, RemoteMessage
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line
from tui_mailer.engine.replay import Replay
from tui_mailer.engine.sync import Synchroniser
from tui_mailer.engine.worker import Worker
from tui_mailer.mime.parse import parse


class MessageGone(CommandRefused):
    """The message was removed on the server before it could be read."""

    what = "Ce message n’est plus sur le serveur."
    meaning = "Il a été supprimé ou déplacé depuis un autre poste."
    advice = "La liste se met à jour d’elle-même."


class Mailbox:
    """Turns wishes (synchronise, fetch, flag) into jobs of the work connection."""

    def __init__(
        self, store: MessageStore, worker: Worker, announce: Announcer, *, poll_s: float
    ) -> None:
        self._store = store
        self._worker = worker
        self._announce = announce
        self._sync = Synchroniser(store, announce, learnt=lambda batch: self.on_learnt(batch))
        self._poll_s = poll_s
        self._fetching: set[int] = set()
        self.replay = Replay(store, worker, announce, self._open_as_known)
        self.on_look_again: Callable[[], None] = lambda: None
        self.on_learnt: Callable[[Sequence[RemoteMessage]], None] = lambda _batch: None

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
        self._worker.do_in_background("folders", self._sync_folders)

    def sync_inbox(self) -> None:
        """Look at the inbox alone."""
        self._worker.do_in_background("inbox", lambda line: self._sync_role(line, FolderRole.INBOX))

    def sync_sent(self) -> None:
        """Look at the folder of sent messages alone."""
        self._worker.do_in_background("sent", lambda line: self._sync_role(line, FolderRole.SENT))

    async def _sync_folders(self, line: Line) -> AsyncIterator[None]:
        for folder in await self._sync.folders(line):
            self._enqueue(folder)
        yield

    def _enqueue(self, folder: Folder) -> None:
        self._worker.do_in_background(
            ("folder", folder.id), lambda line: self._sync.folder(line, folder)
        )

    async def _sync_role(self, line: Line, role: FolderRole) -> AsyncIterator[None]:
        for folder in await self._store.folders():
            if folder.role is role and folder.selectable:
                self._sync.doubt(folder.id)
                async for _ in self._sync.folder(line, folder):
                    yield

    # --- reading

    def fetch(self, summary: MessageSummary) -> None:
        """Get the whole message; `BodyArrived` or `BodyRefused` follows."""
        if summary.id in self._fetching:
            return
        self._fetching.add(summary.id)
        self._worker.do(lambda line: self._fetch(line, summary))

    async def _fetch(self, line: Line, summary: MessageSummary) -> None:
        try:
            await self.whole(line, summary)
        except Exception as error:
            known = error if isinstance(error, MailerError) else MailerError()
            self._announce(BodyRefused(summary.id, known))
            raise
        finally:
            self._fetching.discard(summary.id)
        self._announce(BodyArrived(summary.id))

    async def whole(self, line: Line, summary: MessageSummary) -> bytes:
        """Fetch the whole message and keep it.

        Raises:
            MessageGone: it is no longer on the server.
        """
        uid = await self._opened_at(line, summary)
        content = _present(await line.server.content(uid))
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
        state = await line.open(folder.name)
        if state.uid_validity != await self._store.uid_validity(folder_id):
            self._sync.doubt(folder.id)
            self._enqueue(folder)
            raise MessageGone

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
