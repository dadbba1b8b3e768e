"""Asking the server for what is not held here, folder by folder, the newest messages first.

Each question is one urgent job on the work connection, about so many messages that a message to be
read waits for one of them at most. A new search takes the place of the old one between two
questions; the connection goes on.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tui_mailer.domain.errors import CommandRefused, ConnectionProblem, MailerError
from tui_mailer.domain.events import Connectivity, ServerSearchAdvanced
from tui_mailer.domain.folder import Folder
from tui_mailer.domain.message import FolderView, SearchView
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.search import SearchTerm
from tui_mailer.domain.server_search import SearchStage, ServerHits, asked
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line
from tui_mailer.engine.worker import Worker

_MESSAGES_AT_ONCE: Final = 2_000
_ABOVE_ALL: Final = 2**32
_A_DAY: Final = timedelta(days=1)
_CONNECTED: Final = frozenset({Connectivity.ONLINE, Connectivity.SYNCING, Connectivity.PAUSED})


@dataclass(slots=True)
class _Search:
    """A search under way.

    Attributes:
        folder: the one that is looked into, None before the first.
        window: UIDs of it that are looked at now, the newest first; None when none are left.
        word_index: the word that they are looked at for.
        found: for each word, the messages found, in the order of the answers.
    """

    view: SearchView
    words: Sequence[SearchTerm]
    folders: deque[Folder] | None = None
    folder: Folder | None = None
    window: tuple[int, int] | None = None
    word_index: int = 0
    is_refused: bool = False
    found: Sequence[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        self.found = [[] for _ in self.words]

    def hits(self, stage: SearchStage) -> ServerHits:
        """What is known now."""
        return ServerHits(self.view, stage, tuple(map(tuple, self.found)))


class ServerSearch:
    """One search at a time.

    Attributes:
        hits: what the last search has found so far; None when the server was not asked.
    """

    def __init__(self, store: MessageStore, worker: Worker, announce: Announcer) -> None:
        self._store = store
        self._worker = worker
        self._announce = announce
        self._search: _Search | None = None
        self._is_queued = False
        self.hits: ServerHits | None = None

    def begin(self, view: SearchView) -> None:
        """Ask for what `view` may find; `ServerSearchAdvanced` follows, more than once perhaps."""
        self.stop()
        words = asked(view.query)
        if not words:
            return
        if self._worker.state not in _CONNECTED:
            self._tell(ServerHits(view, SearchStage.OFFLINE))
            return
        self._search = _Search(view, words)
        self._tell(self._search.hits(SearchStage.ASKING))
        self._go_on()

    def stop(self) -> None:
        """Forget what was asked; an answer that is on its way is not waited for."""
        self._search = None
        self.hits = None

    def _go_on(self) -> None:
        if not self._is_queued:
            self._is_queued = True
            self._worker.do(self._step)

    def _tell(self, hits: ServerHits) -> None:
        self.hits = hits
        self._announce(ServerSearchAdvanced())

    # --- on the connection

    async def _step(self, line: Line) -> None:
        """One question."""
        self._is_queued = False
        search = self._search
        if search is None:
            return
        try:
            goes_on = await self._ask(line, search)
        except CommandRefused:
            # The folder has gone, or the server does not search so: the others may answer.
            search.is_refused, search.window, search.word_index = True, None, 0
            goes_on = True
        except MailerError as problem:
            # Not asked again by itself: the question may be what the line broke on.
            self._end(search, SearchStage.OFFLINE)
            if isinstance(problem, ConnectionProblem):
                raise
            return
        if search is not self._search:
            # Another one came meanwhile: it is queued already.
            return
        if goes_on:
            self._go_on()
        else:
            refused = search.is_refused
            self._end(search, SearchStage.REFUSED if refused else SearchStage.DONE)

    def _end(self, search: _Search, stage: SearchStage) -> None:
        if search is self._search:
            self._search = None
            self._tell(search.hits(stage))

    async def _ask(self, line: Line, search: _Search) -> bool:
        """Look at the next messages; False when there are none left."""
        if search.folders is None:
            search.folders = deque(await self._scope(search.view))
        if search.folder is None or search.window is None:
            if not search.folders:
                return False
            search.folder, below = search.folders.popleft(), _ABOVE_ALL
            search.window = await self._next_window(search.folder, below)
        if search.window is not None:
            await self._ask_window(line, search, search.folder, search.window)
        return True

    async def _ask_window(
        self, line: Line, search: _Search, folder: Folder, window: tuple[int, int]
    ) -> None:
        state = await line.open(folder.name)
        if state.uid_validity != await self._store.uid_validity(folder.id):
            # A synchronisation will take the folder in anew.
            search.window = None
            return
        query = search.view.query
        uids = await line.server.search_bodies(
            search.words[search.word_index].text,
            window,
            # The server's days are those of another time zone; here they are told exactly.
            since=query.since and query.since - _A_DAY,
            before=query.before and query.before + _A_DAY,
        )
        await self._take(search, folder, uids)
        search.word_index = (search.word_index + 1) % len(search.words)
        if not search.word_index:
            search.window = await self._next_window(folder, window[0])

    async def _next_window(self, folder: Folder, below: int) -> tuple[int, int] | None:
        return await self._store.uid_window(folder.id, below, _MESSAGES_AT_ONCE)

    async def _take(self, search: _Search, folder: Folder, uids: Sequence[int]) -> None:
        held = await self._store.held_ids(folder.id, uids) if uids else ()
        search.found[search.word_index].extend(held)
        if held and search is self._search:
            self._tell(search.hits(SearchStage.ASKING))

    async def _scope(self, view: SearchView) -> Sequence[Folder]:
        folders = [folder for folder in await self._store.folders() if folder.selectable]
        if isinstance(view.within, FolderView):
            return [folder for folder in folders if folder.id == view.within.folder_id]
        return folders
