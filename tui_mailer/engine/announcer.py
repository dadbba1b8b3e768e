"""One stream of events out of the engine, to any number of listeners."""

import logging
from collections.abc import Callable

from tui_mailer.domain.events import Event

Listener = Callable[[Event], None]

_log = logging.getLogger(__name__)


class Announcer:
    """Calls every listener in the event loop, at once and in order; a listener must not block."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; call what is returned to remove it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def __call__(self, event: Event) -> None:
        """Announce `event`; a listener that fails does not stop the others, nor the engine."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001  (a screen's fault must not end the mail)
                _log.error("a listener failed on %s", type(event).__name__)
