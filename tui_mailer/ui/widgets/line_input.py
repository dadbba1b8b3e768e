"""A field of one line that takes any paste: all of it, made safe, and never a key press."""

import re
from typing import Final

from textual.events import Key, Paste
from textual.widgets import Input

from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.widgets.editing import edit_at_once

# Terminals send a paste's line breaks as CR, as Enter does; a scanner's separators are none.
_LINE_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


class LineInput(Input):
    """An `Input` whose paste keeps every line, and whose cursor does not blink.

    The library keeps the first line of a paste and drops the others in silence; here line breaks
    become spaces, and control characters visible marks, because a terminal would obey them.
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        disabled: bool = False,
        max_length: int = 0,
        compact: bool = False,
        id: str | None = None,  # noqa: A002  (the library's name)
        classes: str | None = None,
    ) -> None:
        super().__init__(
            value,
            placeholder=placeholder,
            password=password,
            disabled=disabled,
            max_length=max_length,
            select_on_focus=False,
            id=id,
            classes=classes,
            compact=compact,
        )
        self.cursor_blink = False

    async def on_key(self, event: Key) -> None:
        """Corrections in their turn among the letters."""
        await edit_at_once(self, event)

    def action_copy(self) -> None:
        """Copy what is selected; a password is shown to no clipboard."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """As copying."""
        if not self.password:
            super().action_cut()

    def on_paste(self, event: Paste) -> None:
        """Insert what was pasted on the one line; the field's owner decides what it is worth."""
        event.prevent_default()
        event.stop()
        text: str = safe_line(_LINE_BREAK.sub(" ", event.text).strip())
        if self.max_length:
            text = text[: max(0, self.max_length - len(self.value) + len(self.selected_text))]
        self.write(text)

    def write(self, text: str) -> None:
        """Put `text` where the cursor is, in the place of what is selected."""
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)
