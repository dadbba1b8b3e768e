"""Messages with patients in a folder of the server too, where the settings ask for it.

What patients write leaves the inbox by the same durable moves as what the user moves. Each message
is moved once, and the store remembers it: one that the server gave back, or that the user put back,
here or with another client, stays where it is.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from tui_mailer.domain.events import Event, FoldersChanged, MessagesChanged
from tui_mailer.domain.folder import Folder, FolderRole, RemoteFolder
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.new_folder import folder_to_make
from tui_mailer.engine.replay import Replay

FOLDER: Final = "Echanges patient"
"""As the field writes it, without an accent."""
_AT_ONCE: Final = 500


def exchanges_folder(folders: Sequence[Folder]) -> Folder | None:
    """The folder that messages with patients are filed in, if there is one.

    Not one inside another folder: others may read what is shared there.
    """
    mine = (f for f in folders if f.label == FOLDER and f.depth == 0 and f.selectable)
    return next(mine, None)


def exchanges_folder_to_make(folders: Sequence[Folder]) -> RemoteFolder:
    """The folder to make when there is none."""
    return folder_to_make(folders, FOLDER, FolderRole.ORDINARY)


class Filing:
    """Files what arrives in the inbox."""

    def __init__(self, store: MessageStore, replay: Replay, announce: Announcer) -> None:
        self._store = store
        self._replay = replay
        self._announce = announce
        self._wake = asyncio.Event()

    def heard(self, event: Event) -> None:
        """Messages may have arrived."""
        if isinstance(event, MessagesChanged):
            self._wake.set()

    async def run(self) -> None:
        """File until cancelled."""
        while True:
            self._wake.clear()
            await self._file()
            await self._wake.wait()

    async def _file(self) -> None:
        for inbox in await self._store.folders():
            if inbox.role is not FolderRole.INBOX:
                continue
            if found := await self._store.messages_to_file(inbox.id, _AT_ONCE):
                await self._move(found, inbox)

    async def _move(self, message_ids: Sequence[int], inbox: Folder) -> None:
        folders = await self._store.folders()
        folder = exchanges_folder(folders)
        if folder is None:
            folder_id = await self._store.add_folder(exchanges_folder_to_make(folders))
        else:
            folder_id = folder.id
        await self._store.move_messages(message_ids, folder_id)
        await self._store.note_filed(message_ids)
        for changed_id in (inbox.id, folder_id):
            self._announce(MessagesChanged(changed_id))
        self._announce(FoldersChanged())
        self._replay.soon()
