"""Bytes and encoded words to text, whatever their charset pretends to be."""

import binascii
import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

from tui_mailer.domain.western import AS_WINDOWS

# Decoders that are no charset of mail: slow by construction (punycode), or that run escapes.
_REFUSED_CODECS: Final = frozenset(
    {"punycode", "idna", "unicode-escape", "raw-unicode-escape", "undefined"}
)
# Every byte says something in them, so that they decode whatever is not theirs.
_WESTERN: Final = frozenset({"cp1252", "iso8859-15"})
_BYTE_ORDER_MARK: Final = "\ufeff"
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])|[\r\n]")


def decode_words(raw: str) -> str:
    """A header's text with its encoded words (RFC 2047) decoded; not yet safe to show.

    Total: what cannot be decoded stays as it was sent. `raw` may hold bytes above 127 as lone
    surrogates, as `email` parses them.
    """
    unfolded = _FOLD.sub("", raw)
    if "=?" not in unfolded:
        return decode_raw(unfolded)
    try:
        pieces = decode_header(unfolded)
    except (HeaderParseError, binascii.Error, ValueError):
        return decode_raw(unfolded)
    return "".join(
        decode_raw(piece) if isinstance(piece, str) else decode_text(piece, charset or "ascii")[0]
        for piece, charset in pieces
    )


def decode_raw(raw: str) -> str:
    """Text whose lone surrogates stand for raw bytes (RFC 6532's UTF-8, or an old sender's)."""
    if raw.isascii():
        return raw
    try:
        held = raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return raw.encode("utf-8", "replace").decode()
    return decode_text(held, "utf-8")[0]


def decode_text(content: bytes, charset: str) -> tuple[str, bool]:
    """`content` as text, and whether `charset` was true; else UTF-8 or Windows-1252 is guessed.

    Where UTF-8 is broken off or mixed with another, what is no UTF-8 is read as Windows-1252.
    """
    codec = _codec(charset)
    if codec is not None and not (codec in _WESTERN and _is_meant_as_utf_8(content)):
        try:
            return content.decode(codec).removeprefix(_BYTE_ORDER_MARK), True
        except (UnicodeError, LookupError):
            pass  # a codec of bytes to bytes is a LookupError
    return content.decode("utf-8", AS_WINDOWS).removeprefix(_BYTE_ORDER_MARK), False


def _is_meant_as_utf_8(content: bytes) -> bool:
    """True for UTF-8 that says more than ASCII: no Western text is that by chance."""
    if content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _codec(charset: str) -> str | None:
    """The codec to decode with, None for an unknown name or one that is no charset of mail."""
    try:
        name = codecs.lookup(charset.strip(" \"'").partition("*")[0]).name
    except (LookupError, ValueError):
        return None
    if name == "iso8859-1":  # what mail calls Latin-1 is Windows-1252 (WHATWG Encoding §4.2)
        return "cp1252"
    return None if name in _REFUSED_CODECS else name
