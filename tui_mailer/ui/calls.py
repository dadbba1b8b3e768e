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
    "Votre logiciel métier demande d’écrire à un usager. La recherche s’ouvrira dès que vous "
    "aurez fini ici."
)


class Calls:
    """Takes calls one after the other; none opens over a message that is being written."""

    def __init__(self, app: App[Any], engine: Engine) -> None:
        self._app = app
        self._engine = engine
        self._waiting = deque[WriteCall]()
        self._looking = app.set_interval(_LOOK_S, self._look, pause=True)

    def heard(self, event: Event) -> None:
        """Begin with what is asked, or say that it waits; what is asked twice is done once."""
        if not isinstance(event, WriteAsked) or event.call in self._waiting:
            return
        self._waiting.append(event.call)
        self._app.bell()
        self._look()
        if self._waiting:
            self._looking.resume()
            self._app.notify(_WAITS, timeout=_SAID_S, markup=False)

    def _look(self) -> None:
        if isinstance(self._app.screen, MailboxScreen) and not flows.is_under_way(self._app):
            call = self._waiting.popleft()
            flows.write_to_patient(self._app, self._engine, call.ins, call.attach)
        if not self._waiting:
            self._looking.pause()
