"""The characters of a matricule INS: cleaning what was typed, what may stand where, the key."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import cast

LENGTH = 15
LENGTH_WITHOUT_KEY = 13

_NOT_A_DIGIT = re.compile("[^0-9]")


class _Cleaning(dict[int, str | None]):
    """Translation table that classifies a character when it is first met, and remembers it."""

    def __missing__(self, code_point: int) -> str | None:
        character = chr(code_point)
        cleaned = None if _is_separator(character) else character
        if code_point <= _LAST_REMEMBERED:
            self[code_point] = cleaned.upper() if cleaned and cleaned.isascii() else cleaned
            return self[code_point]
        return cleaned


def _is_separator(character: str) -> bool:
    return character in "\t.\N{MINUS SIGN}" or unicodedata.category(character) in {"Zs", "Pd"}


# Latin and general punctuation; a hostile text cannot make the table grow beyond.
_LAST_REMEMBERED = 0x2FFF
_CLEANING = _Cleaning()


def clean(text: str) -> str:
    """Remove what people put between the digits, and write ASCII letters in upper case.

    Spaces of all kinds, tabs, full stops and dashes of all kinds go. Everything else stays, control
    and invisible characters too, so that they are reported instead of vanishing.
    """
    return text.translate(_CLEANING)


def computed_key(thirteen: str) -> str:
    """Compute the key of the 13 characters of a NIR or NIA: two digits from "01" to "97".

    97 less the remainder of the number by 97, with 2A read as 19 and 2B as 18 at positions 6 and 7.

    Raises:
        ValueError: these are not 13 digits (2A and 2B apart).
    """
    if len(thirteen) != LENGTH_WITHOUT_KEY or stray_position(thirteen) is not None:
        msg = "a key is computed from 13 digits, 2A and 2B apart"
        raise ValueError(msg)
    return _check_digits()(thirteen)


@cache
def _check_digits() -> Callable[[str], str]:
    from stdnum.fr import nir  # late: it loads pydoc

    return cast("Callable[[str], str]", nir.calc_check_digits)


def stray_position(cleaned: str) -> int | None:
    """Return the index of the first character that has no place where it stands, or None.

    Only ASCII digits have their place, and the A or B of a Corsican 2A or 2B at index 6.
    """
    plain = f"{cleaned[:6]}0{cleaned[7:]}" if cleaned[5:7] in {"2A", "2B"} else cleaned
    stray = _NOT_A_DIGIT.search(plain)
    return stray.start() if stray else None
