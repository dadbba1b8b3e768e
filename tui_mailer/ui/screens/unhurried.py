"""A sheet that takes no key pressed before it was on the screen."""

from time import monotonic

from textual.events import Key
from textual.geometry import Region
from textual.screen import ScreenResultType
from textual.strip import Strip
from textual.widgets import Static

from tui_mailer.ui.commands.base import CommandModal


class AskedText(Static):
    """The text of a question; it knows since when it has been on the screen."""

    shown_at: float | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Called each time it is painted."""
        if self.shown_at is None:
            self.shown_at = monotonic()
        return super().render_lines(crop)


class UnhurriedModal(CommandModal[ScreenResultType]):
    """Compose an `AskedText`: no key that was pressed before it was painted answers."""

    def on_key(self, event: Key) -> None:
        """A key pressed before the question was on the screen was meant for something else.

        Every key comes by here on its way to the commands and the buttons' own bindings.
        """
        shown_at = self.query_one(AskedText).shown_at
        if shown_at is None or event.time < shown_at:
            event.stop()
