"""Telling how far a synchronisation is: as often as an eye can follow, and no more."""

from collections.abc import Callable
from math import inf
from typing import Final

from tui_mailer.domain.events import MessagesChanged, SyncAdvanced
from tui_mailer.engine.announcer import Announcer

_EVERY_S: Final = 0.5
# Then a list is read and drawn again, which costs as much as a thousand messages do. It shows the
# newest: of what comes later, only how many there are.
_LISTED_EVERY_S: Final = 2.0


class SyncProgress:
    """What was learnt of one folder.

    Told at once, then twice a second at most, and at the end. That a list has changed is told more
    rarely, unless it has twice as many messages or one is news to the user.
    """

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
        self._listed = 0
        self._listed_at_s = -inf

    def advance(self, count: int, *, arrived_count: int) -> None:
        """`count` more are stored; `arrived_count` of them are news to the user."""
        self._done += count
        self._arrived_count += arrived_count
        now_s = self._now_s()
        if now_s - self._told_at_s < _EVERY_S:
            return
        has_grown = self._done >= 2 * self._listed
        if self._arrived_count or has_grown or now_s - self._listed_at_s >= _LISTED_EVERY_S:
            self._tell_lists()
        self._tell_progress()

    def tell(self) -> None:
        """Announce what is not told yet."""
        if self._done > self._listed:
            self._tell_lists()
        if self._done > self._told:
            self._tell_progress()

    def _tell_lists(self) -> None:
        self._announce(MessagesChanged(self._folder_id, self._arrived_count))
        self._listed, self._arrived_count = self._done, 0
        self._listed_at_s = self._now_s()

    def _tell_progress(self) -> None:
        self._announce(SyncAdvanced(self._folder_id, self._done, self._total))
        self._told, self._told_at_s = self._done, self._now_s()
