"""One point of an identity to confirm: a box that only its own key press ticks."""

from dataclasses import dataclass
from time import monotonic
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tui_mailer.domain.patient import IdentityPoint
from tui_mailer.ui.presenters.identity import point_label
from tui_mailer.ui.reading_time import could_be_read
from tui_mailer.ui.text import line

_TOO_LOW: Final = "Cette ligne ne tient pas à l’écran : agrandissez la fenêtre pour la confirmer."


class ConfirmPoint(Horizontal, can_focus=True):
    """A line ``[x] Sexe   Femme   je confirme``.

    Space (or a click) toggles it, once the identity has been on the screen for long enough to be
    read: keys typed ahead confirm nothing, nor does one for a line that is scrolled out of sight.
    Enter does nothing, so that a pasted line break does not.
    """

    # As the arrows: handled by the app, it would overtake a Space that waits here.
    keeps_tab = True

    value = reactive("")
    confirmed = reactive(False)

    @dataclass
    class Toggled(Message):
        """The user ticked the box, or took the tick back."""

        point: IdentityPoint

    def __init__(self, point: IdentityPoint) -> None:
        super().__init__(id=f"point-{point.name.lower().replace('_', '-')}")
        self.point = point
        self._shown_at: float | None = None

    @property
    def accepts_keys(self) -> bool:
        """True once what is to be confirmed could be read."""
        return self._takes(monotonic())

    def expect(self, value: str) -> None:
        """Show `value`, unconfirmed; keys count only after it was painted and could be read."""
        self.value = value
        self.confirmed = False
        self._begin_reading()

    def _begin_reading(self) -> None:
        self._shown_at = None
        self.call_after_refresh(self._painted)

    @property
    def is_in_sight(self) -> bool:
        """True while all of it stands on the terminal: a low one scrolls."""
        try:
            placed = self.screen.find_widget(self)
        except NoWidget:
            return False
        return placed.visible_region == placed.region

    def on_focus(self) -> None:
        """What had to be scrolled to is read from now on."""
        if not self.is_in_sight:
            self._begin_reading()

    def _painted(self) -> None:
        self._shown_at = monotonic()

    def _say_too_low(self) -> None:
        if not self.is_in_sight:
            self.app.notify(_TOO_LOW, severity="warning", markup=False)

    def _takes(self, pressed_at: float) -> bool:
        return could_be_read(self.app, self._shown_at, pressed_at)

    def bring_in_sight(self) -> None:
        """Scroll to it; it is read from now on."""
        self._begin_reading()
        self.scroll_visible(animate=False)

    def on_click(self, event: Click) -> None:
        """A click toggles."""
        self.toggle(event.time)

    def toggle(self, pressed_at: float) -> None:
        """Ask for the tick to change, if the identity could be read by then (monotonic time)."""
        if not self.is_in_sight:
            self.bring_in_sight()
            self.call_after_refresh(self._say_too_low)
        elif self._takes(pressed_at):
            self.post_message(self.Toggled(self.point))

    def compose(self) -> ComposeResult:
        """The box with its label, then what is confirmed: all of it, on as many lines as needed."""
        yield Static(self._box(), markup=False, classes="point-box")
        yield Static(self._said(), markup=False, classes="point-value")

    def watch_value(self) -> None:
        """What is to be confirmed changed."""
        self._draw()

    def watch_confirmed(self) -> None:
        """The tick changed."""
        self._draw()

    def _draw(self) -> None:
        for static, content in zip(self.query(Static), (self._box(), self._said()), strict=False):
            static.update(content)

    def _box(self) -> Content:
        return line(("[x] " if self.confirmed else "[ ] ", "bold"), point_label(self.point))

    def _said(self) -> Content:
        said = " — confirmé" if self.confirmed else " — je confirme"
        return line((self.value, "bold"), (said, "$text-muted"))
