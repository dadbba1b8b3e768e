"""The palette: every command of the screen, found by a few letters."""

from functools import partial
from typing import Any

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.widgets import Input
from textual.widgets.option_list import Option

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen
from tui_mailer.ui.dismissed_once import DismissedOnceScreen
from tui_mailer.ui.text import line


class FrenchPalette(CommandPalette, DismissedOnceScreen[None]):
    """Textual's palette in French, its cursor still: a blinking one sends bytes for ever."""

    def __init__(self) -> None:
        super().__init__(placeholder="Chercher une commande…", id="--command-palette")

    def on_mount(self) -> None:
        """Stop the cursor."""
        self.query_one(Input).cursor_blink = False

    def _start_no_matches_countdown(self, search_value: str) -> None:
        """As the library's, whose sentence is English."""
        self._stop_no_matches_countdown()
        if search_value:
            self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, self._say_none)

    def _say_none(self) -> None:
        words = line("  Aucune commande de ce nom sur cet écran.")
        option = Option(words, id=self._NO_MATCHES, disabled=True)
        self.query_one(CommandList).add_option(option)
        self._list_visible = True


class ScreenCommands(Provider):
    """Offers what makes sense on the screen below the palette."""

    @property
    def _offered(self) -> list[tuple[CommandScreen[Any], AnyCommand]]:
        screen = self.screen
        if not isinstance(screen, CommandScreen):
            return []
        return [(screen, c) for c in screen.available() if c.__name__ != "Palette"]

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for screen, command in self._offered:
            yield DiscoveryHit(
                line(_title(command)),
                partial(screen.run_command, command),
                text=_title(command),
                help=command.key_names(),
            )

    async def search(self, query: str) -> Hits:
        """Those whose help line matches."""
        matcher = self.matcher(query)
        for screen, command in self._offered:
            score = matcher.match(_title(command))
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(_title(command)),
                    partial(screen.run_command, command),
                    text=_title(command),
                    help=command.key_names(),
                )


def _title(command: AnyCommand) -> str:
    return command.help_line().rstrip(".")
