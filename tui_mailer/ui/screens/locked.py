"""The screen is locked: nothing of the mail is seen until whoever logged in is back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.ui.commands.base import Command, CommandScreen
from tui_mailer.ui.text import line
from tui_mailer.ui.widgets.key_bar import KeyBar
from tui_mailer.ui.widgets.line_input import LineInput
from tui_mailer.ui.widgets.notice import Notice

_GOES_ON: Final = (
    "Vos messages continuent d’arriver et de partir ; ce que vous écriviez est enregistré."
)
_TYPED: Final = "Mot de passe de la connexion"
_ASKED: Final = "Vide : demandé à la commande de vos réglages"
# Doubled after each password that is not the right one.
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 16.0


class NotTheUser(InvalidInput):
    """Another password than the one that was given at login."""

    what = "Ce n’est pas le mot de passe donné à la connexion."
    meaning = "L’écran reste verrouillé ; rien n’est perdu."
    advice = "Saisissez-le de nouveau, ou quittez (Ctrl+Q) et connectez-vous."


@dataclass(frozen=True, slots=True)
class Lock:
    """What it takes to unlock.

    Attributes:
        address: of the account that is open.
        must_be_typed: False where a command is asked for what is not typed.
        is_user: True for what was given at login; may raise a `MailerError`, which is shown.
        known: typed already; the demo's, never a real one.
    """

    address: str
    must_be_typed: bool
    is_user: Callable[[str], Awaitable[bool]]
    known: str = field(default="", repr=False)


class Unlock(Command["LockedScreen"]):
    """Déverrouiller l’écran et reprendre où vous en étiez."""

    key = "enter"
    label = "Déverrouiller"
    asks = True  # the command may ask the user in turn

    def enabled(self, screen: "LockedScreen") -> bool:
        """Once something is typed, where it must be."""
        return screen.may_try

    async def run(self, screen: "LockedScreen") -> None:
        """Leave if it is who logged in."""
        await screen.unlock()


class LockedScreen(CommandScreen[None]):
    """Shows whose mailbox it is, and no more; leaves itself for whoever logged in."""

    heading = "Écran verrouillé"
    takes_typed_ahead = True
    commands = (Unlock,)

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self._lock = lock
        self._pause_s = _FIRST_PAUSE_S

    def compose(self) -> ComposeResult:
        """Whose mailbox, the field, the keys."""
        with Vertical(classes="sheet"):
            yield Static(line(("Écran verrouillé", "bold")), classes="sheet-title")
            yield Static(line((self._lock.address, "bold")), classes="sheet-text")
            yield Static(line(_GOES_ON), classes="sheet-text")
            yield Notice()
            yield LineInput(
                self._lock.known,
                password=True,
                placeholder=_TYPED if self._lock.must_be_typed else _ASKED,
            )
            yield Static(id="state")
            yield KeyBar()

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Nothing of Textual's own: what it would announce here is shown after it."""

    @property
    def typed(self) -> str:
        """The password as it stands in the field."""
        return self.query_one(Input).value

    @property
    def may_try(self) -> bool:
        """True when there is something to try."""
        return not self._lock.must_be_typed or bool(self.typed)

    @on(Input.Changed)
    def changed(self) -> None:
        """The key bar follows."""
        self.refresh_bindings()

    @on(Input.Submitted)
    async def submitted(self) -> None:
        """Enter in the field."""
        if self.may_try:
            await self.run_command(Unlock)

    async def unlock(self) -> None:
        """Leave if it is who logged in.

        Raises:
            NotTheUser: it is not; said after a pause, which doubles each time.
            SecretUnavailable: the command failed.
        """
        self.clear_error()
        typed = self.typed
        # Nothing is left there for who comes by, and what is typed meanwhile is not taken away.
        self.query_one(Input).value = self._lock.known
        state = self.query_one("#state", Static)
        state.update("Vérification…")
        try:
            if not await self._lock.is_user(typed):
                await self._refuse()
        finally:
            state.update("")
        self.dismiss(None)

    async def _refuse(self) -> None:
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        raise NotTheUser
