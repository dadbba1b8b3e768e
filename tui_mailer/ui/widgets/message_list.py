"""The list of messages: a window on the store, its cursor on a message and not on a place."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from textual.message import Message

from tui_mailer.domain.message import MessageSummary
from tui_mailer.ui.widgets.line_list import LineList, Piece, column
from tui_mailer.ui.widgets.message_row import RowStyle, draw_row, row_height
from tui_mailer.ui.widgets.row_window import PAGE_ROWS, RowSource, RowWindow

_LOADING: Final = "message list pages"
_ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A list and where one stood in it."""

    window: RowWindow | None
    empty_words: str
    row_count: int
    cursor: int
    top: int


class MessageList(LineList):
    """Shows a `RowSource`, newest first. `reload` keeps the cursor on the same message."""

    class Moved(Message):
        """The cursor is on another message, or on none."""

    mark_cells = 5

    def __init__(self, now: Callable[[], datetime], patient_domain: str) -> None:
        """`now` gives the local time, aware."""
        super().__init__()
        self._now = now
        self._patient_domain = patient_domain
        self._style_of_rows = RowStyle(now(), patient_domain)
        self._window: RowWindow | None = None
        self._wanted: tuple[int, int] | None = None
        # Local id -> folder, in the order they were ticked.
        self.marked: dict[int, int] = {}

    # --- what it shows

    @property
    def selected(self) -> MessageSummary | None:
        """The message under the cursor, None in an empty list or before it is loaded."""
        return self._row(self.cursor)

    async def show(self, source: RowSource, empty_words: str) -> None:
        """Show another list from its start; `empty_words` stand in an empty one."""
        self.empty_words = empty_words
        window = RowWindow(source)
        count = await source.count()
        await window.load(0, min(count, PAGE_ROWS))
        self._window = window
        self.marked.clear()
        self.set_reactive(LineList.cursor, 0)
        self._take(count)
        self.scroll_to(y=0, animate=False, force=True)

    async def reload(self) -> None:
        """What the list shows changed: ask again, and find the message under the cursor."""
        if self._window is None:
            return
        old, selected = self._window, self.selected
        window = RowWindow(old.source)
        count = await old.source.count()
        shift = count - self.row_count
        near = max(0, min(self.cursor + shift, count - 1))
        await window.load(near - PAGE_ROWS // 2, min(count, near + PAGE_ROWS // 2))
        if self._window is not old:
            return
        self._window = window
        place = None if selected is None else window.find(selected.id)
        place = min(self.cursor, max(0, count - 1)) if place is None else place
        top = self.scroll_offset.y + (place - self.cursor) * self.row_height
        follows = self.scroll_offset.y > 0
        self.set_reactive(LineList.cursor, place)
        self._take(count)
        if follows:
            self.scroll_to(y=max(0, top), animate=False, force=True)
        self.scroll_to_cursor()
        self._load_visible()

    def remember(self) -> ListPlace:
        """Where one stands, to come back to."""
        top = self.scroll_offset.y // self.row_height
        return ListPlace(self._window, self.empty_words, self.row_count, self.cursor, top)

    async def restore(self, place: ListPlace) -> None:
        """Come back to a place; what changed there meanwhile is asked for anew."""
        self.empty_words = place.empty_words
        self._window = place.window
        self.marked.clear()
        self.set_reactive(LineList.cursor, place.cursor)
        self._take(place.row_count)
        self.scroll_to(y=place.top * self.row_height, animate=False, force=True)
        await self.reload()

    def select(self, message_id: int) -> None:
        """Put the cursor on a loaded message."""
        place = self._window.find(message_id) if self._window else None
        if place is not None:
            self.cursor = place

    # --- ticked messages

    def toggle_mark(self) -> None:
        """Tick the message under the cursor, or take the tick off."""
        row = self.selected
        if row is not None and self.marked.pop(row.id, None) is None:
            self.marked[row.id] = row.folder_id
        self.redraw()

    def mark_and_move(self, rows: int) -> None:
        """Tick the message under the cursor and the one that the cursor goes to."""
        before, self.cursor = self.selected, max(0, min(self.row_count - 1, self.cursor + rows))
        for row in (before, self.selected):
            if row is not None:
                self.marked[row.id] = row.folder_id
        self.redraw()

    async def mark_all(self) -> None:
        """Tick every message of the list, or none when all are."""
        window = self._window
        if window is None or len(self.marked) == self.row_count:
            self.unmark()
            return
        for start in range(0, self.row_count, _ROWS_AT_ONCE):
            rows = await window.source.rows(start, start + _ROWS_AT_ONCE)
            self.marked.update((row.id, row.folder_id) for row in rows)
        self.redraw()

    def unmark(self) -> None:
        """Take all ticks off."""
        self.marked.clear()
        self.redraw()

    def following(self, leaving: Container[int]) -> int | None:
        """The message nearest to the cursor that is not `leaving`: below it, else above."""
        for index in (*range(self.cursor, self.row_count), *range(self.cursor - 1, -1, -1)):
            row = self._row(index)
            if row is None:
                return None
            if row.id not in leaving:
                return row.id
        return None

    def _take(self, count: int) -> None:
        self._style_of_rows = RowStyle(self._now(), self._patient_domain)
        self.show_rows(count)
        self.post_message(self.Moved())

    def _row(self, index: int) -> MessageSummary | None:
        return self._window.get(index) if self._window and index < self.row_count else None

    # --- pages

    def _load_visible(self) -> None:
        """Have the rows on screen loaded, if some are missing."""
        top = self.scroll_offset.y // self.row_height
        stop = min(self.row_count, top + self.page_rows + 1)
        if all(self._row(index) is not None for index in range(top, stop)):
            return
        is_loading = self._wanted is not None
        self._wanted = (top, stop)
        if not is_loading:
            # The screen's worker: the screen shows what a worker of its own fails on.
            self.screen.run_worker(self._load_wanted(), group=_LOADING, exit_on_error=False)

    async def _load_wanted(self) -> None:
        """Load what is on screen, and what came on screen meanwhile."""
        while self._wanted is not None and self._window is not None:
            wanted = self._wanted
            try:
                await self._window.load(*wanted)
            finally:
                self._wanted = None if self._wanted == wanted else self._wanted
        self.redraw()
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Another part of the list is on screen."""
        super().watch_scroll_y(old_value, new_value)
        self._load_visible()

    # --- drawing

    def resized(self) -> None:
        """Choose between one line a row and two."""
        top = self.scroll_offset.y // self.row_height
        self.row_height = row_height(self.row_width)
        self.scroll_to(y=top * self.row_height, animate=False, force=True)
        self.call_after_refresh(self._load_visible)

    def cursor_moved(self) -> None:
        """Tell the screen."""
        self.post_message(self.Moved())

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """One row, or its place while it is loading."""
        message = self._row(index)
        if message is None:
            return [[column("     …", width, "line--faint")]]
        ticked = message.id in self.marked
        return draw_row(message, width, self._style_of_rows, selected=selected, ticked=ticked)
