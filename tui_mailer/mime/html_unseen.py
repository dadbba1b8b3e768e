"""What the eye does not see of HTML, by its styles."""

import re
from collections.abc import Iterator, Set
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

_NO_SIZE: Final = r"\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)"
_GONE: Final = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*hidden|opacity{_NO_SIZE}", re.IGNORECASE
)
_CUT: Final = re.compile(rf"max-height{_NO_SIZE}", re.IGNORECASE)
_CUTTING: Final = re.compile(r"overflow(?:-y)?\s*:\s*hidden", re.IGNORECASE)
_SMALL: Final = re.compile(rf"font-size{_NO_SIZE}", re.IGNORECASE)
_SIZED: Final = re.compile(r"font(?:-size)?\s*:", re.IGNORECASE)
_WORD_ALONE: Final = re.compile(r"mso-hide\s*:\s*all", re.IGNORECASE)


def hidden(tree: HtmlElement) -> Iterator[HtmlElement]:
    """The elements of which nothing is seen, nor of what they hold."""
    sized = _around_sizes(tree)
    for element in tree.iter(etree.Element):
        if "hidden" in element.attrib or _hides(element, element.get("style", ""), sized):
            yield element


def _hides(element: HtmlElement, style: str, sized: Set[HtmlElement]) -> bool:
    if not style:
        return False
    return bool(
        _GONE.search(style)
        or (_CUT.search(style) and _CUTTING.search(style))
        # Layouts take the size from blanks between blocks, and give it back within each.
        or (_SMALL.search(style) and element not in sized)
        # Of a link it says that Word draws a button in its place, and nobody else does.
        or (_WORD_ALONE.search(style) and next(element.iter("a"), None) is None)
    )


def _around_sizes(tree: HtmlElement) -> set[HtmlElement]:
    """The elements that hold one with a size of its own."""
    around: set[HtmlElement] = set()
    for element in tree.iter(etree.Element):
        if _has_size(element):
            for ancestor in element.iterancestors():
                if ancestor in around:
                    break
                around.add(ancestor)
    return around


def _has_size(element: HtmlElement) -> bool:
    style = element.get("style", "")
    return bool(_SIZED.search(style) and not _SMALL.search(style)) or "size" in element.attrib
