"""The palette: every command of the screen, found by a few letters of its label or its help line."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input
from textual.widgets.option_list import Option
from textual.worker import Worker

from tui_mailer.domain.accents import without_accents
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

    def _gather_commands(self, search_value: str) -> Worker[None]:
        """As the library's; what begins as the palette closes, without a list, ends nothing."""
        gathering = super()._gather_commands(search_value)
        gathering.exit_on_error = False
        return gathering

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
                help=_called(command),
            )

    async def search(self, query: str) -> Hits:
        """Those whose label or help line has each of the words, whatever their accents."""
        words = _plain(query).split()
        for screen, command in self._offered:
            title = _title(command)
            score = _score(words, _plain(command.label), _plain(title))
            if score > 0:
                yield Hit(
                    score,
                    _marked(title, words),
                    partial(screen.run_command, command),
                    text=title,
                    help=_called(command),
                )


def _title(command: AnyCommand) -> str:
    return command.help_line().rstrip(".")


def _called(command: AnyCommand) -> str:
    """Its keys and its label, as the key bar has them."""
    return f"{command.key_names()}  {command.label}".strip()


def _score(words: Sequence[str], label: str, title: str) -> float:
    """0 where a word is missing; most where the label begins with them, then the help line."""
    if not all(word in label or word in title for word in words):
        return 0.0
    wanted, whole = " ".join(words), f" {label} {title}"
    begun = sum(f" {word}" in whole for word in words) / max(len(words), 1)
    return 1 + 4 * label.startswith(wanted) + 2 * title.startswith(wanted) + begun


def _marked(title: str, words: Sequence[str]) -> Content:
    """The help line, with what was typed told apart."""
    shown, plain = line(title), _plain(title)
    for word in words:
        place = plain.find(word)
        if place >= 0:
            shown = shown.stylize("reverse", place, place + len(word))
    return shown


def _plain(text: str) -> str:
    """Small letters without accents, one for each character: as one types in a hurry."""
    return "".join(without_accents(each)[:1] for each in text.replace("’", "'").lower())
