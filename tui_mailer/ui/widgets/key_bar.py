"""The bottom line: the keys that do something now."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen, key_name
from tui_mailer.ui.text import line

if TYPE_CHECKING:
    from textual.app import RenderResult

_GAP = "  "


class KeyBar(Widget):
    """As many commands of the screen as fit; the help comes last and is always there."""

    def on_mount(self) -> None:
        """Follow the focus, and whatever else enables or disables a command."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.refresh())

    def render(self) -> "RenderResult":
        """One line, no wider than the terminal."""
        screen = self.screen
        if not isinstance(screen, CommandScreen):
            return Content("")
        shown = [command for command in screen.available() if command.in_bar and command.key]
        *others, last = shown
        free = self.content_size.width - _entry(last).cell_length
        entries = []
        for command in others:
            entry = line(_entry(command), _GAP)
            free -= entry.cell_length
            if free < 0:
                break
            entries.append(entry)
        return Content("").join([*entries, _entry(last)])


def _entry(command: AnyCommand) -> Content:
    key = key_name(command.key.split(",")[0].strip())
    click = Style.from_meta({"@click": f"screen.command('{command.__name__}')"})
    content: Content = line((key, "bold $primary"), " ", command.label)
    return content.stylize(click)
