"""A synchronisation tells how far it is: at once, then now and then, and all of it at the end."""

from tui_mailer.domain.events import Event, MessagesChanged, SyncAdvanced
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.sync_progress import SyncProgress


def test_what_comes_in_quick_succession_is_told_together_and_nothing_is_left_out() -> None:
    told: list[Event] = []
    announce = Announcer()
    announce.subscribe(told.append)
    now_s = 0.0
    progress = SyncProgress(announce, 3, 1_000, lambda: now_s)
    progress.advance(50, arrived_count=1)
    assert told == [MessagesChanged(3, 1), SyncAdvanced(3, 50, 1_000)]
    told.clear()
    progress.advance(100, arrived_count=2)
    progress.advance(100, arrived_count=4)
    assert told == []
    now_s = 0.5
    progress.advance(100, arrived_count=0)
    assert told == [MessagesChanged(3, 6), SyncAdvanced(3, 350, 1_000)]
    told.clear()
    progress.advance(100, arrived_count=8)
    progress.tell()
    assert told == [MessagesChanged(3, 8), SyncAdvanced(3, 450, 1_000)]
    told.clear()
    progress.tell()
    assert told == []
