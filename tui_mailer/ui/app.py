"""The application: thin. It opens the login screen, then holds the engine until the end."""

import asyncio
import signal
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen

from tui_mailer.domain.events import Connectivity
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.session import Session
from tui_mailer.ui import flows
from tui_mailer.ui.any_bytes import take_any_bytes
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.bridge import Bridge
from tui_mailer.ui.calls import Calls
from tui_mailer.ui.commands.base import CommandScreen
from tui_mailer.ui.commands.palette import FrenchPalette, ScreenCommands
from tui_mailer.ui.covered import CoveringApp
from tui_mailer.ui.discreet import DiscreetApp
from tui_mailer.ui.few_signs import FEW_SIGNS, has_few_signs
from tui_mailer.ui.leave import may_leave
from tui_mailer.ui.light import LIGHT_CLASS, LineTimer
from tui_mailer.ui.locking import LockingApp
from tui_mailer.ui.lost_terminal import mortal
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.option_lists import mend_option_lists
from tui_mailer.ui.pastes import guard_pastes
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen
from tui_mailer.ui.themes import DARK, LIGHT
from tui_mailer.ui.thrift import forget_picture, thrifty
from tui_mailer.ui.typed_ahead import TypedAheadApp
from tui_mailer.ui.widgets.line_list import LineList
from tui_mailer.ui.wrapping import wrap_as_french

if TYPE_CHECKING:
    from tui_mailer.ui.screens.login import LoginScreen

# The first seconds are our own work: importing, drawing.
_STARTING_S: Final = 2.0
_OFFERED_S: Final = 20.0
_WARNED_S: Final = 60.0
# So long nothing is shown while a store opens by itself.
_SOON_S: Final = 0.5


def _downloads() -> Path:
    """Where French desktops put what is saved, else the home directory."""
    for name in ("Téléchargements", "Downloads"):
        if (Path.home() / name).is_dir():
            return Path.home() / name
    return Path.home()


