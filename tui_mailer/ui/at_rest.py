"""While nobody types, what was closed is given back.

A closed screen is a ring of widgets, which the collector alone takes apart. It looks seldom, so that
keys do not wait for it, and passes for good over what is there in the middle of much work: in a
program left open for weeks each letter that was written would stay.
"""

from datetime import timedelta
from time import monotonic, time
from typing import ClassVar

from textual._styles_cache import StylesCache
from textual.app import App
from textual.events import Event, InputEvent

from tui_mailer.ui.opening import Opening


class RestingApp(App[None], inherit_bindings=False):
    """Tidies up once after the last key, and now and then while none comes."""

    rests_after_s: ClassVar[float] = 120.0
    rests_every_s: ClassVar[float] = 3_600.0
    looks_every_s: ClassVar[float] = 20.0

    opening: Opening

    def __init__(self) -> None:
        super().__init__()
        self._last_input_at, self._last_input_on = monotonic(), time()
        self._tidied_at = monotonic()

    @property
    def is_at_work(self) -> bool:
        """True while something goes on that a stop of some 70 ms would hold up."""
        return False

    @property
    def idle(self) -> timedelta:
        """How long nobody has typed; the machine's sleep counts, in which one of the clocks stands."""
        return timedelta(
            seconds=max(monotonic() - self._last_input_at, time() - self._last_input_on)
        )

    def on_mount(self) -> None:
        """Look now and then whether anybody is there."""
        self.set_interval(self.looks_every_s, self._look_around)

    async def on_event(self, event: Event) -> None:
        """Somebody is."""
        if isinstance(event, InputEvent):
            self.somebody_is_there()
        await super().on_event(event)

    def somebody_is_there(self) -> None:
        """As when a key is pressed."""
        self._last_input_at, self._last_input_on = monotonic(), time()

    def _look_around(self) -> None:
        now = monotonic()
        if now - self._last_input_at < self.rests_after_s or self.is_at_work:
            return
        if self._tidied_at > self._last_input_at and now - self._tidied_at < self.rests_every_s:
            return
        # Textual 8 keys it by the widget's own pictures too, a thousand of them.
        StylesCache.get_inner_outer.cache_clear()
        self.opening.at_rest()
        self._tidied_at = monotonic()
