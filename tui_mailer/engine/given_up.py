"""Jobs that lost the line again and again, or were refused: left alone for a while, then tried anew.

One of them may be what breaks the line, and must not keep the others waiting; or the line was bad
for a moment, and then nothing must be missing for minutes after it is good again.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from tui_mailer.engine.backoff import Backoff

JobT = TypeVar("JobT")

MOST_LOSSES: Final = 3


class GivenUp(Generic[JobT]):
    """Counts losses by name, and holds what was given up until its time."""

    def __init__(self, pause: Backoff) -> None:
        """`pause`: how long to leave them alone, longer each time that it was in vain."""
        self._pause = pause
        self._losses: dict[object, int] = {}
        self._held: dict[object, JobT] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.on_time: Callable[[], None] = lambda: None

    def lost(self, name: object, job: JobT) -> bool:
        """`job` lost the line and got nowhere; True when it is given up for now."""
        self._losses[name] = self._losses.get(name, 0) + 1
        if self._losses[name] < MOST_LOSSES:
            return False
        self.hold(name, job)
        return True

    def hold(self, name: object, job: JobT) -> None:
        """Leave `job` alone for now."""
        self._held[name] = job
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._pause.next_s(), self._ring)

    @property
    def holds_any(self) -> bool:
        """True while something is left alone."""
        return bool(self._held)

    def got_on(self, name: object) -> None:
        """It got somewhere: the line lives through it."""
        self._losses.pop(name, None)
        if not self._held:
            self._pause.reset()

    def holds(self, name: object) -> bool:
        """True while it is left alone."""
        return name in self._held

    def take_back(self) -> dict[object, JobT]:
        """All that was given up, to be tried again; nothing is held against it."""
        self.stop()
        taken, self._held = self._held, {}
        for name in taken:
            self._losses.pop(name, None)
        return taken

    def stop(self) -> None:
        """Tell nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self.on_time()
