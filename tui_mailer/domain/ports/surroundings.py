"""What is around the program: other programs, the user's files, the settings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tui_mailer.domain.account import Account
from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.draft import (
    FileAttachment,
)


class Calls(Protocol):
    """Carries what the practice's software asks to the program that is already open."""

    async def listen(self, account: Account, on_call: Callable[[WriteCall], None]) -> None:
        """Hear the calls for `account`, until cancelled.

        Returns at once where that cannot be. Whoever listens holds the account's store: one
        program at a time.
        """
        ...

    async def hand_over(self, account: Account, call: WriteCall) -> bool:
        """True once the open program has taken the call; False when there is none that answers."""
        ...


class Files(Protocol):
    """The user's own files: what is attached, and where attachments are saved. Blocking."""

    def describe(self, path: Path) -> FileAttachment:
        """Name, type and size of a file to attach.

        Raises:
            AttachmentUnreadable: absent, not a file, or not readable.
        """
        ...

    def read(self, path: Path, stamp: str = "") -> bytes:
        """The file's bytes.

        Raises:
            AttachmentUnreadable: it vanished or may not be read.
            AttachmentChanged: `stamp`, when given, is that of another content.
        """
        ...

    def save(self, directory: Path, name: str, content: bytes) -> Path:
        """Write inside `directory` under a safe form of `name`; never overwrites.

        Raises:
            AttachmentNotSaved: no such directory, no right to write, or no room.
        """
        ...


class AccountBook(Protocol):
    """The accounts of the settings file. Blocking."""

    def accounts(self) -> Sequence[Account]:
        """All accounts, the usual one first.

        Raises:
            SettingsInvalid: a line cannot be used.
        """
        ...

    def save(self, account: Account) -> None:
        """Add the account, or replace the one with its address.

        Raises:
            SettingsInvalid: the file cannot be used any more, and is left as it is.
            SettingsNotSaved: no right or no room; the file is as it was.
        """
        ...
