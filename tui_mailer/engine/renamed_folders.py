"""Folders that another client renamed: they keep what is held of them, and what waits in them."""

from collections.abc import Sequence
from typing import Final

from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.folder import Folder, FolderState, RemoteFolder
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.line import Line
from tui_mailer.engine.same_message import identity

# So many newest messages that are the same, under the same UIDs, are those of the same folder.
_MOST_COMPARED: Final = 100


async def follow_renamed(line: Line, store: MessageStore, found: Sequence[RemoteFolder]) -> None:
    """Give folders that are `found` no more the names that they have now, where that is certain.

    UIDVALIDITY alone is not: some servers give it to every folder made in the same second, and
    what waits would reach other messages.
    """
    held = await store.folders()
    known = {folder.name for folder in held}
    listed = {folder.name for folder in found if folder.selectable}
    gone = [folder for folder in held if folder.selectable and folder.name not in listed]
    if not gone:
        return
    new = {f.name: await _state(line, f) for f in found if f.selectable and f.name not in known}
    for folder in gone:
        for name, state in new.items():
            if await _is_now(line, store, folder, name, state):
                await store.rename_folder(folder.id, name)
                del new[name]
                break


async def _state(line: Line, folder: RemoteFolder) -> FolderState | None:
    try:
        return folder.state or await line.server.folder_state(folder.name)
    except CommandRefused:
        return None


async def _is_now(
    line: Line, store: MessageStore, folder: Folder, name: str, state: FolderState | None
) -> bool:
    if state is None or state.uid_validity != await store.uid_validity(folder.id):
        return False
    newest = sorted(await store.known_flags(folder.id))[-_MOST_COMPARED:]
    rows = await store.summaries(await store.held_ids(folder.id, newest))
    held = {row.uid: identity(row) for row in rows if row.uid > 0}
    try:
        await line.open(name)
        there = {
            message.uid: identity(message)
            async for batch in line.server.messages(sorted(held))
            for message in batch
        }
    except CommandRefused:
        return False
    return bool(there) and there.items() <= held.items()
