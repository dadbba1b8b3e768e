"""A program in a terminal of 120 x 40 whose every byte is timed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

_COLUMNS, _LINES = 120, 40
_READ_BYTES = 1 << 20


class NeverShown(RuntimeError):
    """The program did not write what was waited for."""


class Screen:
    """One run of a program, from `started_s` on; killed on leaving."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
        os.set_blocking(ours, False)
        self._terminal = ours
        self._picture = pyte.Screen(_COLUMNS, _LINES)
        self._stream = pyte.ByteStream(self._picture)
        self._read_s = 0.0
        self.written_bytes = 0
        self.started_s = time.perf_counter()
        self._process = subprocess.Popen(
            list(argv),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def press(self, keys: str) -> float:
        """Send keys; when."""
        pressed_s = time.perf_counter()
        os.write(self._terminal, keys.encode())
        return pressed_s

    def until(self, pattern: re.Pattern[str], timeout_s: float) -> float:
        """Wait for what the terminal shows; when its last byte came.

        Raises:
            NeverShown: not within `timeout_s`, or the program ended.
        """
        ends_s = time.perf_counter() + timeout_s
        while not pattern.search(self._shown):
            left_s = ends_s - time.perf_counter()
            if left_s <= 0 or not self._read(left_s):
                raise NeverShown(f"{pattern.pattern!r} in\n{self._shown}")
        return self._read_s

    @property
    def _shown(self) -> str:
        return "\n".join(self._picture.display)

    def settle(self, quiet_s: float, timeout_s: float = 30) -> float | None:
        """Wait until nothing was written for `quiet_s`; when the first byte came, if any did."""
        first_s: float | None = None
        ends_s = time.perf_counter() + timeout_s
        while time.perf_counter() < ends_s and self._read(quiet_s):
            first_s = first_s or time.perf_counter()
        return first_s

    def ends(self, timeout_s: float) -> None:
        """Wait for the program's end.

        Raises:
            NeverShown: it goes on.
        """
        ends_s = time.perf_counter() + timeout_s
        while self._process.poll() is None:
            self._read(0.02)
            if time.perf_counter() > ends_s:
                raise NeverShown(f"the end, after\n{self._shown}")

    def memory_bytes(self, *, peak: bool) -> int:
        """Resident size now, or the largest so far; with that of its children."""
        return sum(_memory_bytes(pid, peak=peak) for pid in _family(self._process.pid))

    def _read(self, timeout_s: float) -> bool:
        if not select.select([self._terminal], [], [], timeout_s)[0]:
            return False
        self._read_s = time.perf_counter()
        chunks = list(self._waiting())
        # Only now: to draw takes longer than to read, and nobody is to be kept waiting.
        self._stream.feed(b"".join(chunks))
        self.written_bytes += sum(map(len, chunks))
        return bool(chunks)

    def _waiting(self) -> Iterator[bytes]:
        """All that can be read at once; nothing once the program has ended."""
        with suppress(OSError):
            while chunk := os.read(self._terminal, _READ_BYTES):
                yield chunk


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _memory_bytes(pid: int, *, peak: bool) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(rf"{'VmHWM' if peak else 'VmRSS'}:\s+(\d+) kB", status)
    return int(match[1]) * 1024 if match else 0
