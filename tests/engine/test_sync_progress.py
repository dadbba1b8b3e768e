"""A synchronisation tells how far it is: at once, then now and then, and all of it at the end."""

from tui_mailer.domain.events import Event, MessagesChanged, SyncAdvanced
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.sync_progress import SyncProgress


class Watched:
    """A synchronisation of 100,000 messages in folder 3, and what it announces."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._told: list[Event] = []
        announce = Announcer()
        announce.subscribe(self._told.append)
        self.progress = SyncProgress(announce, 3, 100_000, lambda: self.now_s)

    def after(self, now_s: float, *counts: int, arrived_count: int = 0) -> list[Event]:
        self.now_s = now_s
        for count in counts:
            self.progress.advance(count, arrived_count=arrived_count)
        return self.told()

    def told(self) -> list[Event]:
        told, self._told[:] = self._told[:], []
        return told


def advanced(done: int) -> SyncAdvanced:
    return SyncAdvanced(3, done, 100_000)


def test_what_comes_in_quick_succession_is_told_together_and_nothing_is_left_out() -> None:
    sync = Watched()
    assert sync.after(0.0, 50, arrived_count=1) == [MessagesChanged(3, 1), advanced(50)]
    assert sync.after(0.4, 100, 100, arrived_count=2) == []
    assert sync.after(0.5, 100) == [MessagesChanged(3, 4), advanced(350)]
    assert sync.after(0.6, 100, arrived_count=8) == []
    sync.progress.tell()
    assert sync.told() == [MessagesChanged(3, 8), advanced(450)]
    sync.progress.tell()
    assert sync.told() == []


def test_a_long_list_is_drawn_again_when_it_is_twice_as_long_or_every_two_seconds() -> None:
    sync = Watched()
    assert sync.after(0.0, 1_000) == [MessagesChanged(3), advanced(1_000)]
    assert sync.after(0.5, 1_000) == [MessagesChanged(3), advanced(2_000)]
    assert sync.after(1.0, 1_000) == [advanced(3_000)]
    assert sync.after(2.0, 500) == [advanced(3_500)]
    assert sync.after(2.5, 100) == [MessagesChanged(3), advanced(3_600)]
    assert sync.after(3.0, 100) == [advanced(3_700)]
    sync.progress.tell()
    assert sync.told() == [MessagesChanged(3)]


def test_news_are_shown_soon_in_a_list_of_any_length() -> None:
    sync = Watched()
    sync.after(0.0, 5_000)
    assert sync.after(0.5, 1, arrived_count=1) == [MessagesChanged(3, 1), advanced(5_001)]
