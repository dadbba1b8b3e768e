"""Base64 of many megabytes, read and written a piece at a time.

Python's decoder lets no other thread run until it is through: for 20 MB at once, the keys would
wait for up to a tenth of a second.
"""

import re
from base64 import encodebytes
from binascii import Error, a2b_base64
from collections.abc import Iterator
from typing import Final

_PIECE_CHARACTERS: Final = 256 * 1024
_LINE_ENDS: Final = b"\r\n"
_LINE_BYTES: Final = 57
"""What 76 characters hold, the most of a line (RFC 2045 §6.8)."""


_PADDED_PIECE: Final = re.compile(rb"[^=]+")
_PADDING_WITHIN: Final = re.compile(r"=\s*[A-Za-z0-9+/]")
# A blank between words, or a rule: nothing that an encoder writes.
_LINE_OF_TEXT: Final = re.compile(r"^(?:[-_*]{2}|[^\s]+[ \t]+[^\s])", re.MULTILINE)
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")


class IrregularBase64(Exception):
    """Not as RFC 2045 §6.8 has it; the library's own reader knows what can be made of it."""


def decoded_pieces(encoded: str, piece_characters: int = _PIECE_CHARACTERS) -> Iterator[bytes]:
    """What `encoded` says, its line ends left out.

    Raises:
        IrregularBase64: it has other characters, padding before its end, or is cut off.
    """
    left, is_padded = b"", False
    for start in range(0, len(encoded), piece_characters):
        piece = encoded[start : start + piece_characters]
        try:
            left += piece.encode("ascii").translate(None, _LINE_ENDS)
            whole = left[: len(left) - len(left) % 4]
            if is_padded and left:
                raise IrregularBase64
            yield a2b_base64(whole, strict_mode=True)
        except (UnicodeEncodeError, Error) as error:
            raise IrregularBase64 from error
        left, is_padded = left[len(whole) :], is_padded or whole.endswith(b"=")
    if left:
        raise IrregularBase64


def repaired(encoded: str) -> tuple[bytes, str]:
    """What `encoded` says when it is several, each padded, cut off, or plain text follows; and that.

    A server that adds its footer does so without looking, and a sender may encode line by line.
    Of what is cut off within a byte the library decodes nothing at all.

    Raises:
        IrregularBase64: it is neither.
    """
    found = _LINE_OF_TEXT.search(encoded)
    end = found.start() if found else len(encoded)
    if not found and not _PADDING_WITHIN.search(encoded) and not _is_cut_off(encoded):
        raise IrregularBase64
    pieces = _PADDED_PIECE.findall(encoded[:end].encode("ascii", "ignore"))
    said = b"".join(_filled_up(_NOT_BASE64.sub(b"", piece)) for piece in pieces)
    if not said:
        raise IrregularBase64
    return said, encoded[end:]


def _is_cut_off(encoded: str) -> bool:
    return len(_NOT_BASE64.sub(b"", encoded.encode("ascii", "ignore"))) % 4 == 1


def _filled_up(piece: bytes) -> bytes:
    """The bytes of one piece; a last character that says less than a byte is left out."""
    whole = piece if len(piece) % 4 != 1 else piece[:-1]
    return a2b_base64(whole + b"=" * (-len(whole) % 4))


def encoded_pieces(content: bytes, piece_lines: int = 4 * 1024) -> Iterator[bytes]:
    """`content` as lines of base64, each ended by CRLF."""
    piece_bytes = _LINE_BYTES * piece_lines
    for start in range(0, len(content), piece_bytes):
        yield encodebytes(content[start : start + piece_bytes]).replace(b"\n", b"\r\n")
