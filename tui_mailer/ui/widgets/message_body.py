"""Where the text of a message is written."""

from textual.events import Key, Paste
from textual.widgets import TextArea

from tui_mailer.domain.safe_text import safe_block
from tui_mailer.ui.widgets.editing import edit_at_once


class MessageBody(TextArea):
    """A `TextArea` that takes only text safe for a terminal, pasted text included."""

    def __init__(self, text: str) -> None:
        super().__init__(safe_block(text), soft_wrap=True, tab_behavior="focus", id="body")
        self.cursor_blink = False

    def on_unmount(self) -> None:
        """Textual 8 has the app hold each `TextArea`, all it has drawn included, for its theme."""
        watching = getattr(self.app, "__watchers", {}).get("theme", [])
        watching[:] = [entry for entry in watching if entry[0] is not self]

    async def on_key(self, event: Key) -> None:
        """Corrections in their turn among the letters."""
        await edit_at_once(self, event)

    def on_paste(self, event: Paste) -> None:
        """Insert what was pasted with its control characters made visible."""
        event.prevent_default()
        event.stop()
        self.replace(safe_block(event.text), *self.selection, maintain_selection_offset=False)
