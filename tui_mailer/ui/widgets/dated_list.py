"""A list whose rows tell their dates from today: "14:05" is "hier 14:05" after midnight."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from tui_mailer.ui.widgets.row_window import RowT
from tui_mailer.ui.widgets.windowed_list import WindowedList


class DatedList(WindowedList[RowT]):
    """Draws its rows anew when it is another day, though nothing else happens."""

    # By the wall clock: a timer for midnight would sleep with the machine.
    looks_every_s: ClassVar[float] = 30.0

    def __init__(self, now: Callable[[], datetime]) -> None:
        """`now` gives the local time, aware."""
        super().__init__()
        self._now = now
        self._drawn_on = now().date()

    @property
    def is_of_today(self) -> bool:
        """True as long as dates are told as when they were drawn."""
        return self._drawn_on == self._now().date()

    def prepare(self) -> None:
        """Dates are told from now on."""
        self._drawn_on = self._now().date()

    def on_mount(self) -> None:
        """Look at the calendar now and then."""
        self.set_interval(self.looks_every_s, self._look_at_the_calendar)

    def _look_at_the_calendar(self) -> None:
        if not self.is_of_today:
            self.prepare()
            self.redraw()
