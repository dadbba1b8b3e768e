"""A message as SMTP carries it (RFC 5321 §2.3.8, §4.5.2).

Made a piece at a time: to go through 20 MB at once holds the interpreter, and the keys, for a
tenth of a second.
"""

from collections.abc import Iterator
from typing import Final

_PIECE_BYTES: Final = 256 * 1024


def as_lines(content: bytes) -> bytes:
    """`content` with CRLF at the end of each line: a bare one could hide a final dot."""
    lines = b"".join(map(_with_line_ends, _pieces(content)))
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def with_dots_doubled(lines: bytes) -> bytes:
    """`lines`, each ended by CRLF, of which none may pass for the message's end."""
    return b"".join(map(_with_dots, _pieces(lines)))


def _pieces(content: bytes) -> Iterator[bytes]:
    """Cut after line feeds, so that no line end and no dot after one is torn apart."""
    start = 0
    while start < len(content):
        end = content.find(b"\n", start + _PIECE_BYTES) + 1 or len(content)
        yield content[start:end]
        start = end


def _with_line_ends(piece: bytes) -> bytes:
    if piece.count(b"\r\n") == piece.count(b"\n") == piece.count(b"\r"):
        return piece
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def _with_dots(piece: bytes) -> bytes:
    doubled = piece.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if piece.startswith(b".") else doubled
