"""The search bar: one line above the panes, with what was found on its right."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input, Static

from tui_mailer.domain.search import LONGEST_TYPED
from tui_mailer.ui.text import Part, line
from tui_mailer.ui.widgets.line_input import LineInput

# Shorter than between two words, longer than between two letters of one.
_PAUSE_BEFORE_SEARCH_S = 0.1


class SearchBar(Horizontal):
    """Hidden until a search begins."""

    class Typed(Message):
        """Another text stands in the bar, and the keys have paused."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """What it is, what is typed, what was found."""
        yield Static(line(("Chercher ", "bold")), markup=False, id="search-label")
        yield LineInput(
            placeholder="mots, de: à: objet: corps: pj: date: patient:",
            max_length=LONGEST_TYPED,
            compact=True,
            id="search-text",
        )
        yield Static(markup=False, id="search-found")

    @property
    def input(self) -> Input:
        """The field."""
        return self.query_one("#search-text", Input)

    @property
    def is_pausing(self) -> bool:
        """Something was typed and has not been looked for yet."""
        return self._pause is not None

    def show(self) -> None:
        """Show the bar and write in it, the letters of the same burst of keys included."""
        if not self.display:
            self._empty()  # of letters that the key which hid the bar had overtaken
        self.display = True
        self.screen.set_focus(self.input)

    def hide(self) -> None:
        """Empty the bar and hide it."""
        self._empty()
        self.display = False

    def _empty(self) -> None:
        with self.prevent(Input.Changed):
            self.input.value = ""
        self._stop_pause()

    def say(self, *parts: Part) -> None:
        """What was found."""
        self.query_one("#search-found", Static).update(line(*parts))

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Wait for the end of the word."""
        event.stop()
        self._stop_pause()
        self._pause = self.set_timer(_PAUSE_BEFORE_SEARCH_S, self.settle)

    def taken(self) -> str:
        """What is typed now, which is looked for: nobody waits for a pause any more."""
        self._stop_pause()
        return self.input.value

    def settle(self) -> None:
        """Look for what is typed now."""
        self._stop_pause()
        self.post_message(self.Typed())

    def _stop_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
