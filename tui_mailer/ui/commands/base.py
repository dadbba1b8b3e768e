"""What a command is, and the screen that turns commands into keys, key bar, help and palette."""

import inspect
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, cast

from textual import events, on
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.worker import Worker, WorkerState

from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.ui.aside import is_running, run_aside
from tui_mailer.ui.covered import StyledOnceScreen
from tui_mailer.ui.dismissed_once import DismissedOnceScreen
from tui_mailer.ui.locking import LockingApp
from tui_mailer.ui.typed_ahead import TypedAheadApp
from tui_mailer.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from tui_mailer.ui.app import MailerApp

ScreenT = TypeVar("ScreenT")
ResultT = TypeVar("ResultT")

_ASKING: Final = "command "
_log = logging.getLogger(__name__)

_KEY_NAMES: Final = {
    "enter": "Entrée",
    "escape": "Échap",
    "tab": "Tab",
    "shift+tab": "Maj+Tab",
    "space": "Espace",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "Page↑",
    "pagedown": "Page↓",
    "home": "Début",
    "end": "Fin",
    "plus": "+",
    "question_mark": "?",
    "asterisk": "*",
    "delete": "Suppr",
    "backspace": "Retour arrière",
    "slash": "/",
    "shift": "Maj",
}


class Command(Generic[ScreenT]):
    """One thing the user can do on a screen. The docstring of a subclass is its French help line.

    Attributes:
        key: Textual key names, several separated by commas; "" for the palette alone.
        label: short French for the key bar.
        in_bar: False for what the help names and the key bar has no room for.
        priority: True for a key that a text field would take for itself.
        asks: True when `run` waits for the user's answer on another screen: it runs aside then,
            and the same key does nothing until it has ended.
    """

    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    in_bar: ClassVar[bool] = True
    priority: ClassVar[bool] = False
    asks: ClassVar[bool] = False

    @classmethod
    def help_line(cls) -> str:
        """The docstring's first paragraph on one line."""
        return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())

    @classmethod
    def key_names(cls) -> str:
        """The keys as a French keyboard writes them."""
        return ", ".join(key_name(key.strip()) for key in cls.key.split(",") if key)

    def enabled(self, screen: ScreenT) -> bool:  # noqa: ARG002  (subclasses look at it)
        """False when it makes no sense now: it leaves the key bar and its key does nothing."""
        return True

    def worth_a_place(self, screen: ScreenT) -> bool:  # noqa: ARG002  (subclasses look at it)
        """False when all that the key would do now is to say why not: it leaves the key bar alone."""
        return True

    async def run(self, screen: ScreenT) -> None:
        """Do it. A `MailerError` raised here is shown on the screen."""
        raise NotImplementedError


AnyCommand = type[Command[Any]]


def key_name(key: str) -> str:
    """One Textual key name as the user reads it: "ctrl+s" is "Ctrl+S"."""
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    if "+" in key:
        modifier, _, letter = key.rpartition("+")
        modifier = _KEY_NAMES.get(modifier, modifier.capitalize())
        return f"{modifier}+{_KEY_NAMES.get(letter, letter.upper())}"
    return key.upper() if key.startswith("f") and key[1:].isdigit() else key


def bindings(commands: Iterable[AnyCommand]) -> list[Binding]:
    """The Textual bindings of `commands`."""
    return [
        Binding(
            command.key,
            f"command('{command.__name__}')",
            command.label,
            show=command.in_bar,
            priority=command.priority,
        )
        for command in commands
        if command.key
    ]


class ShowServerWords(Command["CommandScreen[Any]"]):
    """Lire la réponse exacte du serveur."""

    key = "f2"
    label = "Réponse du serveur"

    def enabled(self, screen: "CommandScreen[Any]") -> bool:
        """Only beside an error that has such words."""
        return screen.shown_error is not None and bool(screen.shown_error.server_words)

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Open them above the screen."""
        await screen.app.run_action("app.show_server_words")


class CloseNotice(Command["CommandScreen[Any]"]):
    """Fermer l’avis affiché."""

    key = "escape"
    label = "Fermer l’avis"

    def enabled(self, screen: "CommandScreen[Any]") -> bool:
        """Only while there is one."""
        return screen.shown_error is not None

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Take it off the screen."""
        screen.clear_error()


