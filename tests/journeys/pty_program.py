"""The installed program in a terminal of its own: what it writes there, byte for byte."""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest


class PtyProgram:
    """A running program; `written` is all that it has sent to its terminal."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self.process = process
        self.written = b""
        self._terminal = terminal

    def press(self, keys: str) -> None:
        """Send the bytes of keys."""
        os.write(self._terminal, keys.encode())

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

    async def shows(self, text: str, timeout_s: float = 30) -> None:
        """Wait until `text` was written."""
        try:
            async with asyncio.timeout(timeout_s):
                while text.encode() not in self.written:
                    self.collect()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pytest.fail(f"never written: {text}\n{self.written[-3000:]!r}")

    async def ends(self, timeout_s: float = 20) -> int:
        """Wait for the end; the exit status, negative for a signal."""
        async with asyncio.timeout(timeout_s):
            while self.process.poll() is None:
                self.collect()
                await asyncio.sleep(0.02)
        self.collect()
        return self.process.returncode


@asynccontextmanager
async def running(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[PtyProgram]:
    """Start ``tui-mailer`` at 100 x 30 with every XDG directory below `home`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
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
        env={**os.environ, "TERM": "xterm-256color", **places, **(environment or {})},
    )
    os.close(theirs)
    program = PtyProgram(process, ours)
    try:
        yield program
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
