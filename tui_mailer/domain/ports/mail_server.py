"""One IMAP server, as the engine asks it."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.folder import (
    FolderChanges,
    FolderState,
    RemoteFolder,
)
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.safe_text import SafeText

OnStep = Callable[[ConnectionStep], None]
OnBytes = Callable[[int], None]
OnAlert = Callable[[SafeText], None]


class MailServer(Protocol):
    """One logged-in IMAP connection; used by one task at a time.

    Every method raises `ConnectionProblem` when the line fails and `CommandRefused` on NO or BAD.
    After a `ConnectionProblem` or a cancellation the connection is closed: make a new one.
    """

    async def list_folders(self, *, with_states: bool = False) -> Sequence[RemoteFolder]:
        """All folders, names decoded, roles by attribute, else by name.

        `with_states` asks for the state of each too, where it costs no further command.
        """
        ...

    async def create_folder(self, name: str) -> str:
        """Create a folder of the user's own; one that exists already is no error.

        Its full name, which is another one where the server has all of them below a prefix.
        """
        ...

    async def open_folder(self, name: str) -> FolderState:
        """SELECT `name`; the methods below act on it."""
        ...

    async def open_since(
        self, name: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """As `open_folder`, with all that changed after `since`.

        The changes are None when the server cannot tell them: no CONDSTORE, another UIDVALIDITY,
        or a mod-sequence that went backwards.
        """
        ...

    async def folder_state(self, name: str) -> FolderState:
        """STATUS `name`: its state, without opening it."""
        ...

    async def uids(self) -> Sequence[int]:
        """All UIDs of the open folder, ascending."""
        ...

    def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        """Describe `uids` in the order given, in batches; those expunged meanwhile are left out.

        The next batch may be on its way while one is handed out: whoever opens another folder
        meanwhile opens this one again before asking for more, and whoever stops early closes the
        generator, which may close the connection.
        """
        ...

    async def flags(self, uids: Sequence[int]) -> Mapping[int, Flags]:
        """Flags of `uids` that still exist; all of the folder's when `uids` is empty."""
        ...

    async def content(self, uid: int, on_bytes: OnBytes | None = None) -> bytes | None:
        """The whole message, bytes as stored; None when it is gone. Sets no flag.

        `on_bytes` hears how many bytes are here, after each piece but the last. What it raises
        ends the fetch, and the connection goes on.
        """
        ...

    async def beginning(self, uid: int, size_bytes: int) -> bytes | None:
        """At most the first `size_bytes` of a message; None when it is gone. Sets no flag."""
        ...

    async def change_flags(self, uids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Add and remove flags on `uids` of the open folder."""
        ...

    async def move(self, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        """Move `uids` of the open folder to `folder`; old UID -> new UID where the server tells.

        UIDs that are gone are passed over. Each message is moved or left as it is; when the line
        fails, some may have been copied and still be here.
        """
        ...

    async def expunge(self, uids: Sequence[int]) -> None:
        """Remove `uids` of the open folder for good, and no other message."""
        ...

    async def expunge_marked(self, uids: Sequence[int]) -> None:
        """Remove what is marked as deleted in the open folder, where only `uids` are.

        Raises:
            CommandRefused: others are marked too; nothing was removed.
        """
        ...

    async def append(self, folder: str, content: bytes, flags: Flags, at: datetime) -> int | None:
        """Store a message in `folder`; its UID when the server tells (UIDPLUS).

        Raises:
            OverQuota: the mailbox is full.
        """
        ...

    async def find_message_id(self, message_id: str, since: date | None = None) -> Sequence[int]:
        """UIDs of the open folder whose Message-ID header is `message_id`.

        Of those received `since` a day alone, as the server's clock tells days: it need not read
        the headers of years.
        """
        ...

    async def find_header(self, name: str, value: str) -> Sequence[int]:
        """UIDs of the open folder, ascending, whose header `name` holds `value`, both ASCII."""
        ...

    async def search_bodies(
        self,
        text: str,
        uids: tuple[int, int],
        *,
        since: date | None = None,
        before: date | None = None,
    ) -> Sequence[int]:
        """UIDs, ascending, of messages of the open folder with `text` in their bodies.

        Case does not count, and a part of a word suffices. Looked at are the UIDs from the first
        to the last of `uids`, received since one day and before another one, both as the server's
        clock tells days.
        """
        ...

    async def wait_for_change(self, timeout_s: float) -> bool:
        """IDLE on the open folder (NOOP polling without it); True when something changed."""
        ...

    async def keep_alive(self) -> None:
        """NOOP."""
        ...

    async def close(self) -> None:
        """LOGOUT when the line still answers, then close; never raises, never lingers."""
        ...


class MailServerConnector(Protocol):
    """Opens IMAP connections.

    Attributes:
        on_alert: hears what a server asks to be shown (RFC 3501 §7.1, ALERT), once it is trusted.
    """

    on_alert: OnAlert

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        """Resolve, connect, encrypt, log in.

        `on_step` hears NAME, TLS and LOGIN, each once it succeeded.

        Raises:
            ConnectionProblem: name, line, TLS or greeting.
            LoginRefused: password or token; the caller fetches a token anew once.
        """
        ...
