"""The palette: every command of the screen, found by a few letters."""

from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_mailer.ui.commands.base import AnyCommand, CommandScreen
from tui_mailer.ui.text import line


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
