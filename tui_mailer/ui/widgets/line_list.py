"""A list drawn line by line: as fast at 100,000 rows as at ten.

Textual's own lists hold a widget or a rendering for every row. This one draws the rows on
screen, keeps a bounded number of drawn lines, and redraws two rows when the cursor moves.
"""

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_mailer.ui.light import LIGHT_CLASS
from tui_mailer.ui.text import cut

Piece = tuple[str, str]
"""A text and the component class that draws it ("" for the plain one)."""

_INDENT: Final = "  "
_KEPT_STRIPS: Final = 512
# Stands for the lines below the last row.
_NOTHING: Final = (-1, False)


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of `row_height` lines with a cursor. A subclass says how many and what they hold."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line--cursor",
        "line--cursor-away",
        "line--strong",
        "line--faint",
        "line--second",
        "line--patient",
        "line--warning",
    }
    DEFAULT_CSS = """
    LineList { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable; }
    """

    row_height = 1
    # Cells that show the cursor in the light display: the row's mark.
    mark_cells = 1
    row_count = 0
    empty_words = ""
    # The widget draws the two rows itself: a repaint would send the whole list.
    cursor: reactive[int] = reactive(0, repaint=False)

    class Activated(Message):
        """The row under the cursor was chosen with the mouse."""

        def __init__(self, sender: "LineList") -> None:
            super().__init__()
            self.sender = sender

        @property
        def control(self) -> "LineList":
            """The list."""
            return self.sender

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self._strips: LRUCache[tuple[int, bool], list[Strip]] = LRUCache(_KEPT_STRIPS)
        # What all of them are drawn with, as long as one of them is kept.
        self._paper: tuple[Style, int] | None = None
        self._knows_size = False

    # --- for subclasses

    def pieces(self, index: int, width: int, *, selected: bool) -> Sequence[Sequence[Piece]]:
        """The lines of row `index`, each `width` cells of text in pieces."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """The cursor is on another row."""

    def resized(self) -> None:
        """The width changed, before anything is drawn."""

    def show_rows(self, count: int) -> None:
        """The number of rows, or what they hold, changed."""
        self.row_count = count
        self._forget_drawn()
        self._take_height(count * self.row_height)
        self.set_reactive(LineList.cursor, max(0, min(self.cursor, count - 1)))
        self.refresh()

    def count_only(self, count: int) -> None:
        """The number of rows changed, and of those on screen the ones that are drawn anew at most."""
        self.row_count = count
        top = self.scroll_offset.y // self.row_height
        for index, selected in tuple(self._strips.keys()):
            if not top <= index <= top + self.page_rows:
                self._strips.discard((index, selected))
        self._take_height(count * self.row_height)

    def _take_height(self, lines: int) -> None:
        """Scroll over so many lines.

        With a scroll bar before and after, only the bar looks otherwise: told of another size,
        Textual lays the whole screen out and draws it, which is much while thousands of messages
        arrive.
        """
        size = Size(0, lines)
        if not self.show_vertical_scrollbar or lines <= self.container_size.height:
            self.virtual_size = size
            return
        self.set_reactive(ScrollView.virtual_size, size)
        self.vertical_scrollbar.window_virtual_size = lines
        self.scroll_y = min(self.scroll_y, self.max_scroll_y)

    def redraw_rows(self, indexes: Iterable[int]) -> None:
        """What these rows hold changed."""
        for index in indexes:
            for selected in (True, False):
                self._strips.discard((index, selected))
            self.refresh(self._place(index, self.row_width))

    def redraw(self) -> None:
        """What the rows hold changed, not their number."""
        self._forget_drawn()
        self.refresh()

    def _forget_drawn(self) -> None:
        self._strips.clear()
        self._paper = None

    # --- moving

    @property
    def row_width(self) -> int:
        """Cells a row has, beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def page_rows(self) -> int:
        """Whole rows that fit."""
        return max(1, self.size.height // self.row_height)

    def move(self, rows: int) -> None:
        """Move the cursor, within the list."""
        if self.row_count:
            self.cursor = max(0, min(self.row_count - 1, self.cursor + rows))

    def move_page(self, pages: int) -> None:
        """Move the cursor by whole pages."""
        self.move(pages * self.page_rows)

    def move_to_edge(self, *, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self.move(self.row_count if last else -self.row_count)

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw two rows anew, or another page when the cursor left this one."""
        if not self.scroll_to_cursor():
            for index in (old, new):
                self._refresh_row(index)
        self.cursor_moved()

    def _refresh_row(self, index: int) -> None:
        """Draw one row anew, and not the scroll bar beside it; in the light display, its mark."""
        self.refresh(self._place(index, self.mark_cells if self._is_light else self.row_width))

    def _place(self, index: int, width: int) -> Region:
        return Region(0, index * self.row_height - self.scroll_offset.y, width, self.row_height)

    @property
    def _is_light(self) -> bool:
        return self.app.has_class(LIGHT_CLASS)

    def scroll_to_cursor(self) -> bool:
        """Bring the cursor into sight by whole pages; True when that moved the list."""
        top = self.scroll_offset.y // self.row_height
        rows = self.page_rows
        if top <= self.cursor < top + rows:
            return False
        if not self.size.height:
            return False  # hidden: another pane has its place
        going_down = self.cursor >= top + rows
        first = self.cursor if going_down else self.cursor - rows + 1
        most = max(0, self.row_count - rows)
        first = max(0, min(first, most))
        self.scroll_to(y=first * self.row_height, animate=False, force=True)
        return first != top

    # --- drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        index, part = divmod(self.scroll_offset.y + y, self.row_height)
        if index >= self.row_count:
            return self._nothing() if self.row_count else self._said_empty(y - 1)
        key = (index, index == self.cursor)
        drawn = self._strips.get(key)
        if drawn is None:
            drawn = self._strips[key] = self._draw(index, selected=key[1])
        return drawn[part] if part < len(drawn) else self._nothing()

    def _said_empty(self, index: int) -> Strip:
        """A line of what stands in an empty list, below one that is left free."""
        said = wrap(self.empty_words, max(1, self._drawn_with()[1] - len(_INDENT)))
        return self._blank(_INDENT + said[index]) if 0 <= index < len(said) else self._nothing()

    def _nothing(self) -> Strip:
        if _NOTHING not in self._strips:
            self._strips[_NOTHING] = [self._blank("")]
        return self._strips[_NOTHING][0]

    def _blank(self, words: str) -> Strip:
        base, width = self._drawn_with()
        style = self._piece_style(base, "line--faint", None)
        return Strip([Segment(cut(words, width), style)])

    def _drawn_with(self) -> tuple[Style, int]:
        """Plain style and width of a row: Textual asks all that is around for them, each time."""
        if self._paper is None:
            self._paper = self.rich_style, self.row_width
        return self._paper

    def _draw(self, index: int, *, selected: bool) -> list[Strip]:
        base, width = self._drawn_with()
        over = self._style("line--cursor" if self.has_focus else "line--cursor-away")
        strips = []
        for row in self.pieces(index, width, selected=selected):
            segments = [
                Segment(text, self._piece_style(base, name, over if selected else None))
                for text, name in row
            ]
            plain = base + over if selected else base
            strip = Strip(segments).adjust_cell_length(width, plain)
            strips.append(self._lightly(strip, row) if selected and self._is_light else strip)
        return strips

    def _lightly(self, selected: Strip, row: Sequence[Piece]) -> Strip:
        """`selected` in its first cells, and the row as it is without the cursor in the others."""
        base, width = self._drawn_with()
        plain = Strip(
            [Segment(text, self._piece_style(base, name, None)) for text, name in row]
        ).adjust_cell_length(width, base)
        marked = selected.crop(0, self.mark_cells)
        return Strip.join([marked, plain.crop(self.mark_cells, width)])

    def _piece_style(self, base: Style, name: str, over: Style | None) -> Style:
        style = base + self._style(name) if name else base
        return style if over is None else style + over

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name)

    # --- what Textual tells

    def notify_style_update(self) -> None:
        """A theme or the focus changed: nothing drawn holds."""
        self._forget_drawn()
        super().notify_style_update()

    def on_focus(self) -> None:
        """The cursor is drawn otherwise."""
        self.redraw()

    def on_blur(self) -> None:
        """The cursor is drawn otherwise."""
        self.redraw()

    def on_resize(self) -> None:
        """Everything drawn had another width."""
        if not self.size.height:
            return
        self._knows_size = True
        self.resized()
        self.show_rows(self.row_count)
        self.scroll_to_cursor()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw; Textual draws what is new before it tells its size."""
        if not self._knows_size:
            self.on_resize()
        return super().render_lines(crop)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there and choose the row."""
        index = (self.scroll_offset.y + event.y) // self.row_height
        if index < self.row_count:
            self.cursor = index
            self.post_message(self.Activated(self))


def column(text: str, width: int, style: str = "") -> Piece:
    """A text cut or padded to `width` cells."""
    return cut(text, width), style
