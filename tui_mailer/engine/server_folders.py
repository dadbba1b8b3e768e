"""Finding, or making, the server's folder of a role."""

from collections.abc import Sequence

from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.line import Line
from tui_mailer.engine.renamed_folders import follow_renamed


async def folder_with_role(line: Line, store: MessageStore, role: FolderRole, usual: str) -> str:
    """The full name of the server's folder of `role`; made under the `usual` name if need be."""
    if name := await _known(store, role):
        return name
    # The folders may not have been listed yet: never a second one beside the server's.
    await list_again(line, store)
    if name := await _known(store, role):
        return name
    made = await line.server.create_folder(usual)
    await list_again(line, store)
    return made


async def list_again(
    line: Line, store: MessageStore, *, with_states: bool = False
) -> Sequence[RemoteFolder]:
    """Take over the list of folders; what the server lists."""
    found = await line.server.list_folders(with_states=with_states)
    if found:
        # An empty list is a server's hiccup: every mailbox has an inbox (RFC 3501 §5.1).
        await follow_renamed(line, store, found)
        await store.save_folders(found)
    return found


async def _known(store: MessageStore, role: FolderRole) -> str:
    folders = await store.folders()
    return next((f.name for f in folders if f.role is role and f.selectable), "")
