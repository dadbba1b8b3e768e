"""The bar of the INS search: digits, a name, or what a scanner types."""

from textual.binding import Binding
from textual.events import Key

from tui_mailer.ui.widgets.line_input import LineInput

# GS, by which a scanner that acts as a keyboard ends a field; shown as `safe_line` shows it.
_GS_KEY = "ctrl+right_square_bracket"
_GS_SHOWN = "␝"


class PatientSearchInput(LineInput):
    """The arrow down leads to what stands below it; a scanner's field separator is kept."""

    BINDINGS = [Binding("down", "app.focus_next", show=False)]  # noqa: RUF012  (Textual's own)

    async def on_key(self, event: Key) -> None:
        """A terminal hands GS over as a key that no field would take for a character."""
        if event.key == _GS_KEY:
            self.insert_text_at_cursor(_GS_SHOWN)
            event.stop()
            event.prevent_default()
