"""A disk that can be full: a small one of its own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A file system in memory, mounted at `directory`."""

    directory: Path

    @property
    def _ballast(self) -> Path:
        return self.directory / "ballast"

    def fill(self, *, but: int = 0) -> None:
        """Leave no byte, or about `but` of them."""
        if but:
            found = os.statvfs(self.directory)
            free_bytes = found.f_bavail * found.f_frsize
            self._ballast.write_bytes(bytes(max(0, free_bytes - but)))
            return
        try:
            with self._ballast.open("ab", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(4_096))
        except OSError:
            return

    def make_room(self) -> None:
        """Somebody has tidied up."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def mounted(directory: Path, size_bytes: int) -> Iterator[SmallDisk]:
    """A disk of `size_bytes`; needs root, as Dovecot and Postfix do."""
    directory.mkdir()
    options = f"size={size_bytes}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], check=True)
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "--lazy", directory], check=True)
