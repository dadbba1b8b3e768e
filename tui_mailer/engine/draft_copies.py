"""Drafts in the server's folder of drafts: on every machine soon after they were written on one.

::

    draft saved ──within a minute──▶ new version stored ──seen there──▶ older ones removed
    draft sent or discarded ─────────────────────────────────────────▶ all versions removed
    no version there any more, and not by our doing ─────────────────▶ noted as taken elsewhere

What is to be done is read off the store each time, so a crash or a lost line costs nothing: at
most two versions stand side by side for a while, never none.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final
from uuid import uuid4

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, DraftAttachment, DraftCopy, OutgoingState
from tui_mailer.domain.errors import AttachmentUnreadable, CommandRefused
from tui_mailer.domain.events import (
    DraftDiscarded,
    DraftSaved,
    DraftStored,
    DraftTaken,
    Event,
    OutgoingChanged,
)
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.draft_versions import (
    find_versions,
    is_gone,
    remove_versions,
    versions_of,
)
from tui_mailer.engine.line import Line
from tui_mailer.engine.server_folders import folder_with_role
from tui_mailer.engine.worker import Worker
from tui_mailer.mime.compose import estimated_size
from tui_mailer.mime.draft_copy import DraftMark, write

ReadAttachment = Callable[[DraftAttachment], Awaitable[bytes]]
"""The bytes of an attachment; `AttachmentUnreadable` when they are gone."""

LARGEST_WITH_ATTACHMENTS_BYTES: Final = 1_000_000
"""Above, a copy names its attachments and does not hold them: it goes up each minute, and what is
read or sent meanwhile waits for it."""
_FOLDER_TO_CREATE: Final = "Brouillons"
# The rest of the time is for saving here and for the line.
_SHARE_WAITED: Final = 0.75

_log = logging.getLogger(__name__)


class DraftCopies:
    """Keeps the server's copies equal to the drafts."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        worker: Worker,
        announce: Announcer,
        read_attachment: ReadAttachment,
        on_changed: Callable[[], None],
        *,
        within_s: float,
    ) -> None:
        """`on_changed`: the server's folder of drafts has changed. `within_s` 0: none is stored."""
        self._sender = Address.received(account.address, account.sender_label)
        self._store = store
        self._worker = worker
        self._announce = announce
        self._read_attachment = read_attachment
        self._on_changed = on_changed
        self._within_s = within_s
        self._edited = asyncio.Event()
        announce.subscribe(self._hear)

    async def run(self) -> None:
        """Store what was edited, as often as asked for, until cancelled.

        The first change starts the clock: who types without a pause has a copy as soon.
        """
        while True:
            await self._edited.wait()
            self._edited.clear()
            await asyncio.sleep(self._within_s * _SHARE_WAITED)
            self.catch_up()

    def catch_up(self) -> None:
        """As soon as the line allows."""
        self._worker.do(self._catch_up)

    def look_for_taken(self) -> None:
        """The folder of drafts was synchronised: what is missing there may be known elsewhere."""
        self._worker.do(self._look_for_taken)

    def _hear(self, event: Event) -> None:
        match event:
            case DraftSaved() if self._within_s:
                self._edited.set()
            case DraftDiscarded() | OutgoingChanged(state=OutgoingState.COPY_MISSING):
                self.catch_up()
            case _:
                pass

    # --- on the connection

    async def _catch_up(self, line: Line) -> None:
        copies = await self._store.draft_copies_to_do()
        todo = [copy for copy in copies if copy.draft is None or self._within_s]
        if not todo:
            return
        folder = await folder_with_role(line, self._store, FolderRole.DRAFTS, _FOLDER_TO_CREATE)
        for copy in todo:
            # Another one may fit where this one did not.
            try:
                await line.open(folder, afresh=True)
                if copy.draft is None:
                    await self._take_away(line, copy)
                else:
                    await self._bring(line, folder, copy, copy.draft)
            except CommandRefused as refused:
                _log.warning("a draft was not stored: %s", type(refused).__name__)
        self._on_changed()

    async def _take_away(self, line: Line, copy: DraftCopy) -> None:
        await remove_versions(line, await versions_of(line, copy))
        await self._store.forget_draft_copy(copy.draft_id)

    async def _bring(self, line: Line, folder: str, copy: DraftCopy, draft: Draft) -> None:
        if not copy.key:
            copy = replace(copy, key=uuid4().hex)
            # Before anything is there: no copy that nobody knows of outlives a crash.
            await self._store.note_draft_copy(copy)
        mark = DraftMark.of(copy.key, draft)
        versions = await versions_of(line, copy)
        if copy.stored_at is not None and await is_gone(line, versions):
            # Before the new version hides it from whoever looks next.
            copy = await self._note_taken(copy)
        there = await find_versions(line, str(mark), is_expected=False)
        if not there and draft.updated_at is not None:
            content = await self._content(draft, mark)
            flags = Flags.DRAFT | Flags.SEEN
            await line.server.append(folder, content, flags, draft.updated_at)
            await line.open(folder, afresh=True)
            there = await find_versions(line, str(mark), is_expected=True)
        if there:
            await remove_versions(line, {*versions, *there} - {max(there)})
            copy = replace(copy, replaces="")
        await self._store.note_draft_copy(replace(copy, stored_at=draft.updated_at))
        self._announce(DraftStored(draft.id))

    async def _look_for_taken(self, line: Line) -> None:
        unseen = await self._store.draft_copies_unseen()
        if not unseen:
            return
        folder = await folder_with_role(line, self._store, FolderRole.DRAFTS, _FOLDER_TO_CREATE)
        await line.open(folder, afresh=True)
        for copy in unseen:
            # What was stored a moment ago may be no row yet: the server knows.
            if await is_gone(line, await versions_of(line, copy)):
                await self._note_taken(copy)

    async def _note_taken(self, copy: DraftCopy) -> DraftCopy:
        taken = replace(copy, taken=True)
        await self._store.note_draft_copy(taken)
        self._announce(DraftTaken(copy.draft_id))
        return taken

    async def _content(self, draft: Draft, mark: DraftMark) -> bytes:
        contents: list[bytes | None] = [None] * len(draft.attachments)
        if estimated_size(draft) <= LARGEST_WITH_ATTACHMENTS_BYTES:
            contents = [await self._attached(one) for one in draft.attachments]
        return await asyncio.to_thread(write, draft, mark, sender=self._sender, contents=contents)

    async def _attached(self, attachment: DraftAttachment) -> bytes | None:
        try:
            return await self._read_attachment(attachment)
        except AttachmentUnreadable:
            return None
