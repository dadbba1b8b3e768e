"""What the look of HTML says and bare text would not: powers, struck words, ticks, numbers.

``10<sup>9</sup>`` is no 109, a struck dose is not to be given, and a second list that goes on from
the first begins with 3.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from tui_mailer.mime.html_colours import bold_values, colour_that_says, may_be_value

_RAISED: Final = str.maketrans("0123456789+-−\u2013", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_LOWERED: Final = str.maketrans("0123456789+-−\u2013", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
_SIGNED_NUMBER: Final = re.compile(r"[+−\u2013-]?\d+[+−\u2013-]?", re.ASCII)
_DIGIT: Final = re.compile(r"\d", re.ASCII)
_HEIGHT: Final = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_LINE_THROUGH: Final = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_OWN_LINES: Final = re.compile(
    r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE
)
_STRUCK: Final = "barré"
_MARKED: Final = " : "
_STRUCK_TAGS: Final = frozenset({"s", "strike", "del"})
# Around cells no text may stand.
_AROUND_CELLS: Final = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
# The rendering library takes these for parts of a line, and would glue their texts together.
_BLOCKS: Final = (
    *("section", "form", "center", "details", "summary", "fieldset", "legend", "dialog"),
    *("dl", "dt", "dd", "hr"),
)
_INLINE_TAGS: Final = ("span", "a", "b", "i", "u", "em", "strong", "font", "label", "small", "big")
_AS_TYPED: Final = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_HARD_BLANKS: Final = str.maketrans({" ": "\xa0", "\t": "\xa0" * 4})
_TEXT_FIELDS: Final = frozenset({"", "text", "number", "date", "tel", "email", "time"})
HARD_BLANK: Final = "\ufdd0"
"""Stands for a blank that is kept while the others are joined; no text holds this code point."""
_WHOLE_NUMBER: Final = re.compile(r"\d{1,6}", re.ASCII)


def show_fields(tree: HtmlElement) -> None:
    """What a form says: its ticks and what was filled in."""
    for field in list(tree.iter("input")):
        kind = field.get("type", "").strip().lower()
        said = field.get("value", "") if kind in _TEXT_FIELDS else ""
        if kind in ("checkbox", "radio"):
            said = "[x] " if "checked" in field.attrib else "[ ] "
        field.tag = "span"
        field.text = said


def spell_out(tree: HtmlElement) -> None:
    """Write into the texts of `tree` what its tags and styles say of them."""
    for element in list(tree.iter(etree.Element)):
        _write_height(element)
    for element, mark in [*_outermost(tree, _struck)]:
        _surround(element, f"[{mark} : ", "]")
    for element, mark in [*_outermost(tree, colour_that_says)]:
        words = element.text_content().strip()
        if may_be_value(words) and _STRUCK not in words:
            _surround(element, f"[{mark} : ", "]")
    for table in tree.iter("table"):
        for cell in bold_values(table):
            if _MARKED not in cell.text_content():
                _surround(cell, "[gras : ", "]")


def keep_lines(tree: HtmlElement) -> None:
    """Have each stand on a line of its own that does so in a browser."""
    for element in list(tree.iter(*_BLOCKS)):
        element.tag = "div"
    for element in tree.iter(*_INLINE_TAGS):
        if _OWN_LINES.search(element.get("style", "")):
            element.tag = "div"
    for element in list(tree.iter("div", "p", "span")):
        if _AS_TYPED.search(element.get("style", "")):
            _keep_as_typed(element)


def keep_hard_blanks(tree: HtmlElement) -> None:
    """Columns made of blanks stay columns; those of a table's cells are as wide as their words."""
    in_tables = {inner for table in tree.iter("table") for inner in table.iter(etree.Element)}
    for element in tree.iter(etree.Element):
        if element not in in_tables:
            element.text = element.text and element.text.replace("\xa0", HARD_BLANK)
            for child in element:
                child.tail = child.tail and child.tail.replace("\xa0", HARD_BLANK)


def list_numbers(tree: HtmlElement) -> dict[HtmlElement, int]:
    """The number of each item of a numbered list, as a browser counts."""
    numbers: dict[HtmlElement, int] = {}
    for numbered in tree.iter("ol"):
        number = _number(numbered.get("start"), 1)
        for item in numbered.iterchildren("li"):
            number = _number(item.get("value"), number)
            numbers[item] = number
            number += 1
    return numbers


def _number(said: str | None, otherwise: int) -> int:
    return int(said) if said and _WHOLE_NUMBER.fullmatch(said.strip()) else otherwise


def _write_height(element: HtmlElement) -> None:
    """Digits above or below the line as such; letters say the same where they stand (1er, Tmax)."""
    height = _height(element)
    words = element.text_content().strip() if height else ""
    if not _DIGIT.search(words) or any(map(_height, element.iterancestors())):
        return
    if _SIGNED_NUMBER.fullmatch(words):
        _translate(element, _LOWERED if height == "sub" else _RAISED)
        return
    mark = "_" if height == "sub" else "^"
    is_bracketed = words.startswith("(") and words.endswith(")")
    _surround(element, mark if is_bracketed else f"{mark}(", "" if is_bracketed else ")")


def _height(element: HtmlElement) -> str:
    """``sup``, ``sub``, or "" for what stands on the line."""
    if element.tag in ("sup", "sub"):
        return str(element.tag)
    styled = _HEIGHT.search(element.get("style", "")) if element.tag in _INLINE_TAGS else None
    return styled[1].lower()[:3] if styled else ""


def _translate(element: HtmlElement, table: Mapping[int, int | str]) -> None:
    for inner in element.iter(etree.Element):
        inner.text = inner.text and inner.text.translate(table)
        if inner is not element:
            inner.tail = inner.tail and inner.tail.translate(table)


def _keep_as_typed(element: HtmlElement) -> None:
    if element.tag != "span" or "\n" in element.text_content().strip("\n"):
        element.tag = "pre"
    else:
        _translate(element, _HARD_BLANKS)


def _outermost(
    tree: HtmlElement, mark: Callable[[HtmlElement], str]
) -> Iterator[tuple[HtmlElement, str]]:
    """The outermost elements with text to which `mark` gives one; of a table or a row, its cells."""
    inside: set[HtmlElement] = set()
    for element in tree.iter(etree.Element):
        if element in inside or not (said := mark(element)):
            continue
        inside.update(element.iterdescendants())
        cells = element.iterdescendants("td", "th") if element.tag in _AROUND_CELLS else [element]
        yield from ((cell, said) for cell in cells if cell.text_content().strip())


def _struck(element: HtmlElement) -> str:
    is_struck = element.tag in _STRUCK_TAGS or _LINE_THROUGH.search(element.get("style", ""))
    return _STRUCK if is_struck else ""


def _surround(element: HtmlElement, before: str, after: str) -> None:
    """Put `before` and `after` where the text of `element` begins and ends, however deep."""
    texts = [*_texts(element)]
    if texts:
        (first, begins), (last, ends) = texts[0], texts[-1]
        setattr(first, begins, before + getattr(first, begins).lstrip())
        setattr(last, ends, getattr(last, ends).rstrip() + after)


def _texts(element: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The elements and their attributes that hold the text under `element`, blanks left out."""
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if event == "start" and (inner.text or "").strip():
            yield inner, "text"
        elif event == "end" and inner is not element and (inner.tail or "").strip():
            yield inner, "tail"
