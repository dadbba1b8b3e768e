"""From the engine's events to messages of the screens: the only holder of both."""

import asyncio
from typing import Any, Final

from textual.app import App
from textual.message import Message

from tui_mailer.domain.events import Event, FoldersChanged, MessagesChanged, SyncAdvanced
from tui_mailer.engine.engine import Engine

_PAUSE_S: Final = 0.1


class EngineAnnounced(Message, bubble=False):
    """The engine announced `event`; each screen has `on_engine_announced` if it cares."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class Bridge:
    """Posts each event to every screen on the stack.

    Events that come in bursts (a synchronisation announces hundreds a second) are held back, so
    that a screen hears of each folder ten times a second at most. Order is kept.
    """

    def __init__(self, app: App[Any], engine: Engine) -> None:
        self._app = app
        self._held: dict[object, Event] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._unsubscribe = engine.subscribe(self._heard)

    def close(self) -> None:
        """Hear nothing any more."""
        self._unsubscribe()
        if self._timer is not None:
            self._timer.cancel()

    def _heard(self, event: Event) -> None:
        key = _burst_key(event)
        if key is None:
            self._flush()
            self._post(event)
        elif self._timer is not None:
            self._held[key] = _merged(self._held.pop(key, None), event)
        else:
            self._post(event)
            self._timer = asyncio.get_running_loop().call_later(_PAUSE_S, self._pause_over)

    def _pause_over(self) -> None:
        self._timer = None
        if self._held:
            self._flush()
            self._timer = asyncio.get_running_loop().call_later(_PAUSE_S, self._pause_over)

    def _flush(self) -> None:
        held, self._held = self._held, {}
        for event in held.values():
            self._post(event)

    def _post(self, event: Event) -> None:
        for screen in self._app.screen_stack:
            screen.post_message(EngineAnnounced(event))


def _burst_key(event: Event) -> object | None:
    """What a later event of the same key replaces; None for an event of its own."""
    if isinstance(event, MessagesChanged | SyncAdvanced):
        return type(event), event.folder_id
    return FoldersChanged if isinstance(event, FoldersChanged) else None


def _merged(held: Event | None, event: Event) -> Event:
    if isinstance(held, MessagesChanged) and isinstance(event, MessagesChanged):
        return MessagesChanged(event.folder_id, held.arrived_count + event.arrived_count)
    return event
