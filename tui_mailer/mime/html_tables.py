"""Tables of HTML mail: which hold data, and how their cells stay in their columns.

Mail uses tables for layout as well, and padding their columns can take memory without bound. A
small table of data keeps its columns; one too wide or too long for that has a line a row, its cells
set apart, so that an empty one is seen; any other is read as paragraphs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from lxml.html import HtmlElement

_Row: TypeAlias = list[HtmlElement]

_MAX_CELLS: Final = 600
_MAX_CELL_LENGTH: Final = 40
_MAX_ROW_LENGTH: Final = 76
_CELL_GAP: Final = 2
_MAX_LINE_CELL_LENGTH: Final = 500
_MAX_COLUMNS: Final = 40
_MAX_FILLED: Final = 5_000
_BETWEEN: Final = " | "
_GAP: Final = "·"
_WITHIN: Final = " / "
# Stands for the end of a line while a cell is read; a line break of the source means nothing.
_LINE_END: Final = "\u2028"
_SPAN: Final = re.compile(r"\d{1,5}", re.ASCII)
_TABLE_PARTS: Final = frozenset(
    {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col"}
)
_LINES: Final = ("br", "p", "div", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6")


def settle_tables(tree: HtmlElement) -> None:
    """Leave in `tree` the tables whose columns are kept; all others become lines."""
    fillers = iter(range(_MAX_FILLED))
    kept = set()
    for table in list(tree.iter("table")):
        if next(table.iterdescendants("table"), None) is not None:
            continue
        rows = [list(row.iterchildren("td", "th")) for row in table.iterdescendants("tr")]
        _fill_spans(rows, fillers)
        widths = [[len(_words(cell)) for cell in row] for row in rows]
        if not (_has_columns(widths) or _is_list(widths)):
            continue
        _show_gaps(rows, widths)
        if _has_columns(widths):
            kept.add(table)
            for paragraph in table.iter("p"):  # without the blank lines around it
                paragraph.tag = "div"
        else:
            for row in rows:
                _write_as_line(row)
    for part in list(tree.iter(*_TABLE_PARTS)):
        if _table_around(part) not in kept:
            part.tag = "div"


def _fill_spans(rows: Sequence[_Row], fillers: Iterator[int]) -> None:
    """Put an empty cell before each cell that another one, beside or above it, moves on."""
    from_above: dict[int, int] = {}
    for row in rows:
        below: dict[int, int] = {}
        filled: _Row = []
        column = 0
        for cell in row:
            while column in from_above:
                column += 1
            while len(filled) < column < _MAX_COLUMNS and next(fillers, None) is not None:
                filled.append(cell.makeelement("td"))
                cell.addprevious(filled[-1])
            filled.append(cell)
            reached = column + _span(cell, "colspan")
            for at in range(column, min(reached, _MAX_COLUMNS)):
                below[at] = _span(cell, "rowspan")
            column = reached
        row[:] = filled
        from_above = {at: left - 1 for at, left in (from_above | below).items() if left > 1}


def _span(cell: HtmlElement, name: str) -> int:
    said = cell.get(name, "").strip()
    return max(int(said), 1) if _SPAN.fullmatch(said) else 1


def _show_gaps(rows: Sequence[_Row], widths: Sequence[Sequence[int]]) -> None:
    """Show each empty cell before a value: on a narrow screen only the order tells the column."""
    used = {column for row in widths for column, width in enumerate(row) if width}
    if len(used) < 3:
        return
    for row, told in zip(rows, widths, strict=True):
        last = max((column for column, width in enumerate(told) if width), default=0)
        for column in used.intersection(range(last)):
            if not told[column]:
                row[column].clear()
                row[column].text = _GAP


def _has_columns(widths: Sequence[Sequence[int]]) -> bool:
    """True for columns that mean something and fit a screen."""
    columns: dict[int, int] = {}
    for row in widths:
        for column, width in enumerate(row):
            columns[column] = max(columns.get(column, 0), width)
    return (
        len(columns) > 1
        and sum(map(len, widths)) <= _MAX_CELLS
        and max(columns.values()) <= _MAX_CELL_LENGTH
        and sum(columns.values()) + _CELL_GAP * (len(columns) - 1) <= _MAX_ROW_LENGTH
    )


def _is_list(widths: Sequence[Sequence[int]]) -> bool:
    """True when several rows say several things each, and none at length; a comment may."""
    told = [row for row in widths if sum(width > 0 for width in row) > 1]
    return len(told) > 1 and all(max(row) <= _MAX_LINE_CELL_LENGTH for row in told)


def _write_as_line(row: _Row) -> None:
    """The cells on one line, the last empty ones left out; lines within a cell are set apart."""
    if sum(bool(_words(cell)) for cell in row) < 2:
        return  # a heading or a comment
    while row and not _words(row[-1]):
        row.pop().tag = "span"
    for position, cell in enumerate(row):
        said = _in_one_line(cell)
        cell.clear()
        cell.tag = "span"
        cell.text = _BETWEEN + said if position else said


def _in_one_line(cell: HtmlElement) -> str:
    for line in cell.iterdescendants(*_LINES):
        line.text = _LINE_END + (line.text or "")
        line.tail = _LINE_END + (line.tail or "")
    lines = (" ".join(line.split()) for line in cell.text_content().split(_LINE_END))
    return _WITHIN.join(filter(None, lines))


def _words(cell: HtmlElement) -> str:
    return " ".join(cell.text_content().split())


def _table_around(part: HtmlElement) -> HtmlElement | None:
    """The table that `part` belongs to or is."""
    return part if part.tag == "table" else next(part.iterancestors("table"), None)
