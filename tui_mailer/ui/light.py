"""A lighter display, for a line that is slow: chosen, or offered once the line was timed.

Only what moves is spared: the cursor of a list is drawn on its first cells alone, and scroll bars
and frames go. Nothing is said less.
"""

import time
from collections.abc import Callable
from typing import Final

from textual.driver import Driver

LIGHT_CLASS: Final = "-light"
"""Set on the app while the display is light."""

_WHERE_IS_THE_CURSOR: Final = "\x1b[6n"  # every terminal answers (ECMA-48 §8.3.35, DSR)
_ROUNDS: Final = 3
_SLOW_S: Final = 0.15


class LineTimer:
    """Times how long the terminal takes to answer; busy moments count for nothing.

    The shortest of three rounds tells: what comes on top of it is our own work.
    """

    def __init__(
        self,
        driver: Driver,
        on_slow: Callable[[float], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_slow` hears the round trip in seconds, when it is long."""
        self._driver = driver
        self._on_slow = on_slow
        self._now_s = now_s
        self._asked_s: float | None = None
        self._rounds: list[float] = []

    def ask(self) -> None:
        """Begin, or begin the next round."""
        self._asked_s = self._now_s()
        self._driver.write(_WHERE_IS_THE_CURSOR)
        self._driver.flush()

    def answered(self) -> None:
        """The terminal said where its cursor is."""
        if self._asked_s is None:
            return
        self._rounds.append(self._now_s() - self._asked_s)
        self._asked_s = None
        if len(self._rounds) < _ROUNDS:
            self.ask()
        elif min(self._rounds) >= _SLOW_S:
            self._on_slow(min(self._rounds))
