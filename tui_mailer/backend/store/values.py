"""How values of the domain are written in columns, and read back."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from tui_mailer.domain.accents import without_accents
from tui_mailer.domain.message import Flags

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# A day inside the calendar's ends, so that any time zone can show them.
_EARLIEST: Final = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LATEST: Final = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LARGEST_INTEGER: Final = 2**63 - 1
# Letters that no normal form takes apart, and that many keyboards do not have.
_LETTERS: Final[dict[int, str]] = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"}
    | dict(zip("øØłŁđĐħĦŧŦı", "oollddhhtti", strict=True))
)
# Any other than what the text index folds as `words` does: Latin letters and their marks, signs.
_UNLIKE: Final = re.compile(
    "[^\x00-\xa9\xab-\xb1\xb4-\xb8\xbb\xbf-\xc5\xc7-\xd7\xd9-\xde\xe0-\xe5\xe7-\xf7\xf9-\u010f"
    "\u0112-\u0125\u0128-\u0130\u0134-\u013e\u0143-\u0148\u014a-\u0151\u0154-\u0165\u0168-\u017f"
    "\u0300-\u0304\u0306-\u030c\u030f\u2010-\u2064\u20ac\u2190-\u23f3]"
)
_NOT_WORD: Final = re.compile(r"[\W_]+")
_ASCII_WORDS: Final = bytes(code if chr(code).isalnum() else 32 for code in range(128)).ljust(256)

# Making a member of an enum from a number is slow, and 100,000 are made at a time.
_FLAGS: Final = tuple(Flags(bits) for bits in range(2 ** len(Flags)))


def to_stamp(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time; one that no calendar shows is moved inside."""
    stamp = (moment - _EPOCH) // _MICROSECOND
    return stamp if _EARLIEST <= stamp <= _LATEST else min(max(stamp, _EARLIEST), _LATEST)


def from_stamp(stamp: int) -> datetime:
    """The aware time, in UTC."""
    return _EPOCH + timedelta(microseconds=stamp)


def to_optional_stamp(moment: datetime | None) -> int:
    """As `to_stamp`; 0 for None: columns hold no NULL."""
    return 0 if moment is None else to_stamp(moment)


def from_optional_stamp(stamp: int) -> datetime | None:
    """As `from_stamp`; None for 0."""
    return from_stamp(stamp) if stamp else None


def to_flags(bits: int) -> Flags:
    """Flags of a column."""
    return _FLAGS[bits]


def to_size(size_bytes: int) -> int:
    """A size that fits a column, whatever a server claims."""
    return max(0, min(size_bytes, _LARGEST_INTEGER))


def storable(text: str) -> str:
    """`text` without lone surrogates, which no UTF-8 column takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def json_list(values: Iterable[int]) -> str:
    """Numbers for `json_each`: one statement for any number of them."""
    return json.dumps(list(values), separators=(",", ":"))


def is_folded_otherwise(text: str) -> bool:
    """True where the text index would not make the words of `text` that `words` makes."""
    return not text.isascii() and _UNLIKE.search(text) is not None


def indexed(text: str) -> str:
    """What the text index is given of `text`, so that what `words` makes of a search is found.

    It knows accents, but takes `œdème`, `ﬁèvre`, `m²` or `Андрей` as they are written.
    """
    return words(text) if is_folded_otherwise(text) else text


def words(text: str) -> str:
    """The words of `text` without accents and case, each between spaces: ``" dupont helene "``.

    So ``" hel"`` is found in it when a word starts with `hel`.
    """
    plain = text if text.isascii() else without_accents(storable(text).translate(_LETTERS))
    if plain.isascii():
        found = plain.lower().encode().translate(_ASCII_WORDS).decode().split()
    else:
        found = _NOT_WORD.sub(" ", plain.casefold()).split()
    return f" {' '.join(found)} " if found else " "


def words_as_written(text: str) -> str:
    """The words of `text`, between single spaces, with their accents and case."""
    return _NOT_WORD.sub(" ", storable(text)).strip()


def word_starts(text: str) -> list[str]:
    """What to look for in `words`: one piece for each space-separated part of `text`.

    `jean.du` is one piece, ``" jean du"``: these words in this order, the last one begun.
    """
    pieces = (words(part).rstrip() for part in text.split())
    return [piece for piece in pieces if piece]
