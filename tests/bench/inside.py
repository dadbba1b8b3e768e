"""The program without a terminal, with a heartbeat in its event loop.

``python -m bench.inside SETTINGS STORE ATTACHMENT RECIPIENT`` writes one JSON object: seconds by
name, the largest gaps among them.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import median

from tui_mailer.bootstrap import make_session
from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.events import BodyArrived, Connectivity, Event, OutgoingChanged
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import FolderView, SearchView
from tui_mailer.domain.search import parse
from tui_mailer.engine.engine import Engine, utc_now
from tui_mailer.memory import screen_stands
from tui_mailer.settings.model import Places
from tui_mailer.settings.reader import load
from tui_mailer.threads import take_short_turns
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.login import LoginScreen
from tui_mailer.ui.widgets.message_list import MessageList

_BEAT_S = 0.005
# A look costs the loop some 50 µs: at what takes seconds, it looks less often.
_LOOK_S = 0.002
_LOOK_AT_LONG_S = 0.02
_TIMEOUT_S = 900.0
_BETWEEN_MARKS_S = 0.7
_SEARCHED = ("d", "dos", "dossier", "dossier 000", "dossier 000123", "objet:dossier", "de:a")
_PATIENTS_SEARCHED = ("patient:1", "patient:27", "patient:279", "patient:2790351")


class Heartbeat:
    """Notes how long the event loop answered to nobody, and how long of it for its own work.

    The rest of a gap it waited for another thread, or for a processor: the servers use them too.
    """

    def __init__(self) -> None:
        self._schedstat = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.begin()

    def begin(self) -> None:
        """Forget what was noted."""
        self.largest_gap_s = self.most_work_s = self.largest_gap_of_ours_s = 0.0

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            before_s, worked_s, waited_s = self._clocks()
            await asyncio.sleep(_BEAT_S)
            now_s, work_s, wait_s = self._clocks()
            gap_s = now_s - before_s - _BEAT_S
            self.largest_gap_s = max(self.largest_gap_s, gap_s)
            self.largest_gap_of_ours_s = max(
                self.largest_gap_of_ours_s, gap_s - (wait_s - waited_s)
            )
            self.most_work_s = max(self.most_work_s, work_s - worked_s)

    def _clocks(self) -> tuple[float, float, float]:
        """The time; how long this thread worked; how long it was ready, and no processor free for it."""
        waited_ns = int(os.pread(self._schedstat, 100, 0).split()[1])  # Linux, sched-stats
        return time.perf_counter(), time.thread_time(), waited_ns / 1e9


class Stopwatch:
    """Takes the time and the largest gap of one step after the other."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        self._heartbeat = heartbeat
        self.found: dict[str, float] = {}

    async def take(self, name: str, done: Callable[[], bool], look_s: float = _LOOK_S) -> None:
        """From now until `done`, to within `look_s`."""
        began_s = time.perf_counter()
        self._heartbeat.begin()
        async with asyncio.timeout(_TIMEOUT_S):
            while not done():
                await asyncio.sleep(look_s)
        self.found[name] = time.perf_counter() - began_s
        self.found[f"{name} gap"] = self._heartbeat.largest_gap_s
        self.found[f"{name} gap of ours"] = self._heartbeat.largest_gap_of_ours_s
        self.found[f"{name} work"] = self._heartbeat.most_work_s


