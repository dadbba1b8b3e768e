"""Waiting for a whole message that only its row is held of."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.worker import WorkerCancelled

from tui_mailer.domain.events import BodyArrived, BodyRefused, Connectivity, Event
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.aside import is_running, run_aside

_PATIENCE_S: Final = 30.0
_NO_LINE: Final = frozenset({Connectivity.OFFLINE, Connectivity.REFUSED})
_GROUP: Final = "arrival"


async def have_whole(app: App[Any], engine: Engine, message_id: int) -> bool:
    """Have the message fetched, if it is not held and there is a line; whoever needs it looks then.

    Waits for half a minute at most, and not at all without a line; False when the user gave it up.
    """
    summary = await engine.reading.summary(message_id)
    if summary is None or summary.body_held or engine.connectivity in _NO_LINE:
        return True
    ended = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, BodyArrived | BodyRefused) and event.message_id == message_id:
            ended.set()

    stop_hearing = engine.subscribe(hear)
    try:
        await engine.reading.request(message_id)
        return await _wait(app, ended)
    finally:
        stop_hearing()


async def _wait(app: App[Any], ended: asyncio.Event) -> bool:
    """Wait in a worker of its own, which alone is given up; the screen says by which key."""
    waiting = run_aside(app, partial(_patiently, ended), group=_GROUP)
    app.screen.refresh_bindings()
    try:
        await waiting.wait()
    except WorkerCancelled:
        return False
    finally:
        app.screen.refresh_bindings()
    return True


async def _patiently(ended: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await ended.wait()


def is_awaited(app: App[Any]) -> bool:
    """True while a message is waited for."""
    return is_running(app, _GROUP)


def give_up(app: App[Any]) -> None:
    """Wait no longer; the message stays on the server."""
    app.workers.cancel_group(app, _GROUP)
