"""The three files of a store, and how they are written: private, and whole or not at all."""

import errno
import fcntl
import os
import re
import secrets
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tui_mailer.backend.store.failures import NO_ROOM, NoLocks
from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import StoreInUse

# A share whose server keeps no locks (flock(2), fcntl(2)).
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
# What opening a store writes at the least: the index of its WAL.
_LITTLE_ROOM_BYTES: Final = 65_536
_HOLDER: Final = re.compile(r"(\d{1,10}) (\S{1,255})")
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
    def unfinished_key(self) -> Path:
        """The key of a store that is being made: nothing was kept in it yet."""
        return self.directory / f"{self.stem}.key-new"

    @property
    def lock(self) -> Path:
        """Held by the running instance, and says which one that is."""
        return self.directory / f"{self.stem}.lock"

    @property
    def parts(self) -> tuple[Path, Path, Path]:
        """The encrypted file, and the two that SQLite keeps beside it."""
        file = self.database
        return file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")

    @property
    def is_emptied(self) -> bool:
        """True without a byte in the encrypted file; SQLite would drop its WAL, unread."""
        try:
            return self.database.stat().st_size == 0
        except FileNotFoundError:
            return True

    def set_aside(self) -> str:
        """Give all of it another name, its key last; the new stem."""
        stem = f"{self.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
        aside = StoreFiles(self.directory, stem)
        for old, new in zip((*self.parts, self.key), (*aside.parts, aside.key), strict=True):
            with suppress(FileNotFoundError):
                old.rename(new)
        _sync_directory(self.directory)
        return stem

    def finish(self) -> None:
        """The store is made, and from now on something may be kept in it."""
        self.unfinished_key.rename(self.key)
        _sync_directory(self.directory)

    def discard(self) -> None:
        """Remove a store that was not finished, its key last; any other one stays."""
        if not self.unfinished_key.exists():
            return
        for file in (*self.parts, self.unfinished_key):
            file.unlink(missing_ok=True)

    def has_room(self) -> bool:
        """False when the disk takes no more: SQLite's own word may be a general one."""
        try:
            descriptor, name = tempfile.mkstemp(dir=self.directory)
        except OSError as error:
            return error.errno not in NO_ROOM
        try:
            return os.write(descriptor, bytes(_LITTLE_ROOM_BYTES)) == _LITTLE_ROOM_BYTES
        except OSError as error:
            return error.errno not in NO_ROOM
        finally:
            os.close(descriptor)
            Path(name).unlink(missing_ok=True)

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
            NoLocks: the directory has none.
        """
        self._descriptor = os.open(file, _flags(os.O_RDWR | os.O_CREAT), _FILE_MODE)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read_holder(self._descriptor)
            self.release()
            raise StoreInUse(subject=holder) from error
        except OSError as error:
            self.release()
            if error.errno in _NO_LOCKS:
                raise NoLocks(subject=str(file.parent)) from error
            raise
        _write_holder(self._descriptor)

    def release(self) -> None:
        """Let another instance open the store; twice is once."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _write_holder(descriptor: int) -> None:
    with suppress(OSError):  # a full disk: then it says nothing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}".encode(), 0)


def _read_holder(descriptor: int) -> str:
    """The process that holds a lock, in French; "" when it does not say."""
    found = _HOLDER.fullmatch(os.pread(descriptor, 400, 0).decode("utf-8", "replace"))
    if found is None:
        return ""
    number, host = found.groups()
    elsewhere = "" if host == socket.gethostname() else f" du poste {host}"
    return f"processus {number}{elsewhere}"


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
