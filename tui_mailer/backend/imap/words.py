"""Header text as people read it: encoded words (RFC 2047), and the raw 8-bit that many send.

Written out rather than taken from `email.header`, whose search for encoded words takes a time that
grows as the square of a hostile header's length.
"""

import base64
import binascii
import codecs
import re
from functools import lru_cache
from typing import Final

_LONGEST_BYTES: Final = 4_096
_WORD: Final = re.compile(rb"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_ONLY_SPACE: Final = re.compile(rb"\s*")
_FOLD: Final = re.compile(r"[\r\n]+[ \t]")
# What senders call by these names is Windows' superset of it: ’ and œ are French letters.
_WINDOWS: Final = frozenset({"us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1"})
# Codecs of Python that no mail may ask for.
_NO_CHARSETS: Final = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode"})


def header_text(raw: bytes) -> str:
    """`raw` decoded; never fails. Not yet safe to show. Cut after 4,096 bytes."""
    if len(raw) > _LONGEST_BYTES:
        return header_text(raw[:_LONGEST_BYTES]) + "…"
    if b"=?" not in raw:
        return _unfolded(eight_bit_text(raw))
    return _unfolded(_decoded(raw))


@lru_cache(maxsize=4096)
def name_text(raw: bytes) -> str:
    """`header_text` for the names of people, which come again and again."""
    return header_text(raw)


def _unfolded(text: str) -> str:
    return _FOLD.sub(" ", text) if "\n" in text or "\r" in text else text


def eight_bit_text(raw: bytes) -> str:
    """`raw` as UTF-8, else as the Latin letters it must be; encoded words stay as they are."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _as_charset(raw, "iso-8859-1")


def _decoded(raw: bytes) -> str:
    """Plain text and encoded words in turn.

    The space between two encoded words is none (RFC 2047 §6.2); neighbours of one charset are
    joined before they are decoded, for those who cut a character in two.
    """
    pieces: list[str] = []
    run, run_charset, position = b"", "", 0
    for word in _WORD.finditer(raw):
        gap = raw[position : word.start()]
        charset = word[1].decode("latin-1").partition("*")[0].lower()
        follows = bool(run_charset) and _ONLY_SPACE.fullmatch(gap) is not None
        if not follows or charset != run_charset:
            pieces.append(_as_charset(run, run_charset))
            run = b""
        if not follows:
            pieces.append(eight_bit_text(gap))
        run += _octets(word[2], word[3])
        run_charset, position = charset, word.end()
    pieces.append(_as_charset(run, run_charset))
    pieces.append(eight_bit_text(raw[position:]))
    return "".join(pieces)


def _octets(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return text


def _as_charset(octets: bytes, charset: str) -> str:
    """`octets` read as `charset`, or as Latin letters when that charset is unknown or untrue."""
    if not octets:
        return ""
    for attempt in ("cp1252" if charset in _WINDOWS else charset, "utf-8"):
        try:
            if codecs.lookup(attempt).name not in _NO_CHARSETS:
                return octets.decode(attempt)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")
