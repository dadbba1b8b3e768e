"""Base64 of many megabytes, read and written a piece at a time.

Python's decoder lets no other thread run until it is through: for 20 MB at once, the keys would
wait for up to a tenth of a second.
"""

from base64 import encodebytes
from binascii import Error, a2b_base64
from collections.abc import Iterator
from typing import Final

_PIECE_CHARACTERS: Final = 256 * 1024
_LINE_ENDS: Final = b"\r\n"
_LINE_BYTES: Final = 57
"""What 76 characters hold, the most of a line (RFC 2045 §6.8)."""


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


def encoded_pieces(content: bytes, piece_lines: int = 4 * 1024) -> Iterator[bytes]:
    """`content` as lines of base64, each ended by CRLF."""
    piece_bytes = _LINE_BYTES * piece_lines
    for start in range(0, len(content), piece_bytes):
        yield encodebytes(content[start : start + piece_bytes]).replace(b"\n", b"\r\n")
