"""An app that ends on a fault without showing it.

Textual prints the traceback with every local variable: subjects, names, a password. Here the fault
is kept for whoever started the app, who says it in a sentence and notes where it happened.
"""

from rich.console import RenderableType
from textual.app import App
from textual.css.query import NoMatches


class InputLost(Exception):
    """The thread that reads the terminal ended on a fault, of which Textual gives a picture only."""


class DiscreetApp(App[None], inherit_bindings=False):
    """Base of the program's app; see the module."""

    @property
    def fault(self) -> Exception | None:
        """What ended the app, if it did not end by itself."""
        return self._exception

    def _handle_exception(self, error: Exception) -> None:
        # A screen that is still being filled when the app is told to end finds its widgets gone.
        if self._exit and isinstance(error, NoMatches):
            self._close_messages_no_wait()
        else:
            super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:  # noqa: ARG002  (Textual's signature)
        """End; nothing is printed."""
        if self._exception is None:
            self._exception = InputLost()
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
