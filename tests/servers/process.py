"""A daemon in the foreground that dies with the tests, whatever way they end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from servers.guard import Guard
from servers.ports import LOOPBACK
from servers.programs import ServersUnavailable

_START_S = 15.0
_STOP_S = 5.0
_POLL_S = 0.02


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float) -> None:
    """Wait for `condition`, looking often.

    Raises:
        TimeoutError: it is still false after `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s} s")
        time.sleep(_POLL_S)


class Daemon:
    """One server process and all that it forks, in a session of their own."""

    def __init__(self, name: str, argv: Sequence[str], banner_port: int, output: Path) -> None:
        self._name = name
        self._banner_port = banner_port
        self._output = output
        with output.open("ab") as sink:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        self._guard = Guard('kill -s TERM -- "-$1"', str(self.session))

    @property
    def session(self) -> int:
        """The id of the session that every process of this server belongs to."""
        return self._process.pid

    def wait_ready(self) -> None:
        """Wait until the server greets on its port.

        Raises:
            ServersUnavailable: it ended, or did not greet in time; its output is in the message.
        """
        try:
            wait_until(self._greets_or_ended, f"greeting of {self._name}", _START_S)
        except TimeoutError as error:
            raise ServersUnavailable(f"{error}\n{self._said()}") from error
        if self._process.poll() is not None:
            raise ServersUnavailable(f"{self._name} ended at once.\n{self._said()}")

    def stop(self) -> None:
        """End the server and everything that it started, and wait for that."""
        self._guard.dismiss()
        _signal(-self.session, signal.SIGTERM)
        try:
            self._process.wait(_STOP_S)
            wait_until(lambda: not session_members(self.session), self._name, _STOP_S)
        except (subprocess.TimeoutExpired, TimeoutError):
            for pid in session_members(self.session):
                _signal(pid, signal.SIGKILL)
            self._process.wait()

    def _greets_or_ended(self) -> bool:
        if self._process.poll() is not None:
            return True
        try:
            with socket.create_connection((LOOPBACK, self._banner_port), timeout=2) as connection:
                return connection.recv(1) != b""
        except OSError:
            return False

    def _said(self) -> str:
        return self._output.read_text(errors="replace")[-2000:]


def session_members(session: int) -> list[int]:
    """The processes that are alive in this session."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _session(entry) == session]


def _session(entry: Path) -> int | None:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None  # it ended while we looked
    state, _parent, _group, session = fields[:4]
    return None if state == "Z" else int(session)


def _signal(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process, or to the group `-pid`, unless it has ended by itself."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
