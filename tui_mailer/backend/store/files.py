"""The three files of a store, and how they are written: private, and whole or not at all."""

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import StoreInUse

_FILE_MODE: Final = 0o600
_DIRECTORY_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class StoreFiles:
    """The places of one account's store. Names say nothing of whose it is to a passer-by."""

    directory: Path
    stem: str

    @classmethod
    def of(cls, directory: Path, account: Account) -> "StoreFiles":
        """The files of `account` within `directory`."""
        return cls(directory, account.file_stem[:32])

    @property
    def database(self) -> Path:
        """The encrypted file."""
        return self.directory / f"{self.stem}.db"

    @property
    def key(self) -> Path:
        """The wrapped content key."""
        return self.directory / f"{self.stem}.key"

    @property
    def lock(self) -> Path:
        """Held by the running instance; its content means nothing."""
        return self.directory / f"{self.stem}.lock"

    def make_directory(self) -> None:
        """Make the directory, or make it private."""
        self.directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        self.directory.chmod(_DIRECTORY_MODE)

    def make_database(self) -> None:
        """Make the encrypted file private before SQLite opens it; its WAL takes the same mode."""
        descriptor = os.open(self.database, _flags(os.O_RDWR | os.O_CREAT), _FILE_MODE)
        try:
            os.fchmod(descriptor, _FILE_MODE)
        finally:
            os.close(descriptor)
        _sync_directory(self.directory)


class InstanceLock:
    """Held while a store is open; the system lets go when the process dies, however it dies."""

    def __init__(self, file: Path) -> None:
        """Take the lock.

        Raises:
            StoreInUse: another instance holds it.
        """
        self._descriptor = os.open(file, _flags(os.O_RDWR | os.O_CREAT), _FILE_MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise StoreInUse from error

    def release(self) -> None:
        """Let another instance open the store; twice is once."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def write_new(file: Path, content: bytes) -> None:
    """Make `file` with `content`, both on the disk on return.

    Raises:
        FileExistsError: `file` is there; it is left as it is.
    """
    _write(file, content, replacing=False)


def write_over(file: Path, content: bytes) -> None:
    """Replace `file`: after a crash it is the old one or the new one, whole."""
    _write(file, content, replacing=True)


def _write(file: Path, content: bytes, *, replacing: bool) -> None:
    temporary = file.with_name(f"{file.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(temporary, _flags(os.O_WRONLY | os.O_CREAT | os.O_EXCL), _FILE_MODE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if replacing:
            temporary.replace(file)
        else:
            file.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_directory(file.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flags(flags: int) -> int:
    # Never through a link that someone left in its place.
    return flags | os.O_NOFOLLOW
