"""Fonts that are alphabets of their own: in Symbol an m is the µ of micrograms.

Word and Outlook write the signs that a user inserts, and some that they make by themselves, as
letters in Symbol or Wingdings, or as private characters.
"""

import re
from typing import Final

from lxml.html import HtmlElement

_FONT: Final = re.compile(
    r"(?<![\w-])(?:mso-symbol-font-family|font-family|font)\s*:\s*([^;]*)", re.IGNORECASE
)
# The first font named, behind the size that the short form has.
_OWN_ALPHABET: Final = re.compile(
    r"""\s*(?:[^,"']*\d[^\s,"']*\s+)?["']?(symbol|wingdings)["']?\s*(?:,|!|\Z)""", re.IGNORECASE
)
_LONGEST: Final = 2
"""Characters that a sign inserted in such a font has; words in it are words."""

_SYMBOL: Final = {
    **dict(zip("abgdezhqiklmnxoprstufcyw", "αβγδεζηθικλµνξοπρστυφχψω", strict=True)),
    **dict(zip("ABGDEZHQIKLMNXOPRSTUFCYW", "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", strict=True)),
    **dict(zip("£³±´¹»ºµ¥¸·°¬\xad®¯«Ö¶Þ", "≤≥±×≠≈≡∝∞÷•°←↑→↓↔√∂⇒", strict=True)),
}
_WINGDINGS: Final = {
    **dict(zip("JKLoxþýüû", "☺😐☹☐☒☑☒✓✗", strict=True)),
    **dict(zip("ßàáâçèéêãäåæïðñò", "←→↑↓←→↑↓↖↗↙↘⇐⇒⇑⇓", strict=True)),
    **dict(zip("lnqruv§¨Ø", "●■❑❒◆❖▪◻➢", strict=True)),
}
_ALPHABETS: Final = {
    name: str.maketrans(signs | {chr(0xF000 + ord(letter)): sign for letter, sign in signs.items()})
    for name, signs in (("symbol", _SYMBOL), ("wingdings", _WINGDINGS))
}


def read_signs(tree: HtmlElement) -> None:
    """Put the sign that each letter of such a font shows in its place."""
    waiting: list[tuple[HtmlElement, str]] = [(tree, "")]
    while waiting:
        element, around = waiting.pop()
        font = _font(element, around)
        element.text = _read(element.text, font)
        for child in element:
            child.tail = _read(child.tail, font)
            if isinstance(child.tag, str):
                waiting.append((child, font))


def _font(element: HtmlElement, around: str) -> str:
    """The font's name where it is one of these, "" for another, `around` where none is named."""
    named = [*_FONT.findall(element.get("style", "")), *filter(None, [element.get("face")])]
    if not named:
        return around
    found = [found[1].lower() for found in map(_OWN_ALPHABET.match, named) if found]
    return found[0] if found else ""


def _read(text: str | None, font: str) -> str | None:
    if text and font and len(text.strip()) <= _LONGEST:
        return text.translate(_ALPHABETS[font])
    return text
