"""One value among a few, on one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui_mailer.ui.text import line

T = TypeVar("T")


class Choice(Widget, Generic[T], can_focus=True):
    """Shows ``‹ STARTTLS ›``; the arrows, space or a click choose another value."""

    BINDINGS = [  # noqa: RUF012  (Textual's own)
        Binding("right,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
    ]
    index = reactive(0)

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        choice: "Choice[Any]"

        @property
        def control(self) -> "Choice[Any]":
            """The widget, for selectors."""
            return self.choice

    def __init__(
        self,
        options: Sequence[tuple[T, str]],
        value: T,
        *,
        id: str | None = None,  # noqa: A002  (the library's name)
    ) -> None:
        """`options`: values with their French labels."""
        super().__init__(id=id)
        self._options = tuple(options)
        self.value = value

    @property
    def value(self) -> T:
        """The value that is chosen."""
        return self._options[self.index][0]

    @value.setter
    def value(self, value: T) -> None:
        self.index = [option for option, _ in self._options].index(value)

    def action_step(self, by: int) -> None:
        """Choose the next value, or the one before."""
        self.index = (self.index + by) % len(self._options)
        self.post_message(self.Changed(self))

    def on_click(self) -> None:
        """A click chooses the next value."""
        self.action_step(1)

    def render(self) -> Content:
        """The label between its arrows."""
        return line(("‹ ", "$text-muted"), self._options[self.index][1], (" ›", "$text-muted"))
