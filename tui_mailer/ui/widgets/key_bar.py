"""The bottom line: the keys that do something now."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen, key_name
from tui_mailer.ui.text import line

if TYPE_CHECKING:
    from textual.app import RenderResult

_GAP = "  "


class KeyBar(Widget):
    """As many commands of the screen as fit; the way out and the help are always there."""

    def __init__(self) -> None:
        super().__init__()
        self._offered: list[AnyCommand] = []
        self._shown: list[AnyCommand] = []
        self._typing = False

    def on_mount(self) -> None:
        """Follow the focus, and whatever else enables or disables a command."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)

    def _bindings_changed(self, screen: Screen[Any]) -> None:
        """Draw anew only what changed: a cursor key sends few bytes over a slow line."""
        if isinstance(screen, CommandScreen):
            offered = _offered(screen)
            typing = _is_typed_in(screen.focused)
            if offered != self._offered or typing != self._typing:
                self._offered = offered
                self.refresh()

    def render(self) -> "RenderResult":
        """One line, no wider than the terminal."""
        screen = self.screen
        if not isinstance(screen, CommandScreen):
            return Content("")
        self._offered = _offered(screen)
        self._typing = _is_typed_in(screen.focused)
        *others, last = self._offered
        self._shown = [*self._fitting(others, last), last]
        return Content(_GAP).join(self._entry(command) for command in self._shown)

    def _fitting(self, commands: list[AnyCommand], last: AnyCommand) -> list[AnyCommand]:
        """Those that have room before `last`; the way out always does."""
        way_out = next((c for c in commands if "escape" in c.key.split(",")), None)
        reserved = [command for command in (way_out, last) if command is not None]
        free = self.content_size.width + len(_GAP) - sum(map(self._width, reserved))
        fitting: list[AnyCommand] = []
        for command in commands:
            if command is not way_out:
                free -= self._width(command)
            if free < 0:
                break
            fitting.append(command)
        if way_out is not None and way_out not in fitting:
            fitting.append(way_out)
        return fitting

    def _width(self, command: AnyCommand) -> int:
        return self._entry(command).cell_length + len(_GAP)

    def _entry(self, command: AnyCommand) -> Content:
        """Its first key, or the first that a field being written in leaves to the screen."""
        keys = [key_name(key.strip()) for key in command.key.split(",")]
        heard = [key for key in keys if len(key) > 1] if self._typing else keys
        return line((f"{(heard or keys)[0]} ", "bold $primary"), command.label)

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        place = event.x - self.gutter.left
        for command in self._shown:
            width = self._entry(command).cell_length
            if 0 <= place < width and isinstance(self.screen, CommandScreen):
                await self.screen.run_command(command)
            place -= width + len(_GAP)


def _is_typed_in(focused: Widget | None) -> bool:
    return focused is not None and focused.check_consume_key("a", "a")


def _offered(screen: CommandScreen[Any]) -> list[AnyCommand]:
    first = first_of_each_key(screen.available())
    return [command for command in first if command.in_bar and command().worth_a_place(screen)]


def first_of_each_key(commands: Iterable[AnyCommand]) -> list[AnyCommand]:
    """What each key does now: where two of the `commands` that make sense share one, the first."""
    by_key: dict[str, AnyCommand] = {}
    for command in commands:
        if command.key:
            by_key.setdefault(command.key.split(",")[0], command)
    return [*by_key.values()]
