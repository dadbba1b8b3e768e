"""A work connection and the folder that is open on it."""

from tui_mailer.domain.folder import FolderState
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
