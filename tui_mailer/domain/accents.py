"""Text without accents, as people search and as old servers write."""

import re
import unicodedata
from typing import Final


class _Marks(dict[int, int | None]):
    """For `str.translate`: nothing for a combining mark, itself for any other character."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        self[code] = kept
        return kept


_MARKS: Final = _Marks()
# Those of Latin letters, all of which are combining: with them gone, nearly every text is ASCII.
_LATIN_MARKS: Final = re.compile("[\u0300-\u0345\u0347-\u034e\u0350-\u036f]+")


def without_accents(text: str) -> str:
    """`text` in compatibility letters (NFKD) without any mark: `é` is `e`, `ﬁ` is `fi`."""
    if text.isascii():
        return text
    plain = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text))
    return plain if plain.isascii() else plain.translate(_MARKS)


def composed(passphrase: str) -> bytes:
    """What is compared or derived from: an accent is the same whether the keyboard composed it or not.

    NFC, as RFC 8265 §4.2.
    """
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
