"""Colours and bold type that say something: so many a laboratory shows what is out of its range."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

_NAMED: Final = re.compile(r"color|background|highlight", re.IGNORECASE)
_ATTRIBUTES: Final = frozenset({"color", "bgcolor"})
_COLOUR: Final = re.compile(r"(?<![\w-])color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND: Final = re.compile(
    r"(?<![\w-])background(?:-color)?\s*:\s*([^;!]+)|mso-highlight\s*:\s*([^;!]+)", re.IGNORECASE
)
_BOLD: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_RGB: Final = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\b")
_HEX: Final = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b")
_RED: Final = frozenset({"red", "crimson", "darkred", "firebrick"})
_YELLOW: Final = frozenset({"yellow", "gold"})
_LONGEST: Final = 40
_DIGIT: Final = re.compile(r"\d", re.ASCII)


def colour_that_says(element: HtmlElement) -> str:
    """``rouge`` for red letters, ``surligné`` for a yellow ground, else ""."""
    if not _NAMED.search(element.get("style", "")) and not _ATTRIBUTES.intersection(element.keys()):
        return ""
    colour, background = _colours(element)
    if _is_red(colour):
        return "rouge"
    return "surligné" if _is_yellow(background) else ""


def may_be_value(words: str) -> bool:
    """True for a short text with a number; of a longer one the colour says nothing."""
    return len(words) <= _LONGEST and bool(_DIGIT.search(words))


def bold_values(table: HtmlElement) -> list[HtmlElement]:
    """The cells whose value is bold, where most values of `table` are not."""
    if next(table.iterdescendants("table"), None) is not None:
        return []  # one for layout; those in it have their own
    cells = [cell for cell in table.iter("td") if may_be_value(cell.text_content().strip())]
    bold = [cell for cell in cells if any(map(_is_bold, _all_of_its_text(cell)))]
    return bold if 2 * len(bold) <= len(cells) else []


def _all_of_its_text(cell: HtmlElement) -> Iterator[HtmlElement]:
    """`cell`, and each element in it that holds all its text."""
    words = cell.text_content().strip()
    return (inner for inner in cell.iter(etree.Element) if inner.text_content().strip() == words)


def _is_bold(element: HtmlElement) -> bool:
    return element.tag in ("b", "strong") or bool(_BOLD.search(element.get("style", "")))


def _colours(element: HtmlElement) -> tuple[str, str]:
    style = element.get("style", "")
    colour, background = _COLOUR.search(style), _BACKGROUND.search(style)
    return (
        (colour[1] if colour else element.get("color", "")).strip().lower(),
        ((background[1] or background[2]) if background else element.get("bgcolor", ""))
        .strip()
        .lower(),
    )


def _is_red(colour: str) -> bool:
    if found := _parts(colour):
        red, green, blue = found
        return red >= 160 and max(green, blue) <= 80
    return colour in _RED


def _is_yellow(colour: str) -> bool:
    if found := _parts(colour):
        red, green, blue = found
        return min(red, green) >= 220 and blue <= 120
    return colour.partition(" ")[0] in _YELLOW


def _parts(colour: str) -> tuple[int, int, int] | None:
    """Red, green and blue, of 255 each; None for a colour by its name."""
    if found := _RGB.match(colour):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _HEX.match(colour):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    return None
