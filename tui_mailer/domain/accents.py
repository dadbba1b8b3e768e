"""Text without accents, as people search and as old servers write."""

import unicodedata


class _Marks(dict[int, int | None]):
    """For `str.translate`: nothing for a combining mark, itself for any other character."""

    def __missing__(self, code: int) -> int | None:
        kept = None if unicodedata.combining(chr(code)) else code
        self[code] = kept
        return kept


_MARKS = _Marks()


def without_accents(text: str) -> str:
    """`text` in compatibility letters (NFKD) without any mark: `é` is `e`, `ﬁ` is `fi`."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text).translate(_MARKS)