class MailerApp(DiscreetApp, CoveringApp, LockingApp, TypedAheadApp, inherit_bindings=False):
    """Login, then the mailbox; whatever ends it, what is being written is kept.

    Attributes:
        round_trip_s: how long the terminal takes to answer over a slow line; 0 over another one.
    """

    TITLE = "tui-mailer"
    CSS_PATH: ClassVar = [
        "styles/base.tcss",
        "styles/mailbox.tcss",
        "styles/login.tcss",
        "styles/compose.tcss",
        "styles/light.tcss",
        "styles/journal.tcss",
    ]
    COMMANDS: ClassVar = {ScreenCommands}
    ENABLE_COMMAND_PALETTE = True
    # On every screen, and before any field: what is typed behind it is no text of a message.
    BINDINGS: ClassVar = [Binding("f9", "lock", show=False, priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (64, "-medium"), (118, "-wide")]  # noqa: RUF012  (Textual's own type)

    def __init__(self, session: Session, opening: Opening) -> None:
        super().__init__()
        wrap_as_french()
        mend_option_lists()
        self.session = session
        self.opening = opening
        self.engine: Engine | None = None
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        # Before any style is parsed: they would all be parsed again.
        self.set_reactive(MailerApp.theme, DARK.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.animation_level = "none"
        self._line_timer: LineTimer | None = None
        self.round_trip_s = 0.0
        self._bridge: Bridge | None = None
        self._calls: Calls | None = None

    def get_driver_class(self) -> type[Driver]:
        """The platform's own driver, sparing bytes; what is pasted presses no key, and any byte may come."""
        guard_pastes()
        take_any_bytes()
        return mortal(thrifty(super().get_driver_class()))

    @property
    def is_at_work(self) -> bool:
        """True while messages are read from the server."""
        return self.engine is not None and self.engine.connectivity is Connectivity.SYNCING

    @property
    def lock_after(self) -> timedelta:
        """As set; see `LockingApp`."""
        return self.opening.lock_after

    @property
    def has_secrets(self) -> bool:
        """True once a mailbox is open."""
        return self.engine is not None

    def make_cover(self) -> Screen[None]:
        """It asks for what was given at login."""
        from tui_mailer.ui.screens.locked import Lock, LockedScreen  # late: not at once

        assert self.engine is not None
        account = self.engine.account
        is_user = partial(self.session.is_user, self.engine)
        must_be_typed = not self.session.is_asked_of_command(account)
        return LockedScreen(Lock(account.address, must_be_typed, is_user, self.opening.password))

    def on_mount(self) -> None:
        """A lost terminal ends the program in order."""
        self.set_class(self.opening.light, LIGHT_CLASS)
        self.set_timer(_STARTING_S, self._time_the_line)
        # Textual takes the terminal again, and draws what changes from then on.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.exit)
        if self.opening.editor:
            from tui_mailer.ui.lent_file import clear_up  # late: few lend anything

            run_aside(self, partial(asyncio.to_thread, clear_up), group="clear-up")
        # Aside: Textual draws, and throws away, whatever is shown before it is done starting.
        self.run_worker(self._begin(), group="begin")

    async def _begin(self) -> None:
        """Show the login screen, or the list if that is soon."""
        begun = self.opening.begun
        with self.batch_update():  # nothing to look at yet
            engine = await begun.within(_SOON_S) if begun is not None else None
        if engine is not None:
            self._opened(engine)
        else:
            self._log_in()

    def _log_in(self) -> None:
        from tui_mailer.ui.screens.login import LoginScreen  # late: often there is none

        login = LoginScreen(self.session, self.opening)
        self.push_screen(login, partial(self._logged_in, login))

    def _logged_in(self, login: "LoginScreen", engine: Engine | None) -> None:
        if engine is None:
            self.exit()
        else:
            self._opened(engine, holds_mail=login.known_account is not None)

    def _opened(self, engine: Engine, *, holds_mail: bool = True) -> None:
        """Show the mailbox; the engine is not started yet."""
        self.engine = engine
        self._bridge = Bridge(self, engine)
        mailbox = MailboxScreen(
            engine,
            partial(self.session.change_password, engine),
            self.opening.attachments_dir or _downloads(),
        )
        # Textual says so after a first layout only, which would be drawn for nothing.
        mailbox.add_class(self._breadth)
        self.push_screen(mailbox)
        mailbox.call_after_refresh(self.opening.once_shown)
        if holds_mail:  # it is shown before anything is asked for
            mailbox.call_after_refresh(engine.start)
        else:
            engine.start()
        if has_few_signs(sys.__stderr__):  # where Textual draws
            self.notify(FEW_SIGNS, severity="warning", timeout=_WARNED_S, markup=False)
        self._calls = Calls(self, engine, mailbox)
        if self.opening.call.ins:
            flows.write_to_patient(self, engine, self.opening.call.ins, self.opening.call.attach)

    @property
    def _breadth(self) -> str:
        """The class of the breakpoint that the terminal's width is at."""
        columns = self.size.width
        return [name for least, name in self.HORIZONTAL_BREAKPOINTS if columns >= least][-1]

    # --- the line to the terminal

    def _time_the_line(self) -> None:
        if self._driver is not None:
            self._line_timer = LineTimer(self._driver, self._line_is_slow)
            self._line_timer.ask()

    def on_cursor_position(self, _event: events.CursorPosition) -> None:
        """The terminal answered."""
        if self._line_timer is not None:
            self._line_timer.answered()

    def on_resize(self) -> None:
        """The terminal has its own way of making its picture fit."""
        forget_picture(self._driver)

    def action_redraw(self) -> None:
        """Send the whole picture again."""
        forget_picture(self._driver)
        self.refresh(layout=True)

    def _line_is_slow(self, round_trip_s: float) -> None:
        self.round_trip_s = round_trip_s
        if self.has_class(LIGHT_CLASS):
            return
        words = f"La ligne est lente ({round_trip_s * 1000:.0f} ms). F7 : affichage léger."
        self.notify(words, timeout=_OFFERED_S, markup=False)

    def action_switch_light(self) -> None:
        """From the full display to the light one and back."""
        self.set_class(not self.has_class(LIGHT_CLASS), LIGHT_CLASS)
        self.clear_notifications()
        for rows in self.screen.query(LineList):
            rows.redraw()

    async def on_unmount(self) -> None:
        """Save what is being written and close the store."""
        if self._bridge is not None:
            self._bridge.close()
        if self.engine is not None:
            await self.engine.stop()

    # --- what every screen offers

    def action_leave(self) -> None:
        """Quit; asks first when a message has not left yet."""
        run_aside(self, self._leave, group="leave", exclusive=True)

    async def _leave(self) -> None:
        engine = self.engine
        waiting_count = self._calls.waiting_count if self._calls is not None else 0
        with self.above_cover():
            if engine is None or await may_leave(self, engine, calls_count=waiting_count):
                self.exit()

    def action_show_help(self) -> None:
        """The keys of the screen that is shown."""
        if isinstance(self.screen, CommandScreen) and self.screen.has_help:
            self.push_screen(HelpScreen(self.screen))

    def action_show_server_words(self) -> None:
        """The server's own words about the error that is shown."""
        if isinstance(self.screen, CommandScreen) and self.screen.shown_error is not None:
            words = self.screen.shown_error.server_words
            self.push_screen(DetailsScreen("Réponse exacte du serveur", words))

    def action_switch_theme(self) -> None:
        """From dark to light and back."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_command_palette(self) -> None:
        """The palette, in French."""
        # One that was just closed may still be there, and no other may bear its name.
        if not any(isinstance(screen, FrenchPalette) for screen in self._nodes):
            self.push_screen(FrenchPalette())
