"""Nobody at the keyboard: what is on the screen is covered until whoever logged in is back.

A practice's screen is seen by who passes by. The field asks for it after two hours at the most
(SC.SSI/IE.58), and for a key that does it at once. Mail goes on coming and leaving meanwhile.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, ClassVar, Final

from textual.events import Event, InputEvent, Paste
from textual.screen import Screen

from tui_mailer.ui.at_rest import RestingApp

# Of the task that asks: others that wait meanwhile go on waiting.
_MAY_COVER: Final = ContextVar("_MAY_COVER", default=False)


class LockingApp(RestingApp, inherit_bindings=False):
    """Covers the screen; what would show or leave another one meanwhile waits."""

    looks_at_lock_every_s: ClassVar[float] = 5.0

    def __init__(self) -> None:
        super().__init__()
        self._cover: Screen[None] | None = None
        self._unlocked = asyncio.Event()
        self._unlocked.set()
        self._held_back: list[Callable[[], object]] = []
        self._is_lent = False

    # --- for the application

    @property
    def lock_after(self) -> timedelta:
        """Without a key for so long, the screen is covered."""
        raise NotImplementedError

    @property
    def has_secrets(self) -> bool:
        """True while there is something on the screen that not everybody may see."""
        raise NotImplementedError

    def make_cover(self) -> Screen[None]:
        """What covers the screen, and leaves itself once it may."""
        raise NotImplementedError

    # --- locking

    @property
    def is_locked(self) -> bool:
        """True while the screen is covered."""
        return self._cover is not None

    @property
    def may_lock(self) -> bool:
        """True while there is something to hide, and it is not hidden yet."""
        return self._cover is None and self.has_secrets

    def action_lock(self) -> None:
        """Cover the screen, if there is something to hide."""
        if self.may_lock:
            self._cover = self.make_cover()
            self._unlocked.clear()
            self.push_screen(self._cover, self._uncovered)

    def _uncovered(self, _: None) -> None:
        self._cover = None
        self._unlocked.set()
        held, self._held_back = self._held_back, []
        for go_on in held:
            go_on()

    def on_mount(self) -> None:
        """Look now and then how long nobody has been there."""
        self.set_interval(self.looks_at_lock_every_s, self._lock_if_alone)
        self.app_suspend_signal.subscribe(self, lambda _: self._lends(lent=True), immediate=True)
        self.app_resume_signal.subscribe(self, lambda _: self._lends(lent=False), immediate=True)

    def _lends(self, *, lent: bool) -> None:
        """The terminal, to an editor: who types there is not away."""
        self._is_lent = lent
        self.somebody_is_there()

    async def on_event(self, event: Event) -> None:
        """A key that wakes the machine, long after the last one, shows nothing and does nothing."""
        if isinstance(event, InputEvent | Paste) and self.may_lock:
            self._lock_if_alone()
            if self.is_locked:
                return
        await super().on_event(event)

    def _lock_if_alone(self) -> None:
        if self.idle >= self.lock_after and not self._is_lent:
            self.action_lock()

    # --- what waits

    async def unlocked(self) -> None:
        """Wait until the screen is not covered."""
        while self.is_locked:
            await self._unlocked.wait()

    async def push_screen_wait(self, screen: Any, *, mode: str | None = None) -> Any:  # noqa: ANN401  (as Textual's)
        """As Textual's; a screen that would come above the cover comes when that is gone."""
        if not _MAY_COVER.get():
            await self.unlocked()
        return await super().push_screen_wait(screen, mode=mode)

    @contextmanager
    def above_cover(self) -> Iterator[None]:
        """What is asked in here is asked though the screen is covered: it holds nobody's name."""
        token = _MAY_COVER.set(True)
        try:
            yield
        finally:
            _MAY_COVER.reset(token)

    def hold_back(self, screen: Screen[Any], leave: Callable[[], object]) -> bool:
        """True when `screen` is right below the cover: `leave` is called when that is gone."""
        stack = self.screen_stack
        if self._cover is None or self._cover not in stack:
            return False
        is_next = stack[stack.index(self._cover) - 1] is screen
        if is_next:
            self._held_back.append(leave)
        return is_next
