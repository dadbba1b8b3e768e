"""Telling how far a synchronisation is: as often as an eye can follow, and no more."""

from collections.abc import Callable
from math import inf
from typing import Final

from tui_mailer.domain.events import MessagesChanged, SyncAdvanced
from tui_mailer.engine.announcer import Announcer

# Each time, a list is read and drawn again.
_EVERY_S: Final = 0.5


class SyncProgress:
    """What was learnt of one folder; told at once, then twice a second at most, and at the end."""

    def __init__(
        self, announce: Announcer, folder_id: int, total: int, now_s: Callable[[], float]
    ) -> None:
        """`total` messages are to be learnt."""
        self._announce = announce
        self._folder_id = folder_id
        self._total = total
        self._now_s = now_s
        self._done = 0
        self._arrived_count = 0
        self._told = 0
        self._told_at_s = -inf

    def advance(self, count: int, *, arrived_count: int) -> None:
        """`count` more are stored; `arrived_count` of them are news to the user."""
        self._done += count
        self._arrived_count += arrived_count
        if self._now_s() - self._told_at_s >= _EVERY_S:
            self.tell()

    def tell(self) -> None:
        """Announce what is not told yet."""
        if self._done > self._told:
            self._announce(MessagesChanged(self._folder_id, self._arrived_count))
            self._announce(SyncAdvanced(self._folder_id, self._done, self._total))
            self._told, self._arrived_count = self._done, 0
            self._told_at_s = self._now_s()
