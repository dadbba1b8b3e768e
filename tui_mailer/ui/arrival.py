"""Waiting for a whole message that only its row is held of."""

import asyncio
from contextlib import suppress
from typing import Final

from tui_mailer.domain.events import BodyArrived, BodyRefused, Connectivity, Event
from tui_mailer.engine.engine import Engine

_PATIENCE_S: Final = 30.0
_NO_LINE: Final = frozenset({Connectivity.OFFLINE, Connectivity.REFUSED})


async def have_whole(engine: Engine, message_id: int) -> None:
    """Have the message fetched, if it is not held and there is a line; whoever needs it looks then.

    Given up after half a minute, and at once without a line.
    """
    summary = await engine.reading.summary(message_id)
    if summary is None or summary.body_held or engine.connectivity in _NO_LINE:
        return
    ended = asyncio.Event()

    def hear(event: Event) -> None:
        if isinstance(event, BodyArrived | BodyRefused) and event.message_id == message_id:
            ended.set()

    stop_hearing = engine.subscribe(hear)
    try:
        await engine.reading.request(message_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await ended.wait()
    finally:
        stop_hearing()
