"""Noticing that the computer slept, or the program was stopped: lines are dead then, silently."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

# Below this a busy machine, or a clock being set, explains the gap; a server keeps its lines.
_SLEPT_S: Final = 10.0


class Pulse:
    """Beats, and tells when a beat comes much too late.

    The wall clock goes on while the computer sleeps, and the monotonic one does not (Linux); while
    the program alone is stopped, both go on.
    """

    def __init__(
        self,
        on_wake: Callable[[], None],
        now: Callable[[], datetime],
        beat_s: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` reads the wall clock, `now_s` the monotonic one."""
        self._on_wake = on_wake
        self._now = now
        self._now_s = now_s
        self._beat_s = beat_s

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            at, at_s = self._now(), self._now_s()
            await asyncio.sleep(self._beat_s)
            wall_s = (self._now() - at).total_seconds()
            if max(wall_s, self._now_s() - at_s) - self._beat_s > _SLEPT_S:
                self._on_wake()
