"""Messages at which the line was lost: after some times they are left alone for a while."""

import time
from collections.abc import Callable
from typing import Final

_MOST_TIMES: Final = 2
_LEFT_ALONE_S: Final = 1_800.0


class InVain:
    """Counts by local id."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._times: dict[int, int] = {}
        self._until_s: dict[int, float] = {}

    def note(self, message_id: int) -> None:
        """It was asked for, and the line was lost."""
        self._times[message_id] = self._times.get(message_id, 0) + 1
        if self._times[message_id] >= _MOST_TIMES:
            self._until_s[message_id] = self._now_s() + _LEFT_ALONE_S

    def left_alone(self) -> frozenset[int]:
        """Those not to be asked for now."""
        now_s = self._now_s()
        return frozenset(id_ for id_, until_s in self._until_s.items() if until_s > now_s)
