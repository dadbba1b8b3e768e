"""What nobody sees is not drawn, and what is new is not styled twice.

Textual counts the screen below an opaque one among the visible: whatever reaches it, as each step
of a synchronisation does, draws the whole terminal anew. A covered screen has no part in it here,
and fits the terminal when it is seen again, as Textual has every screen do.
"""

from typing import Any, TypeVar

from textual import events, on
from textual.app import App
from textual.screen import Screen

ResultT = TypeVar("ResultT")


class CoveringApp(App[None], inherit_bindings=False):
    """Knows which screens can be seen through the one on top."""

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        is_opaque = self.screen.styles.background.a == 1
        return [] if is_opaque else super()._background_screens


class StyledOnceScreen(Screen[ResultT]):
    """Keeps the styles that it and what it holds were given as they were mounted."""

    @on(events.ScreenResume)
    def keep_styles(self, event: events.ScreenResume) -> None:
        """At the first time, when it has no size yet."""
        if not self.outer_size:
            event.refresh_styles = False
