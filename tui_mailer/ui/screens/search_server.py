"""The server's part of the search of the mailbox screen: when it is asked, what is said of it."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from tui_mailer.domain.events import Connectivity
from tui_mailer.domain.message import SearchView
from tui_mailer.domain.server_search import SearchStage, ServerHits, names_attachment
from tui_mailer.ui.presenters.search import attachment_words, server_words

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

# After the pause that the bar makes itself: a thought long.
PAUSE_BEFORE_SERVER_S: Final = 0.5
_WIDE: Final = 110
_NO_LINE: Final = frozenset({Connectivity.OFFLINE, Connectivity.CONNECTING, Connectivity.REFUSED})


class ServerPart:
    """Asks for what is typed once the keys have rested, or at once."""

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen
        self._pause: Timer | None = None

    def ask(self, view: SearchView | None, *, at_once: bool) -> None:
        """Look for `view` there too; what was asked before for another one is given up."""
        self._end_pause()
        if view is None:
            self._screen.engine.server_search.stop()
            return
        wanted, hits = replace(view, found=()), self._hits(view)
        if hits is not None and hits.stage is not SearchStage.OFFLINE:
            return
        self._screen.engine.server_search.stop()
        if at_once:
            self._screen.engine.server_search.begin(wanted)
        else:
            begin = self._screen.engine.server_search.begin
            self._pause = self._screen.set_timer(PAUSE_BEFORE_SERVER_S, lambda: begin(wanted))

    def stop(self) -> None:
        """The search is closed."""
        self._end_pause()
        self._screen.engine.server_search.stop()

    def joined(self, view: SearchView) -> SearchView:
        """`view` with what the server found of it so far."""
        hits = self._hits(view)
        return view if hits is None else replace(view, found=hits.found)

    async def words(self, view: SearchView, count: int) -> str:
        """What is said beside the `count` of messages found here and there."""
        brief = self._screen.size.width < _WIDE
        if names_attachment(view.query):
            return attachment_words(brief=brief)
        hits = self._hits(view)
        if hits is None:
            return ""
        engine, stage = self._screen.engine, hits.stage
        if stage is SearchStage.ASKING and engine.connectivity in _NO_LINE:
            stage = SearchStage.OFFLINE
        here = await engine.reading.count(replace(view, found=())) if hits.found else count
        return server_words(stage, count - here, brief=brief)

    def _hits(self, view: SearchView) -> ServerHits | None:
        hits = self._screen.engine.server_search.hits
        return hits if hits is not None and hits.view == replace(view, found=()) else None

    def _end_pause(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
