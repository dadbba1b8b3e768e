"""A work connection and the folder that is open on it."""

from tui_mailer.domain.folder import FolderChanges, FolderState
from tui_mailer.domain.ports import MailServer


class Line:
    """Opens a folder only when another one is open: jobs of several folders share a connection."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self._folder: str | None = None
        self._state: FolderState | None = None

    async def open(self, folder: str, *, afresh: bool = False) -> FolderState:
        """Make `folder` the open one; `afresh` asks the server for its present state."""
        if afresh or self._folder != folder or self._state is None:
            self._folder = None
            self._state = await self.server.open_folder(folder)
            self._folder = folder
        return self._state

    async def open_since(
        self, folder: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """Make `folder` the open one, and learn what changed in it after `since`."""
        self._folder = None
        self._state, changes = await self.server.open_since(folder, since)
        self._folder = folder
        return self._state, changes

    def is_open(self, folder: str) -> bool:
        """True when `folder` is the open one."""
        return self._folder == folder
