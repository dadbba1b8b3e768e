"""A sheet that takes no key pressed before it could be read."""

from time import monotonic

from textual.events import Key
from textual.geometry import Region
from textual.screen import ScreenResultType
from textual.strip import Strip
from textual.widgets import Static

from tui_mailer.ui.commands.base import CommandModal
from tui_mailer.ui.reading_time import could_be_read


class AskedText(Static):
    """The text of a question; it knows since when it has been on the screen."""

    shown_at: float | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Called each time it is painted."""
        if self.shown_at is None:
            self.shown_at = monotonic()
        return super().render_lines(crop)


class UnhurriedModal(CommandModal[ScreenResultType]):
    """Compose an `AskedText`: no key that was pressed before it could be read answers."""

    @property
    def accepts_keys(self) -> bool:
        """True once what is asked could be read."""
        return self._takes(monotonic())

    def _takes(self, pressed_at: float) -> bool:
        asked = self.query_one_optional(AskedText)
        return asked is not None and could_be_read(self.app, asked.shown_at, pressed_at)

    def on_key(self, event: Key) -> None:
        """A key pressed sooner was meant for something else: o moves a message, too.

        Every key comes by here on its way to the commands and the buttons' own bindings.
        """
        if not self._takes(event.time):
            event.stop()
