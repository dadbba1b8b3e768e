"""The reader: one message, scrolled by keys."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui_mailer.domain.message import MessageSummary, ReadMessage
from tui_mailer.domain.subject import shown_subject
from tui_mailer.domain.traits import PatientTraits
from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters import message_text
from tui_mailer.ui.presenters.fate import News, reader_lines
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
        self._traits: PatientTraits | None = None
        self._after_end = False
        self._news: News | None = None
        self._rest: list[Content] = []

    def compose(self) -> ComposeResult:
        """Headers, attachments, text."""
        for name in ("headers", "attachments", "body"):
            yield Static(id=f"reader-{name}", markup=False, classes="reader-text")

    def on_mount(self) -> None:
        """Nothing is open yet."""
        self.clear()

    def clear(self) -> None:
        """Nothing is read."""
        self.message = None
        self._rest = []
        hint = line(("\nEntrée ouvre le message choisi dans la liste.", "dim"))
        self._fill(Content(""), Content(""), hint)

    def show(
        self,
        message: ReadMessage,
        traits: PatientTraits | None = None,
        news: News | None = None,
        *,
        after_end: bool = False,
    ) -> None:
        """Show a whole message from its start.

        Args:
            message: what is shown.
            traits: the stored identity of its patient.
            news: what became of it, when it is one of ours, or what it reports.
            after_end: the patient wrote it after the end of the exchange.
        """
        self.message = message
        self._traits = traits
        self._news = news
        self._after_end = after_end
        first, *self._rest = message_text.body(message)
        self._fill(self._headers(message), message_text.attachments(message.attachments), first)
        if self._rest:
            run_aside(self, self._show_rest, group="rest")

    def show_news(self, news: News | None) -> None:
        """Something was reported on the message that is shown; the reader stays where it is."""
        self._news = news
        self.on_resize()

    async def _show_rest(self) -> None:
        """Show the rest of a long message block by block; keys are heard between two."""
        rest = self._rest
        for block in rest:
            if rest is not self._rest:
                return
            await self.mount(Static(block, markup=False, classes="reader-text reader-more"))

    def show_waiting(self, summary: MessageSummary, words: str) -> None:
        """Only the row of the message is here; `words` say what is awaited, or what failed."""
        self.message = None
        self._rest = []
        self._fill(
            line((shown_subject(summary.subject) or "(sans objet)", "bold")),
            Content(""),
            line(words),
        )

    def on_resize(self) -> None:
        """The headers are laid out for the width."""
        if self.message is not None:
            self._part("headers").update(self._headers(self.message))

    def _headers(self, message: ReadMessage) -> Content:
        width, now = self.scrollable_content_region.width, local_now()
        context = ReaderContext(now, self._patient_domain, width, self._traits, self._after_end)
        headers = message_text.headers(message, context)
        news = reader_lines(message, self._news, now, self._patient_domain) if self._news else []
        return line(headers, "\n\n", line(*news).rstrip()) if news else headers

    def _fill(self, headers: Content, attachments: Content, body: Content) -> None:
        self.query(".reader-more").remove()
        for name, content in (("headers", headers), ("attachments", attachments), ("body", body)):
            self._part(name).update(content)
            self._part(name).display = bool(content)
        self.scroll_home(animate=False)

    def _part(self, name: str) -> Static:
        return self.query_one(f"#reader-{name}", Static)

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
