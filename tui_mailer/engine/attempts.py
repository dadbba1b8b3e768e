"""When a message of the outbox is tried, and tried again.

A server that says "later", or is not there, is asked less and less often: each attempt is a line of the
journal, and a week-end is long. What found no line is tried at once when there is one.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from tui_mailer.domain.draft import Outgoing

# The longest pause, in times of the first.
_MOST_PAUSES: Final = 32
# Longer after its time, a message waited: the machine slept, or no line was there.
_LATE: Final = timedelta(minutes=1)


class Attempts:
    """Knows the pauses, and which messages are due."""

    def __init__(self, now: Callable[[], datetime], *, retry_s: float, undo_s: float) -> None:
        """`retry_s`: the first pause. `undo_s`: the time to take a message back."""
        self._now = now
        self._retry_s = retry_s
        self._undo_s = undo_s
        self._began_at = now()
        self._lineless = set[int]()
        self._due_now = set[int]()
        self._has_line_come = False

    def begin(self, waiting: Iterable[Outgoing]) -> None:
        """The program has started; why those `waiting` were not sent before is known no more."""
        self._began_at = self._now()
        self._lineless |= {outgoing.id for outgoing in waiting if outgoing.attempt_count}
        if self._has_line_come:
            self.line_is_back()

    def line_is_back(self) -> None:
        """What found none is due."""
        self._has_line_come = True
        self._due_now |= self._lineless
        self._lineless.clear()

    def starts(self, outgoing_id: int) -> None:
        """It is tried now."""
        self._due_now.discard(outgoing_id)

    def found_no_line(self, outgoing_id: int) -> None:
        """It is due when there is one, if not before."""
        self._lineless.add(outgoing_id)

    def is_due(self, outgoing: Outgoing) -> bool:
        """True when it is to be tried."""
        return outgoing.due_at <= self._now() or outgoing.id in self._due_now

    def is_late(self, outgoing: Outgoing) -> bool:
        """It is due, and was for a while: long enough to be sent from elsewhere."""
        due_at = outgoing.due_at
        return self.is_due(outgoing) and (
            outgoing.attempt_count > 0 or due_at < self._began_at or self._now() - due_at > _LATE
        )

    def pause_s(self, earlier_attempts: int) -> float:
        """Before a server that said "later", or was not there, is asked again."""
        return self._retry_s * min(1 << min(earlier_attempts, 30), _MOST_PAUSES)

    def latest(self, outgoing: Outgoing) -> datetime:
        """It waits no longer: to be taken back, or after its last attempt."""
        earlier = outgoing.attempt_count - 1
        pause_s = self._undo_s if earlier < 0 else self.pause_s(earlier)
        return self._now() + timedelta(seconds=pause_s)