class Help(Command["CommandScreen[Any]"]):
    """Afficher les touches de cet écran."""

    key = "question_mark,f1"
    label = "Aide"

    def enabled(self, screen: "CommandScreen[Any]") -> bool:
        """Not on the help itself, which the same keys close."""
        return screen.has_help

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Open the help above the screen."""
        await screen.app.run_action("app.show_help")


class Palette(Command["CommandScreen[Any]"]):
    """Chercher une commande par son nom."""

    key = "ctrl+p"
    label = "Palette"
    in_bar = False
    priority = True

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Open the palette above the screen."""
        await screen.app.run_action("app.command_palette")


class SwitchTheme(Command["CommandScreen[Any]"]):
    """Passer du thème sombre au thème clair, ou l’inverse."""

    label = "Thème"
    in_bar = False

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """The other one, until the program ends."""
        await screen.app.run_action("app.switch_theme")


class SwitchLight(Command["CommandScreen[Any]"]):
    """Alléger l’affichage pour une ligne lente, ou le rétablir."""

    key = "f7"
    label = "Affichage léger"
    in_bar = False

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """The other one, until the program ends."""
        await screen.app.run_action("app.switch_light")


class Redraw(Command["CommandScreen[Any]"]):
    """Redessiner tout l’écran, quand un autre programme a écrit dessus."""

    key = "ctrl+l"
    label = "Redessiner"
    in_bar = False

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Send the whole picture again."""
        await screen.app.run_action("app.redraw")


class LockTheScreen(Command["CommandScreen[Any]"]):
    """Verrouiller l’écran ; les messages continuent d’arriver et de partir."""

    key = "f9"  # which the app takes before any screen
    label = "Verrouiller"
    in_bar = False

    def enabled(self, screen: "CommandScreen[Any]") -> bool:
        """While there is something to hide."""
        return isinstance(screen.app, LockingApp) and screen.app.may_lock

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Cover the screen until whoever logged in is back."""
        await screen.app.run_action("app.lock")


class Quit(Command["CommandScreen[Any]"]):
    """Quitter ; ce qui est en cours d’écriture est gardé."""

    key = "ctrl+q"
    label = "Quitter"
    in_bar = False
    priority = True

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """End the program, or ask when a message has not left yet."""
        await screen.app.run_action("app.leave")


