"""The reader: one message, scrolled by keys."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui_mailer.domain.message import MessageSummary, ReadMessage
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters import message_text
from tui_mailer.ui.presenters.message_text import ReaderContext
from tui_mailer.ui.text import line


class Reader(VerticalScroll, inherit_bindings=False):
    """Shows one message, or says why not yet.

    Attributes:
        message: what is shown, None while there is nothing or it is loading.
    """

    def __init__(self, patient_domain: str) -> None:
        super().__init__()
        self._patient_domain = patient_domain
        self.message: ReadMessage | None = None

    def compose(self) -> ComposeResult:
        """Headers, attachments, text."""
        yield Static(id="reader-headers", markup=False)
        yield Static(id="reader-attachments", markup=False)
        yield Static(
            line(("Entrée ouvre le message choisi dans la liste.", "dim")), id="reader-body"
        )

    def show(self, message: ReadMessage) -> None:
        """Show a whole message from its start."""
        context = ReaderContext(local_now(), self._patient_domain)
        self.message = message
        self._fill(
            message_text.headers(message, context),
            message_text.attachments(message.attachments),
            message_text.body(message),
        )

    def show_waiting(self, summary: MessageSummary, words: str) -> None:
        """Only the row of the message is here; `words` say what is awaited, or what failed."""
        self.message = None
        self._fill(line((summary.subject or "(sans objet)", "bold")), Content(""), line(words))

    def clear(self) -> None:
        """Show nothing."""
        self.message = None
        self._fill(Content(""), Content(""), Content(""))

    def _fill(self, headers: Content, attachments: Content, body: Content) -> None:
        self.query_one("#reader-headers", Static).update(headers)
        files = self.query_one("#reader-attachments", Static)
        files.update(attachments)
        files.display = bool(attachments)
        self.query_one("#reader-body", Static).update(body)
        self.scroll_home(animate=False)

    # --- moving, as the lists do

    def move(self, rows: int) -> None:
        """Scroll by lines."""
        self.scroll_relative(y=rows, animate=False)

    def move_page(self, pages: int) -> None:
        """Scroll by pages, one line kept in sight."""
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)

    def move_to_edge(self, *, last: bool) -> None:
        """Scroll to the start or the end."""
        if last:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)
