"""The installed program in a terminal of its own: what it writes there, byte for byte."""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pyte
import pytest

Size = tuple[int, int]
"""Columns and lines."""
_USUAL: Size = (100, 30)


class PtyProgram:
    """A running program; `written` is all that it has sent to its terminal, in bytes."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int, size: Size) -> None:
        self.process = process
        self.written = b""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._terminal = terminal

    def press(self, keys: str) -> None:
        """Send the bytes of keys; "\\udce9" is the byte 0xE9 alone (PEP 383)."""
        os.write(self._terminal, keys.encode(errors="surrogateescape"))

    def collect(self) -> None:
        """Take what the program has written since."""
        while True:
            try:
                chunk = os.read(self._terminal, 65_536)
            except (BlockingIOError, OSError):
                return
            if not chunk:
                return
            self.written += chunk
            self._stream.feed(chunk)

    @property
    def picture(self) -> str:
        """What the terminal shows, line by line."""
        return "\n".join(self._screen.display)

    @property
    def modes(self) -> list[Any]:
        """How the terminal is set, as termios says it."""
        return termios.tcgetattr(self._terminal)

    async def shows(self, text: str, timeout_s: float = 30) -> None:
        """Wait until `text` stands on the terminal."""
        try:
            async with asyncio.timeout(timeout_s):
                while text not in self.picture:
                    self.collect()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"never shown: {text}\n{self.picture}")

    async def settles(self, quiet_s: float = 0.25) -> int:
        """Wait until nothing was written for `quiet_s`; the number of bytes written meanwhile."""
        before = count = len(self.written)
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < quiet_s:
            await asyncio.sleep(0.02)
            self.collect()
            if len(self.written) != count:
                count, quiet_since = len(self.written), time.monotonic()
        return count - before

    def hang_up(self) -> None:
        """Take the terminal away."""
        if self._terminal >= 0:
            os.close(self._terminal)
            self._terminal = -1

    async def ends(self, timeout_s: float = 20) -> int:
        """Wait for the end; the exit status, negative for a signal."""
        async with asyncio.timeout(timeout_s):
            while self.process.poll() is None:
                self.collect()
                await asyncio.sleep(0.02)
        self.collect()
        return self.process.returncode


def _own_terminal() -> None:
    """Be told when the terminal is gone, as under SSH."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@asynccontextmanager
async def running(
    home: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    size: Size = _USUAL,
    signalled: bool = True,
) -> AsyncIterator[PtyProgram]:
    """Start ``tui-mailer`` in a terminal of 100 x 30 or of `size`, with every XDG directory below `home`.

    `signalled`: the terminal's end is told by SIGHUP too; False is as below a program that keeps it.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *reversed(size), 0, 0))
    os.set_blocking(ours, False)
    places = {
        f"XDG_{name}_HOME": str(home / name.lower())
        for name in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    process = subprocess.Popen(  # noqa: ASYNC220  (it has a terminal for pipes, read without blocking)
        [sys.executable, "-m", "tui_mailer", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_own_terminal if signalled else None,
        env={**os.environ, "TERM": "xterm-256color", **places, **(environment or {})},
    )
    os.close(theirs)
    program = PtyProgram(process, ours, size)
    try:
        yield program
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        program.hang_up()