class NextField(Command["CommandScreen[Any]"]):
    """Passer au champ suivant."""

    # Taken before any field sees it: Textual gives all keys of one burst to the field that was
    # focused first, and over a slow line the next field's text would end up in this one.
    key = "tab"
    label = "Champ suivant"
    in_bar = False
    priority = True

    def enabled(self, screen: "CommandScreen[Any]") -> bool:
        """Not while a field wants it, to accept a suggestion."""
        return not getattr(screen.focused, "keeps_tab", False)

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Move the focus."""
        screen.focus_next()


class PreviousField(NextField):
    """Revenir au champ précédent."""

    key = "shift+tab"
    label = "Champ précédent"

    async def run(self, screen: "CommandScreen[Any]") -> None:
        """Move the focus."""
        screen.focus_previous()


_BETWEEN_FIELDS: Final[tuple[AnyCommand, ...]] = (NextField, PreviousField)
_NOTICE: Final[tuple[AnyCommand, ...]] = (CloseNotice, ShowServerWords)
EVERYWHERE: Final[tuple[AnyCommand, ...]] = (
    Palette,
    SwitchTheme,
    SwitchLight,
    Redraw,
    LockTheScreen,
    Help,
    Quit,
)
"""What every screen offers last."""
AT_ONCE: Final[tuple[AnyCommand, ...]] = (Redraw, SwitchLight, LockTheScreen, Quit)
"""What can be done while another screen is about to be shown: the lock holds that one back."""


class CommandScreen(StyledOnceScreen[ResultT], DismissedOnceScreen[ResultT]):
    """A screen whose keys are commands: set `commands` and `heading` in a subclass.

    Compose a `Notice` to have errors shown, and a `KeyBar` to have the keys shown.

    Attributes:
        commands: what can be done here, the most useful first: the key bar cuts the end off.
        heading: the screen's French name in the help.
        takes_typed_ahead: what was typed while it opened is written where its focus is.
        has_help: its keys can be listed.
    """

    has_help: ClassVar[bool] = True

    takes_typed_ahead: ClassVar[bool] = False
    _is_ready = False
    _is_composed = False
    commands: ClassVar[tuple[AnyCommand, ...]] = ()
    heading: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401  (Textual's own options)
        if "commands" in cls.__dict__:
            # Escape closes a notice before it leaves the screen.
            cls.BINDINGS = [*bindings(_NOTICE + cls.commands + cls._common())]
        super().__init_subclass__(**options)

    @property
    def mailer(self) -> "MailerApp":
        """The application, as what it is."""
        return cast("MailerApp", self.app)

    @classmethod
    def all_commands(cls) -> tuple[AnyCommand, ...]:
        """Those of this screen and those of every screen."""
        return cls.commands + _NOTICE + cls._common()

    @classmethod
    def _common(cls) -> tuple[AnyCommand, ...]:
        has_tab = any("tab" in command.key.split(",") for command in cls.commands)
        return EVERYWHERE if has_tab else _BETWEEN_FIELDS + EVERYWHERE

    def available(self) -> Sequence[AnyCommand]:
        """The commands that make sense now."""
        every = _NOTICE + self.commands + self._common()
        return [command for command in every if command().enabled(self)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a key through only to a command that makes sense now."""
        if action != "command":
            return super().check_action(action, parameters)
        return any(command.__name__ == parameters[0] for command in self._available_now())

    async def action_command(self, name: str) -> None:
        """Run the command of the class `name`."""
        for command in self._available_now():
            if command.__name__ == name:
                await self.run_command(command)

    def _available_now(self) -> Sequence[AnyCommand]:
        """What a key may do: without its widgets, a screen cannot say what makes sense."""
        return self.available() if self._has_widgets else AT_ONCE

    @property
    def _has_widgets(self) -> bool:
        """False before they are there, and once the screen was taken down."""
        return self._is_composed and self.is_attached

    async def _on_compose(self, event: events.Compose) -> None:
        await super()._on_compose(event)
        self._is_composed = True

    async def run_command(self, command: AnyCommand) -> None:
        """Run `command`: at once, or aside when it asks the user something.

        The palette may ask for it before the screen has its widgets, or when they are gone.
        """
        if not (self._has_widgets or command in AT_ONCE):
            return
        if not command.asks:
            await self._run(command)
            return
        group = f"{_ASKING}{command.__name__}"
        if not is_running(self, group):
            run_aside(self, partial(self._run, command), group=group)

    @property
    def is_asking(self) -> bool:
        """True while a command of this screen that asks something has not ended."""
        return any(
            worker.node is self and worker.group.startswith(_ASKING) and not worker.is_finished
            for worker in self.workers
        )

    async def _run(self, command: AnyCommand) -> None:
        try:
            await command().run(self)
        except MailerError as error:
            self.show_error(error)
        self.refresh_bindings()

    # --- keys typed while it opens

    @property
    def holds_keys(self) -> bool:
        """True while what is typed is for a screen, or a field of this one, that is not there yet."""
        return self.takes_typed_ahead and not self._is_ready

    @on(events.Mount)
    def _becomes_ready(self) -> None:
        """Hand the keys on once the focus, which goes the same way, is where it belongs."""
        if self.takes_typed_ahead:
            self.app.call_later(self.take_typed_ahead)

    async def take_typed_ahead(self) -> None:
        """Write what was typed while it opened."""
        self._is_ready = True
        if isinstance(self.app, TypedAheadApp) and self.is_current:
            await self.app.hand_keys_on()

    # --- errors

    @on(Worker.StateChanged)
    def worker_failed(self, event: Worker.StateChanged) -> None:
        """A worker of this screen failed: say so, without what the fault's text may hold."""
        fault = event.worker.error
        if event.state is WorkerState.ERROR and fault is not None:
            _log.error("%s failed: %s", event.worker.group, type(fault).__name__)
            self.show_error(fault if isinstance(fault, MailerError) else MailerError())

    @property
    def shown_error(self) -> MailerError | None:
        """The error on the screen, if there is one."""
        notice = self._notice
        return notice.error if notice is not None else None

    def show_error(self, error: MailerError) -> None:
        """Show an error until it is closed or replaced."""
        if self._notice is not None:
            self._notice.show_error(error)
            self.refresh_bindings()

    def tell(self, words: SafeText) -> None:
        """Say for a while what was done, where the screen has a place for it."""

    def clear_error(self) -> None:
        """The error no longer holds."""
        if self._notice is not None:
            self._notice.clear()
            self.refresh_bindings()

    @property
    def _notice(self) -> Notice | None:
        return self.query_one_optional(Notice)


class CommandModal(ModalScreen[ResultT], CommandScreen[ResultT]):
    """A `CommandScreen` shown above another one.

    `ModalScreen` comes first: styles know a class by its first base alone.
    """

    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012  (Textual's own)
