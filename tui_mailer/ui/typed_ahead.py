"""What is typed while a screen to write on opens is for that screen.

Over a slow line a key and the text behind it come at once. Were the first letters lost, or a Tab among
them, the rest of an address would be another one, or stand in another field.
"""

from itertools import takewhile
from time import monotonic
from typing import Final

from textual.app import App
from textual.events import Event, Key

_WRITING: Final = frozenset({"tab", "shift+tab", "backspace", "enter"})
# What the user can always do, however long a screen takes.
_AT_ONCE: Final = frozenset({"ctrl+q", "ctrl+l", "f7", "f9"})
# Who waited longer has seen that nothing came, and meant something else.
_LONGEST_S: Final = 5.0


class TypedAheadApp(App[None], inherit_bindings=False):
    """Holds keys while the screen on top says so, and hands them on in the order of their typing."""

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: list[Key] = []

    async def on_event(self, event: Event) -> None:
        """Every key comes by here, and once more when nobody took it."""
        if isinstance(event, Key) and event.key not in _AT_ONCE:
            if getattr(self.screen, "holds_keys", False):
                self._typed_ahead.append(event)
                return
            self._typed_ahead.clear()  # nothing opened
        await super().on_event(event)

    def first_typed_ahead(self) -> str:
        """The name of the first key that is held, "" for none; it is held no longer."""
        held = [key for key in self._typed_ahead if key.time >= monotonic() - _LONGEST_S]
        self._typed_ahead = sorted(held, key=lambda key: key.time)
        return self._typed_ahead.pop(0).key if held else ""

    @property
    def writes_ahead(self) -> bool:
        """True when the first key that is held is a letter, or another sign."""
        first = min(self._typed_ahead, key=lambda key: key.time, default=None)
        return first is not None and first.is_printable

    async def hand_keys_on(self) -> None:
        """Type them into the field that has the focus, up to a key that writes nothing."""
        keys, self._typed_ahead = sorted(self._typed_ahead, key=lambda key: key.time), []
        field = self.focused
        is_field = field is not None and field.check_consume_key("a", "a")
        if not is_field or not keys or keys[0].time < monotonic() - _LONGEST_S:
            return
        for key in takewhile(_writes, keys):
            again = Key(key.key, key.character)
            again.time = key.time
            await self.on_event(again)


def _writes(key: Key) -> bool:
    return key.is_printable or key.key in _WRITING
