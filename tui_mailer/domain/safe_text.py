"""The one sanitiser: text from outside becomes `SafeText` once, at the border.

A terminal obeys control characters: a subject can clear the screen, write the clipboard or
retitle the window. Bidirectional and invisible characters make one name look like another.
Nothing is dropped in silence: each such character becomes a visible mark, so that text cannot
vanish, and a text that is already safe comes back unchanged.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NewType

SafeText = NewType("SafeText", str)
"""Text that may reach a terminal. Made in this module only."""

# Letters and symbols that take a place and show nothing: Unicode calls them printable.
_BLANK_LETTERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
# They choose between forms of the character before: invisible, so two names could look alike.
_VARIATION_SELECTORS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTOR: Final = re.compile(f"[{_VARIATION_SELECTORS}]")
_LINE_SEPARATORS: Final = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SUSPECT: Final = re.compile(
    # C0, DEL, C1 · soft hyphen · everything whose category the look-up must decide
    f"[\\x00-\\x1f\\x7f-\\x9f\\xad\\u0600-\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u180e"
    f"{_BLANK_LETTERS}{_VARIATION_SELECTORS}\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff0-\\uffff\\ud800-\\udfff\\ue000-\\uf8ff\\U00010000-\\U0010ffff]"
)
_MARKED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SYMBOLS: Final = frozenset({"So", "Sm"})
_TAB: Final = "    "


@lru_cache(maxsize=4096)
def _mark(character: str) -> str:
    """The visible stand-in of one suspect character, or the character itself when harmless."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if (
        character in _BLANK_LETTERS
        or _SELECTOR.match(character)
        or unicodedata.category(character) in _MARKED_CATEGORIES
    ):
        return f"‹U+{code:04X}›"
    return character


def _shown(found: re.Match[str]) -> str:
    """What stands for a suspect character where it is: an emoji keeps its selector."""
    character, before = found[0], found.string[found.start() - 1 : found.start()]
    if character in "\ufe0e\ufe0f" and before and _mark(before) == before:
        keycap = (
            before in "0123456789#*" and found.string[found.end() : found.end() + 1] == "\u20e3"
        )
        if keycap or unicodedata.category(before) in _SYMBOLS:
            return character
    return _mark(character)


def safe_line(text: str) -> SafeText:
    """Return `text` for one line: line breaks and tabs become visible marks too.

    Total over all code points, lone surrogates included, and idempotent.
    """
    if text.isascii() and text.isprintable():
        return SafeText(text)
    return SafeText(_SUSPECT.sub(_shown, text))


def safe_join(separator: str, parts: Iterable[SafeText]) -> SafeText:
    """Join texts that are safe already; `separator` is ours."""
    return SafeText(separator.join(parts))


def safe_block(text: str) -> SafeText:
    """Return `text` for several lines: every kind of line break becomes ``\\n``, tabs four spaces."""
    lines = _LINE_SEPARATORS.sub("\n", text).split("\n")
    return SafeText("\n".join(safe_line(line.replace("\t", _TAB)) for line in lines))
