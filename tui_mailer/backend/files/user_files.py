"""Port `Files` over the file system. Nothing here follows a link that somebody else set."""

import mimetypes
import os
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from tui_mailer.domain.draft import FileAttachment
from tui_mailer.domain.errors import AttachmentChanged, AttachmentNotSaved, AttachmentUnreadable
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.mime.previews import HEAD_BYTES, true_type
from tui_mailer.mime.save_names import save_name

_UNKNOWN_TYPE: Final = "application/octet-stream"
_PRIVATE: Final = 0o600
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class UserFiles:
    """Reads what the user attaches, and writes what the user saves."""

    def describe(self, path: Path) -> FileAttachment:
        """Name, type by its content, else by its ending, and size in bytes of a file to attach.

        Raises:
            AttachmentUnreadable: absent, no ordinary file, or not readable.
        """
        try:
            found = path.stat()
            is_file = stat.S_ISREG(found.st_mode)
            head = _head(path) if is_file else b""
        except (OSError, ValueError) as error:
            raise AttachmentUnreadable(subject=path.name) from error
        if not is_file:
            raise AttachmentUnreadable(subject=path.name)
        guessed, encoding = mimetypes.guess_type(path.name)
        claimed = _UNKNOWN_TYPE if encoding else guessed or _UNKNOWN_TYPE
        return FileAttachment(
            path=path.absolute(),
            name=str(safe_line(path.name)),
            media_type=true_type(claimed, head),
            size_bytes=found.st_size,
            stamp=_stamp(found),
        )

    def read(self, path: Path, stamp: str = "") -> bytes:
        """The file's bytes.

        Raises:
            AttachmentUnreadable: it vanished since it was attached, or may not be read.
            AttachmentChanged: `stamp`, when given, is that of another content.
        """
        try:
            # A pipe or a device put at its place since must neither block nor never end.
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                found = os.fstat(file.fileno())
                if stat.S_ISREG(found.st_mode):
                    # Before, as it may have grown beyond all bounds; and afterwards, as it may have
                    # been written while it was read.
                    content = file.read() if _is_of(stamp, found) else b""
                    if not _is_of(stamp, found) or not _is_of(stamp, os.fstat(file.fileno())):
                        raise AttachmentChanged(subject=path.name)
                    return content
        except (OSError, ValueError) as error:
            raise AttachmentUnreadable(subject=path.name) from error
        raise AttachmentUnreadable(subject=path.name)

    def save(self, directory: Path, name: str, content: bytes) -> Path:
        """Write `content` inside `directory`, readable by its owner alone.

        The name is made safe; where it is taken, a number is added: nothing is written over.

        Raises:
            AttachmentNotSaved: no such directory, no right to write, or no room.
        """
        try:
            place = directory.expanduser().resolve(strict=True)
            descriptor, path = _create(place, save_name(name))
        except (OSError, ValueError, RuntimeError) as error:
            raise AttachmentNotSaved(subject=str(directory)) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with suppress(OSError):  # the disk itself may be gone
                path.unlink(missing_ok=True)
            raise AttachmentNotSaved(subject=path.name) from error
        return path


def _head(path: Path) -> bytes:
    # A pipe put at its place since must not block.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        return file.read(HEAD_BYTES)


def _create(directory: Path, name: str) -> tuple[int, Path]:
    """A new file under `name`, or under its first numbered form that is free."""
    wanted = Path(name)
    for number in count(1):
        shown = name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}"
        path = directory / shown
        try:
            return os.open(path, _CREATE, _PRIVATE), path
        except FileExistsError:
            continue
    raise AssertionError  # count never ends


def _is_of(stamp: str, found: os.stat_result) -> bool:
    """True for none, and for one that an earlier version made, without the last of its times."""
    now = _stamp(found)
    return stamp in {"", now, now.rpartition(".")[0]}


def _stamp(found: os.stat_result) -> str:
    """Changes with the content of a file, and when another file takes its name."""
    # A program may put the time of the content back, not that of the change.
    return f"{found.st_ino}.{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}"
