"""A list that is a window on the store, its cursor on a row's id and not on a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic

from textual.message import Message

from tui_mailer.ui.aside import run_aside
from tui_mailer.ui.widgets.line_list import LineList
from tui_mailer.ui.widgets.row_window import PAGE_ROWS, RowSource, RowT, RowWindow

_LOADING: Final = "list pages"


@dataclass(frozen=True, slots=True)
class ListPlace(Generic[RowT]):
    """A list and where one stood in it."""

    window: RowWindow[RowT] | None
    empty_words: str
    row_count: int
    cursor: int
    top: int


class WindowedList(LineList, Generic[RowT]):
    """Shows a `RowSource`. `reload` keeps the cursor on the same row. A subclass draws the rows."""

    class Moved(Message):
        """The cursor is on another row, or on none."""

    def __init__(self) -> None:
        super().__init__()
        self._window: RowWindow[RowT] | None = None
        self._wanted: tuple[int, int] | None = None
        self._came_above = 0

    # --- what it shows

    @property
    def source(self) -> RowSource[RowT] | None:
        """Where its rows come from."""
        return self._window.source if self._window is not None else None

    @property
    def selected(self) -> RowT | None:
        """The row under the cursor, None in an empty list or before it is loaded."""
        return self._row(self.cursor)

    @property
    def unseen_above(self) -> int:
        """Rows that came in above the cursor, and that have not been on screen since."""
        return min(self._came_above, self._top)

    @property
    def _top(self) -> int:
        return int(self.scroll_offset.y) // self.row_height

    async def show(self, source: RowSource[RowT], empty_words: str) -> None:
        """Show another list from its start; `empty_words` stand in an empty one."""
        self.empty_words = empty_words
        window = RowWindow(source)
        count = await source.count()
        await window.load(0, min(count, PAGE_ROWS))
        self._window = window
        self._came_above = 0
        self.shows_another()
        self.set_reactive(LineList.cursor, 0)
        self._take(count)
        self.scroll_to(y=0, animate=False, force=True)

    def show_nothing(self, empty_words: str) -> None:
        """Show these words and no row."""
        self.empty_words = empty_words
        self._window = None
        self._came_above = 0
        self.shows_another()
        self._take(0)
        self.scroll_to(y=0, animate=False, force=True)

    async def reload(self, source: RowSource[RowT] | None = None) -> None:
        """What the list shows changed: ask again, and find the row under the cursor.

        `source`: the same list with more or fewer rows, if it is another one from now on.
        """
        if self._window is None:
            return
        old, window = self._window, RowWindow(source or self._window.source)
        moved = True
        while moved:
            cursor, selected = self.cursor, self.selected
            count = await window.source.count()
            await self._load_near(window, count, selected)
            if self._window is not old:
                return
            # A key that was pressed meanwhile is not taken back: Enter would open another row.
            moved = self.cursor != cursor
        self._window = window
        place = None if selected is None else window.find(selected.id)
        place = min(self.cursor, max(0, count - 1)) if place is None else place
        changed = self._changed(old, count)
        if place == self.cursor and changed is not None:
            self.count_only(count)
            self.redraw_rows(changed)
            if changed:
                self.post_message(self.Moved())
            return
        top = self.scroll_offset.y + (place - self.cursor) * self.row_height
        follows = self.scroll_offset.y > 0
        self._came_above = max(0, self._came_above + place - self.cursor)
        self.set_reactive(LineList.cursor, place)
        self._take(count)
        if follows:
            self.scroll_to(y=max(0, top), animate=False, force=True)
        self.scroll_to_cursor()
        self._load_visible()

    def remember(self) -> ListPlace[RowT]:
        """Where one stands, to come back to."""
        return ListPlace(self._window, self.empty_words, self.row_count, self.cursor, self._top)

    async def restore(self, place: ListPlace[RowT]) -> None:
        """Come back to a place; what changed there meanwhile is asked for anew."""
        self.empty_words = place.empty_words
        self._window = place.window
        self._came_above = 0
        self.shows_another()
        self.set_reactive(LineList.cursor, place.cursor)
        self._take(place.row_count)
        self.scroll_to(y=place.top * self.row_height, animate=False, force=True)
        await self.reload()

    def select(self, row_id: int | str) -> None:
        """Put the cursor on a loaded row."""
        place = self._window.find(row_id) if self._window else None
        if place is not None:
            self.cursor = place

    # --- for subclasses

    def shows_another(self) -> None:
        """Another list is about to be shown."""

    def prepare(self) -> None:
        """The rows are about to be drawn anew."""

    def stays_true(self) -> bool:
        """A row that did not change would be drawn as before."""
        return True

    def height_for(self, width: int) -> int:  # noqa: ARG002  (subclasses look at it)
        """Lines a row takes in a list `width` cells wide."""
        return self.row_height

    def _take(self, count: int) -> None:
        self.prepare()
        self.show_rows(count)
        self.post_message(self.Moved())

    def _changed(self, old: RowWindow[RowT], count: int) -> Sequence[int] | None:
        """The rows on screen that are not those of `old`; None when all are to be drawn anew."""
        window, top = self._window, self._top
        if window is None or not self.stays_true() or not count:
            return None
        shown = range(top, top + self.page_rows + 1)
        if any(window.get(index) is None for index in shown if index < count):
            return None
        return [index for index in shown if window.get(index) != old.get(index)]

    def _row(self, index: int) -> RowT | None:
        return self._window.get(index) if self._window and index < self.row_count else None

    # --- pages

    async def _load_near(self, window: RowWindow[RowT], count: int, selected: RowT | None) -> None:
        """Load the rows of another window around the row under the cursor.

        Mostly it stands where it was, or as much further down as there are more rows.
        """
        for shift in (0, count - self.row_count):
            near = max(0, min(self.cursor + shift, count - 1))
            await window.load(near - PAGE_ROWS // 2, min(count, near + PAGE_ROWS // 2))
            if selected is None or window.find(selected.id) is not None:
                return
        place = None if selected is None else await window.source.place(selected.id)
        if place is not None:
            await window.load(place - PAGE_ROWS // 2, min(count, place + PAGE_ROWS // 2))

    def _load_visible(self) -> None:
        """Have the rows on screen loaded, if some are missing."""
        top = self._top
        stop = min(self.row_count, top + self.page_rows + 1)
        if all(self._row(index) is not None for index in range(top, stop)):
            return
        is_loading = self._wanted is not None
        self._wanted = (top, stop)
        if not is_loading:
            # The screen's worker: the screen shows what a worker of its own fails on.
            run_aside(self.screen, self._load_wanted, group=_LOADING)

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
        if self._came_above > self._top:
            self._came_above = self._top
            self.post_message(self.Moved())
        self._load_visible()

    def resized(self) -> None:
        """Rows may take another number of lines."""
        top = self._top
        self.row_height = self.height_for(self.row_width)
        self.scroll_to(y=top * self.row_height, animate=False, force=True)
        self.call_after_refresh(self._load_visible)

    def cursor_moved(self) -> None:
        """Tell the screen."""
        self.post_message(self.Moved())
