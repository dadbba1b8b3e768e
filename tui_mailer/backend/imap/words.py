"""Header text as people read it: encoded words (RFC 2047), and the raw 8-bit that many send.

Written out rather than taken from `email.header`, whose search for encoded words takes a time that
grows as the square of a hostile header's length.
"""

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
    text = _decoded(raw) if b"=?" in raw else eight_bit_text(raw)
    return _FOLD.sub(" ", text) if "\n" in text or "\r" in text else text


def eight_bit_text(raw: bytes) -> str:
    """`raw` as UTF-8, else as the Latin letters it must be; encoded words stay as they are."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded_as("cp1252", raw)


def _decoded(raw: bytes) -> str:
    """Plain text and encoded words in turn.

    The space between two encoded words is none (RFC 2047 §6.2); neighbours of one charset are
    joined before they are decoded, for those who cut a character in two.
    """
    pieces: list[str] = []
    run, run_codec, position = b"", "", 0
    for word in _WORD.finditer(raw):
        gap = raw[position : word.start()]
        codec = _codec(word[1])
        follows = bool(run_codec) and _ONLY_SPACE.fullmatch(gap) is not None
        if not follows or codec != run_codec:
            pieces.append(_decoded_as(run_codec, run))
            run = b""
        if not follows:
            pieces.append(eight_bit_text(gap))
        run += _octets(word[2], word[3])
        run_codec, position = codec, word.end()
    pieces.append(_decoded_as(run_codec, run))
    pieces.append(eight_bit_text(raw[position:]))
    return "".join(pieces)


def _octets(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return text


@lru_cache(maxsize=256)
def _codec(charset: bytes) -> str:
    """Python's name of a charset, or of UTF-8 when it has none; RFC 2231 §5 adds a language."""
    name = charset.decode("latin-1").partition("*")[0].lower()
    try:
        found = codecs.lookup("cp1252" if name in _WINDOWS else name).name
    except (LookupError, ValueError):
        return "utf-8"
    return "utf-8" if found in _NO_CHARSETS else found


def _decoded_as(codec: str, octets: bytes) -> str:
    """`octets` read as `codec`, or as UTF-8 or Latin letters when that is untrue."""
    if not octets:
        return ""
    for attempt in (codec, "utf-8"):
        try:
            return octets.decode(attempt)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")
