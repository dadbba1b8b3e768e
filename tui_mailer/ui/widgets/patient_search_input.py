"""The bar of the INS search: digits, a name, or what a scanner types."""

from collections.abc import Sequence
from typing import Final

from textual.binding import Binding
from textual.events import Key

from tui_mailer.ui.widgets.line_input import LineInput

SCAN_S: Final = 0.1
"""Longer than a scanner waits between two keys, shorter than a hand between letter and space."""

# GS, by which a scanner that acts as a keyboard ends a field, and as `safe_line` shows it.
_GS_KEY: Final = "ctrl+right_square_bracket"
_GS_SHOWN: Final = "␝"
_OF_A_SCAN: Final = frozenset({_GS_KEY, "enter", "backspace"})
_OF_THE_SCREEN: Final = frozenset({"space", "question_mark"})


def is_for_bar(key: Key, *, follows: bool) -> bool:
    """True for a character pressed beside the bar; once it `follows` one, for all that a scan holds."""
    if follows:
        return key.is_printable or key.key in _OF_A_SCAN
    return key.is_printable and key.key not in _OF_THE_SCREEN


class PatientSearchInput(LineInput):
    """The arrow down leads to what stands below it; a scanner's field separator is kept."""

    BINDINGS = [Binding("down", "app.focus_next", show=False)]  # noqa: RUF012  (Textual's own)

    async def on_key(self, event: Key) -> None:
        """A terminal hands GS over as a key that no field would take for a character."""
        if event.key == _GS_KEY:
            self.write(_GS_SHOWN)
            event.stop()
            event.prevent_default()

    async def take(self, keys: Sequence[Key]) -> None:
        """Write what was typed elsewhere, in the order in which it was: keys come by several ways."""
        for key in sorted(keys, key=lambda key: key.time):
            if key.key == _GS_KEY:
                self.write(_GS_SHOWN)
            elif key.key == "enter":
                await self.action_submit()
            elif key.key == "backspace":
                self.action_delete_left()
            elif key.is_printable and key.character:
                self.write(key.character)
