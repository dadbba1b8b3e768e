"""A screen leaves itself alone, however often it is told to.

Textual takes the uppermost screen away, whichever that is: the second click of two on the answer to a
question took away the message that was being written below it.
"""

from functools import partial
from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

from tui_mailer.ui.locking import LockingApp

ResultT = TypeVar("ResultT")


class DismissedOnceScreen(Screen[ResultT]):
    """Can be left only while it is the uppermost, or as soon as the lock above it is gone."""

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Leave with `result`; nothing happens when it was left already."""
        if self.is_active:
            return super().dismiss(result)
        if isinstance(self.app, LockingApp):
            self.app.hold_back(self, partial(self.dismiss, result))
        return AwaitComplete()