async def measure(settings: Path, store: Path, attachment: Path, recipient: str) -> None:
    """Log in, synchronise twice, fetch one message, send another."""
    take_short_turns()
    gc.freeze()  # what the program's own start does with what it loads
    known = load(settings)
    places = Places(settings, store, store)
    session = make_session(places, replace(known.options, undo_send_s=0.0))
    app = MailerApp(session, Opening(account=known.accounts[0], once_shown=screen_stands))
    async with app.run_test(size=(120, 40)):
        heartbeat = Heartbeat()
        beating = asyncio.create_task(heartbeat.beat())
        watch = Stopwatch(heartbeat)
        assert isinstance(app.screen, LoginScreen)
        app.screen.connect()
        await watch.take("first page", lambda: _shows_rows(app))
        engine = app.engine
        assert engine is not None
        is_over = asyncio.Event()
        marking = asyncio.create_task(_mark(app, engine, is_over))
        await watch.take("first synchronisation", lambda: _is_online(engine), _LOOK_AT_LONG_S)
        is_over.set()
        searching = asyncio.create_task(_search(engine, _SEARCHED[-1:]))
        await watch.take("follow up", searching.done, _LOOK_AT_LONG_S)
        await searching
        watch.found["mark"], watch.found["mark at most"] = await marking
        events: list[Event] = []
        engine.subscribe(events.append)
        engine.synchronise()
        await watch.take("no change", lambda: bool(events) and _is_online(engine))
        await _fetch_one(engine, watch, events)
        await _send_one(engine, watch, events, attachment, recipient)
        watch.found["search"] = await _search(engine, _SEARCHED)
        watch.found["search for a patient"] = await _search(engine, _PATIENTS_SEARCHED)
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating
    sys.stdout.write(json.dumps(watch.found))


async def _mark(app: MailerApp, engine: Engine, is_over: asyncio.Event) -> tuple[float, float]:
    """Mark the newest message and take the mark back, until `is_over`.

    Returns:
        Seconds until a mark is in the store and on the screen: the middle, the most.
    """
    rows = app.screen.query_one(MessageList)
    taken_s: list[float] = []
    while not is_over.is_set() or len(taken_s) % 2 or not taken_s:
        began_s = time.perf_counter()
        newest = rows.selected
        assert newest is not None
        kind = ActionKind.UNFLAG if len(taken_s) % 2 else ActionKind.FLAG
        assert await engine.actions.mark([newest.id], kind)
        await rows.reload()
        taken_s.append(time.perf_counter() - began_s)
        await asyncio.sleep(_BETWEEN_MARKS_S)
    while await engine._store.pending_flag_changes():  # what the server does is measured by itself
        await asyncio.sleep(_LOOK_AT_LONG_S)
    return median(taken_s), max(taken_s)


async def _fetch_one(engine: Engine, watch: Stopwatch, events: list[Event]) -> None:
    archive = next(f for f in await engine.reading.folders() if f.role is FolderRole.ARCHIVE)
    row = (await engine.reading.rows(FolderView(archive.id), 0, 1))[0]
    await engine.reading.request(row.id)
    await watch.take("fetch", lambda: BodyArrived(row.id) in events)


async def _search(engine: Engine, texts: Sequence[str]) -> float:
    """Seconds until the first rows of a search are here; the middle of several."""
    taken_s = []
    for text in texts:
        query = parse(text, utc_now().date())
        began_s = time.perf_counter()
        await engine.reading.rows(SearchView(query), 0, 50)
        taken_s.append(time.perf_counter() - began_s)
    return median(taken_s)


async def _send_one(
    engine: Engine, watch: Stopwatch, events: list[Event], attachment: Path, recipient: str
) -> None:
    attached = await engine.writing.attach(attachment)
    draft = Draft(to=(Address.received(recipient),), subject="Imagerie", attachments=(attached,))
    sending = asyncio.create_task(engine.writing.send(draft))
    await watch.take("send", lambda: _has_left(events))
    await sending
    await watch.take("copy", lambda: _states(events)[-1] is OutgoingState.SENT)


def _states(events: list[Event]) -> list[OutgoingState]:
    return [event.state for event in events if isinstance(event, OutgoingChanged)]


def _has_left(events: list[Event]) -> bool:
    states = _states(events)
    if {OutgoingState.FAILED, OutgoingState.UNCERTAIN} & set(states):
        raise RuntimeError(f"the message did not leave: {states}")
    return bool({OutgoingState.COPY_MISSING, OutgoingState.SENT} & set(states))


def _shows_rows(app: MailerApp) -> bool:
    return any(shown.row_count for shown in app.screen.query(MessageList))


def _is_online(engine: Engine | None) -> bool:
    return engine is not None and engine.connectivity is Connectivity.ONLINE


if __name__ == "__main__":
    asyncio.run(measure(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))
