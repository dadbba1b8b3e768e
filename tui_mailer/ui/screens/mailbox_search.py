"""The search of the mailbox screen.

closed ──key──▶ typing ──Enter──▶ in the list ──Escape──▶ closed, the list as it was
                  ▲   └──Escape──▶ closed    │
                  └───────────key────────────┘
"""

import asyncio
from typing import TYPE_CHECKING

from tui_mailer.domain.message import FolderView, MessageSummary, PatientsView, SearchView
from tui_mailer.domain.search import SearchQuery, parse
from tui_mailer.ui.aside import is_running, run_aside
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters.search import EVERYWHERE, found_words
from tui_mailer.ui.screens.search_server import ServerPart
from tui_mailer.ui.widgets.row_window import ViewRows
from tui_mailer.ui.widgets.search_bar import SearchBar
from tui_mailer.ui.widgets.windowed_list import ListPlace

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

_LOOKING = "mailbox search"
_NONE = "Aucun message trouvé."
_NONE_HERE = "Aucun message trouvé. Ctrl+F : chercher dans tous les dossiers."


class MailboxSearch:
    """What is looked for and where, and the place in the list to come back to.

    Attributes:
        everywhere: in all folders, not only in the one that was shown.
    """

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen
        self._place: ListPlace[MessageSummary] | None = None
        self._scope: FolderView | PatientsView | None = None
        self._scope_name = ""
        self._query = SearchQuery()
        self._looked_for = ""
        self._server = ServerPart(screen)
        self.everywhere = False

    @property
    def _bar(self) -> SearchBar:
        return self._screen.query_one(SearchBar)

    @property
    def is_open(self) -> bool:
        """The bar is shown."""
        return self._place is not None

    @property
    def is_typing(self) -> bool:
        """Keys go into the bar."""
        return self.is_open and self._screen.focused is self._bar.input

    @property
    def is_behind(self) -> bool:
        """The list does not show yet what is typed: nothing of it may be acted on."""
        if not self.is_open:
            return False
        return self._is_unlooked_for or is_running(self._screen, _LOOKING)

    @property
    def _is_unlooked_for(self) -> bool:
        # What the bar has to say of a letter may still be on its way.
        return self._bar.is_pausing or self._bar.input.value != self._looked_for

    @property
    def view(self) -> SearchView | None:
        """What the list shows, None when that is no search; with what the server found of it."""
        if not self.is_open or self._query.is_empty:
            return None
        return self._server.joined(
            SearchView(self._query, None if self.everywhere else self._scope)
        )

    # --- opening and closing

    def open(self) -> None:
        """Show the bar, or go back to it."""
        screen = self._screen
        if not self.is_open:
            entry = screen.folders.current
            self._place = screen.list.remember()
            # The inbox may leave out its messages with patients: a search there finds them too.
            view = screen.view
            self._scope = FolderView(view.folder_id) if isinstance(view, FolderView) else view
            self._scope_name = entry.label if entry else ""
            if screen.exchanges.opened:
                self._scope_name = screen.exchanges.opened_name or self._scope_name
            self.everywhere = self._scope is None
            self._say(0)
        self._bar.show()
        screen.stage = "list"

    async def close(self) -> None:
        """Back to the list as it was, the cursor where it was."""
        place = self._place
        self.forget()
        self._screen.exchanges.arrange()
        self._screen.set_focus(self._screen.pane)
        if place is not None:
            await self._screen.list.restore(place)

    def forget(self) -> None:
        """Close the bar; the list is about to show something else."""
        self._screen.workers.cancel_group(self._screen, _LOOKING)
        self._server.stop()
        self._place = None
        self._query, self._looked_for = SearchQuery(), ""
        self._bar.hide()

    # --- looking

    def look(self) -> None:
        """Show what is typed now; what was looked for before is given up."""
        if self.is_open:
            run_aside(self._screen, self._look, group=_LOOKING, exclusive=True)

    def look_for_typed(self) -> None:
        """The keys have paused: as `look`, unless that was looked for at once."""
        if self._is_unlooked_for:
            self.look()

    def switch_scope(self) -> None:
        """From the folder to all folders and back."""
        self.everywhere = not self.everywhere or self._scope is None
        self.look()

    async def enter_list(self) -> None:
        """Go to what was found, once the letters typed before are looked for."""
        self._screen.set_focus(self._screen.pane)
        taken = asyncio.Event()
        # Keys of one burst wait in the field: the one that ended it overtook them.
        self._bar.input.call_later(taken.set)
        await taken.wait()
        if self._is_unlooked_for:
            self._bar.settle()
        else:
            self._server.ask(self.view, at_once=True)

    async def _look(self) -> None:
        place, messages = self._place, self._screen.list
        if place is None:
            return
        self._looked_for = self._bar.taken()
        self._query = parse(self._looked_for, local_now().date())
        if self.view is None:
            await messages.restore(place)
        else:
            rows = ViewRows(self._screen.engine.reading, self.view)
            await messages.show(rows, _NONE if self.everywhere else _NONE_HERE)
        self._screen.exchanges.arrange()
        self._server.ask(self.view, at_once=not self.is_typing)
        await self.told()
        self._screen.refresh_bindings()

    async def server_advanced(self) -> None:
        """The server found something, or has ended: its hits join, the cursor stays."""
        view, source = self.view, self._screen.list.source
        if view is None or self.is_behind:
            return
        if isinstance(source, ViewRows) and source.view != view:
            await self._screen.list.reload(ViewRows(self._screen.engine.reading, view))
        await self.told()

    async def told(self) -> None:
        """The list shows more or fewer messages."""
        view, count = self.view, self._screen.list.row_count
        elsewhere_count = 0
        if view is not None and not count and view.within is not None:
            everywhere = SearchView(view.query)
            elsewhere_count = await self._screen.engine.reading.count(everywhere)
        server = await self._server.words(view, count) if view is not None else ""
        if self.is_open:
            self._say(count, elsewhere_count, server)

    def _say(self, count: int, elsewhere_count: int = 0, server: str = "") -> None:
        scope = EVERYWHERE if self.everywhere else self._scope_name
        self._bar.say(*found_words(self._query, scope, count, elsewhere_count, server))
