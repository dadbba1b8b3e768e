"""What the practice's software asks while the program is open, once nothing else is being done."""

from collections import deque
from typing import Any, Final

from textual.app import App

from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.events import Event, WriteAsked
from tui_mailer.engine.engine import Engine
from tui_mailer.ui import flows
from tui_mailer.ui.screens.mailbox import MailboxScreen

_LOOK_S: Final = 0.5
_SAID_S: Final = 20.0
_WAITS: Final = (
    "Votre logiciel métier demande d’écrire à un patient. La recherche s’ouvrira dès que vous "
    "aurez fini ici."
)


class Calls:
    """Takes calls one after the other.

    None opens over a message that is being written, nor while the last one can be taken back: the
    key for that would be lost in the search bar.
    """

    def __init__(self, app: App[Any], engine: Engine, mailbox: MailboxScreen) -> None:
        self._app = app
        self._engine = engine
        self._mailbox = mailbox
        self._waiting = deque[WriteCall]()
        self._begun: WriteCall | None = None
        self._looking = app.set_interval(_LOOK_S, self._look, pause=True)
        engine.subscribe(self._heard)

    @property
    def waiting_count(self) -> int:
        """How many have not begun."""
        return len(self._waiting)

    def _heard(self, event: Event) -> None:
        if not isinstance(event, WriteAsked) or self._is_known(event.call):
            return
        self._waiting.append(event.call)
        self._look()
        if len(self._waiting) == 1:  # said once, however many follow
            self._app.bell()
            self._app.notify(_WAITS, timeout=_SAID_S, markup=False)
            self._looking.resume()

    def _is_known(self, call: WriteCall) -> bool:
        """A second click asks for nothing new."""
        is_on_screen = call == self._begun and flows.is_under_way(self._app)
        return is_on_screen or call in self._waiting

    def _look(self) -> None:
        is_free = self._mailbox.is_current and not self._mailbox.is_opening
        if self._waiting and is_free and self._mailbox.may_take_back is None:
            self._begun = call = self._waiting.popleft()
            flows.write_to_patient(self._app, self._engine, call.ins, call.attach)
        if not self._waiting:
            self._looking.pause()
