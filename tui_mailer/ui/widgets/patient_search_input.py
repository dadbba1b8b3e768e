"""The bar of the INS search: digits, a name, or what a scanner types."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.events import Key

from tui_mailer.ui.widgets.confirm_point import GS_KEY
from tui_mailer.ui.widgets.line_input import LineInput

# GS as `safe_line` shows it.
_GS_SHOWN = "␝"


class PatientSearchInput(LineInput):
    """The arrow down leads to what stands below it; a scanner's field separator is kept."""

    BINDINGS = [Binding("down", "app.focus_next", show=False)]  # noqa: RUF012  (Textual's own)

    async def on_key(self, event: Key) -> None:
        """A terminal hands GS over as a key that no field would take for a character."""
        if event.key == GS_KEY:
            self.insert_text_at_cursor(_GS_SHOWN)
            event.stop()
            event.prevent_default()

    async def begin_with(self, keys: Sequence[Key]) -> None:
        """Forget what the bar holds, and take the keys that were typed elsewhere instead."""
        self.value = ""
        for key in keys:
            if key.key == GS_KEY:
                self.insert_text_at_cursor(_GS_SHOWN)
            elif key.key == "enter":
                await self.action_submit()
            elif key.key == "backspace":
                self.action_delete_left()
            elif key.is_printable and key.character:
                self.insert_text_at_cursor(key.character)
