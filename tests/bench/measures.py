"""One round of measuring: each client, the bare socket, and the event loop."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.people import COLLEAGUE
from servers.practice import RealServers

from bench import figures as f
from bench.contenders import Contender, Login, NeoMutt, Ours
from bench.corpus import ROW
from bench.pty_screen import Screen
from bench.raw_line import ITEMS, RawImap, send
from bench.thin_line import Servers, thin_line

_TIMEOUT_S = 900.0
_PAGE_ROWS = 38
_THIN_BITS_PER_S = 100e6
_UP_TO_DATE = re.compile("à jour")
_QUIET_S, _KEY_QUIET_S = 1.0, 0.08


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds, keys in each run, bytes of the large message, idle time.

    Attributes:
        launches: of each of two mailboxes, in turns: the machine's speed changes by the minute.
    """

    repeats: int = 5
    keys: int = 40
    large_bytes: int = 20_000_000
    idle_s: float = 5.0
    launches: int = 15


class Round:
    """Measures into `found`; each round begins with empty homes."""

    def __init__(
        self, servers: RealServers, found: f.Figures, attachment: Path, effort: Effort
    ) -> None:
        self._servers = servers
        self._found = found
        self._attachment = attachment
        self._effort = effort

    def contender(self, who: Contender) -> None:
        """Start it twice: with nothing held, and again."""
        with _home() as home:
            who.prepare(home, self._servers)
            self._first_run(who, home)
            self._next_run(who, home)
            if isinstance(who, NeoMutt):
                self._send_by_command(who, home)
        self._servers.empty(COLLEAGUE.address)

    def _first_run(self, who: Contender, home: Path) -> None:
        with Screen(who.argv(home), who.environment(home)) as screen:
            login = who.log_in(screen, first=True)
            shown_s = screen.until(ROW, _TIMEOUT_S)
            waited_s = login.answered_s - login.asked_s
            self._note(f.LAUNCH_COLD, who, shown_s - screen.started_s - waited_s)
            if waited_s:
                self._note(f.FIRST_PAGE, who, shown_s - login.answered_s)
            self._note_all_headers(f.FULL_SYNC, who, screen, login, shown_s)
            screen.settle(_QUIET_S)
            self._note(f.PEAK_FIRST, who, screen.memory_bytes(peak=True))
            screen.press(who.quit)
            screen.ends(_TIMEOUT_S)

    def _note_all_headers(
        self, quantity: f.Quantity, who: Contender, screen: Screen, login: Login, shown_s: float
    ) -> None:
        if isinstance(who, Ours):
            self._note(quantity, who, screen.until(_UP_TO_DATE, _TIMEOUT_S) - login.answered_s)
        if isinstance(who, NeoMutt):  # it shows the list once it has every header
            self._note(quantity, who, shown_s - screen.started_s)

    def _next_run(self, who: Contender, home: Path) -> None:
        with Screen(who.argv(home), who.environment(home)) as screen:
            login = who.log_in(screen, first=False)
            shown_s = screen.until(ROW, _TIMEOUT_S)
            waited_s = login.answered_s - login.asked_s
            self._note(f.LAUNCH_WARM, who, shown_s - screen.started_s - waited_s)
            if isinstance(who, Ours):
                screen.until(_UP_TO_DATE, _TIMEOUT_S)
            screen.settle(_QUIET_S)
            self._press_keys(who, screen)
            self._note(f.PEAK_AGAIN, who, screen.memory_bytes(peak=True))
            self._note(f.AT_REST, who, screen.memory_bytes(peak=False))
            screen.press(who.quit)
            screen.ends(_TIMEOUT_S)

    def _press_keys(self, who: Contender, screen: Screen) -> None:
        latencies = self._press(f.KEY_BYTES, who, screen, who.down, min(self._effort.keys, 30))
        latencies += self._press(f.PAGE_BYTES, who, screen, who.page_down, self._effort.keys // 4)
        self._note(f.LATENCY_P50, who, f.percentile(latencies, 0.5))
        self._note(f.LATENCY_P95, who, f.percentile(latencies, 0.95))
        screen.settle(_QUIET_S)
        before_bytes = screen.written_bytes
        screen.settle(self._effort.idle_s, timeout_s=self._effort.idle_s)
        self._note(f.IDLE_BYTES, who, screen.written_bytes - before_bytes)

    def _press(
        self, quantity: f.Quantity, who: Contender, screen: Screen, key: str, times: int
    ) -> list[float]:
        latencies: list[float] = []
        before_bytes = screen.written_bytes
        for _ in range(times):
            pressed_s = screen.press(key)
            first_s = screen.settle(_KEY_QUIET_S)
            if first_s is not None:
                latencies.append(first_s - pressed_s)
        self._note(quantity, who, (screen.written_bytes - before_bytes) / times)
        return latencies

    def _send_by_command(self, who: NeoMutt, home: Path) -> None:
        argv = who.send_argv(home, self._attachment, COLLEAGUE.address)
        environment = {**who.environment(home), "PATH": "/usr/bin:/bin"}
        began_s = time.perf_counter()
        subprocess.run(
            argv,
            input=b"Bonjour\n",
            env=environment,
            check=True,
            capture_output=True,
            timeout=_TIMEOUT_S,
        )
        self._note(f.SEND_LARGE, who, time.perf_counter() - began_s)

    def launches_in_turns(self, who: Contender, small: Servers) -> None:
        """Launch it on this mailbox and on a `small` one, again and again, both opened before."""
        with _home() as home, _home() as small_home:
            for place, servers in ((home, self._servers), (small_home, small)):
                who.prepare(place, servers)
                self._launched_s(who, place, first=True)
            for _ in range(self._effort.launches):
                taken_s = self._launched_s(who, home, first=False)
                self._note(f.LAUNCH_IN_TURNS, who, taken_s)
                taken_s = self._launched_s(who, small_home, first=False)
                self._note(f.LAUNCH_SMALL, who, taken_s)

    def _launched_s(self, who: Contender, home: Path, *, first: bool) -> float:
        """Launch it, let it come up to date and leave it; the seconds until its list was there."""
        with Screen(who.argv(home), who.environment(home)) as screen:
            login = who.log_in(screen, first=first)
            shown_s = screen.until(ROW, _TIMEOUT_S)
            screen.until(_UP_TO_DATE, _TIMEOUT_S)
            screen.press(who.quit)
            screen.ends(_TIMEOUT_S)
        return shown_s - login.answered_s

    def over_thin_line(self, who: Contender) -> None:
        """Once more with nothing held, where the line is the limit."""
        with thin_line(self._servers, _THIN_BITS_PER_S) as servers, _home() as home:
            who.prepare(home, servers)
            with Screen(who.argv(home), who.environment(home)) as screen:
                login = who.log_in(screen, first=True)
                shown_s = screen.until(ROW, _TIMEOUT_S)
                self._note_all_headers(f.FULL_SYNC_THIN, who, screen, login, shown_s)
                screen.press(who.quit)
                screen.ends(_TIMEOUT_S)

    def bare_socket_over_thin_line(self) -> None:
        """All headers, not looked at."""
        with thin_line(self._servers, _THIN_BITS_PER_S) as servers:
            began_s = time.perf_counter()
            with RawImap(servers) as imap:
                imap.run(b"SELECT INBOX")
                imap.run(b"UID FETCH 1:* " + ITEMS)
            self._note_socket(f.FULL_SYNC_THIN, began_s)

    def bare_socket(self, raw: bytes) -> None:
        """The same bytes, not looked at."""
        count = self._found.message_count
        began_s = time.perf_counter()
        with RawImap(self._servers) as imap:
            imap.run(b"SELECT INBOX")
            imap.run(b"FETCH %d:* " % max(1, count - _PAGE_ROWS + 1) + ITEMS)
        self._note_socket(f.FIRST_PAGE, began_s)
        began_s = time.perf_counter()
        with RawImap(self._servers) as imap:
            imap.run(b"SELECT INBOX")
            imap.run(b"UID FETCH 1:* " + ITEMS)
            self._note_socket(f.FULL_SYNC, began_s)
            began_s = time.perf_counter()
            imap.run(b"SELECT INBOX")
            imap.run(b"UID FETCH 1:* (FLAGS) (CHANGEDSINCE 999999999)")
            self._note_socket(f.NO_CHANGE, began_s)
            imap.run(b"SELECT Archives")
            began_s = time.perf_counter()
            imap.run(b"FETCH * (BODY.PEEK[])")
            self._note_socket(f.FETCH_LARGE, began_s)
        began_s = time.perf_counter()
        send(self._servers, raw)
        self._note_socket(f.SEND_LARGE, began_s)
        self._servers.empty(COLLEAGUE.address)

    def inside(self, who: Ours) -> None:
        """The event loop of this program, in a process of its own."""
        with _home() as home:
            who.prepare(home, self._servers)
            places = (home / "reglages.toml", home / "store", self._attachment)
            done = subprocess.run(
                [sys.executable, "-m", "bench.inside", *map(str, places), COLLEAGUE.address],
                capture_output=True,
                timeout=_TIMEOUT_S,
                cwd=Path(__file__).parents[1],
                check=False,
            )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace")[-4000:])
        taken: dict[str, float] = json.loads(done.stdout)
        for quantity, name in _INSIDE.items():
            self._note(quantity, who, taken[name])
        self._servers.empty(COLLEAGUE.address)

    def _note(self, quantity: f.Quantity, who: Contender, value: float) -> None:
        self._found.note(quantity, who.name, value)

    def _note_socket(self, quantity: f.Quantity, began_s: float) -> None:
        self._found.note(quantity, f.SOCKET, time.perf_counter() - began_s)


_INSIDE = {
    f.SEARCH: "search",
    f.SEARCH_PATIENT: "search for a patient",
    f.FOLLOW_UP: "follow up",
    f.NO_CHANGE: "no change",
    f.FETCH_LARGE: "fetch",
    f.SEND_LARGE: "send",
    f.GAP_FIRST: "first page gap",
    f.GAP_SYNC: "first synchronisation gap",
    f.OURS_SYNC: "first synchronisation gap of ours",
    f.WORK_SYNC: "first synchronisation work",
    f.GAP_FOLLOW_UP: "follow up gap",
    f.MARK: "mark",
    f.MARK_MOST: "mark at most",
    f.GAP_NO_CHANGE: "no change gap",
    f.GAP_FETCH: "fetch gap",
    f.GAP_SEND: "send gap",
    f.GAP_COPY: "copy gap",
    f.WORK_COPY: "copy work",
}


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        yield Path(home)
