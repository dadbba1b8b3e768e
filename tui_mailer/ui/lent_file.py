"""The file that is lent to the user's editor: private, and gone afterwards.

It lies where the session keeps what is its own (``XDG_RUNTIME_DIR``, in memory only), else among the
temporary files. What a program left behind that was killed is removed by a later one.
"""

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

_PREFIX: Final = "tui-mailer-message-"
_NAME: Final = "message.txt"
# What nano writes when its terminal is gone.
_NAMES: Final = (_NAME, f"{_NAME}.save")
_Stamp = tuple[int, int, int]


class LentFile:
    """A text in a file that somebody else writes.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known = self._seen = self._newest()

    def text(self) -> str:
        """What it holds now.

        Raises:
            OSError: it is gone, or may not be read.
        """
        return self.path.read_text(encoding="utf-8", errors="replace")

    def saved(self, *, at_once: bool = False) -> str | None:
        """What was saved since it was last told, None for nothing.

        `at_once`: though it may still be being written; else it has not changed since the last look.
        """
        found, before = self._newest(), self._seen
        self._seen = found
        if found is None or found == self._known or not (at_once or found == before):
            return None
        with suppress(OSError):
            text = found[1].read_text(encoding="utf-8", errors="replace")
            self._known = found
            return text
        return None

    def _newest(self) -> tuple[_Stamp, Path] | None:
        found = []
        for name in _NAMES:
            path = self.path.with_name(name)
            with suppress(OSError):
                seen = path.stat()
                found.append(((seen.st_mtime_ns, seen.st_size, seen.st_ino), path))
        return max(found, default=None)


@contextmanager
def lent(text: str) -> Iterator[LentFile]:
    """A file that holds `text`, readable by its owner alone, as its directory is.

    Raises:
        OSError: there is no room, or no right.
    """
    with TemporaryDirectory(prefix=_PREFIX, dir=_place()) as name:
        directory = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path = Path(name) / _NAME
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
            yield LentFile(path)
        finally:
            os.close(directory)


def clear_up() -> None:
    """Remove what nobody uses any more. Blocking."""
    for place in {_place(), Path(gettempdir())}:
        with suppress(OSError):
            for directory in place.glob(f"{_PREFIX}*"):
                _remove_unused(directory)


def _remove_unused(directory: Path) -> None:
    # Never through a link that somebody left under this name.
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_uid == os.getuid():
            shutil.rmtree(directory, ignore_errors=True)
    except OSError:
        return  # in use
    finally:
        os.close(descriptor)


def _place() -> Path:
    own = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    with suppress(OSError):
        found = own.stat()
        is_private = found.st_uid == os.getuid() and not found.st_mode & 0o077
        if own.is_absolute() and stat.S_ISDIR(found.st_mode) and is_private:
            return own
    return Path(gettempdir())
