"""Raw bytes to a tree of parts, within bounds of time, depth and number.

The standard library's feed parser does the work, with the plain header classes: those of
`policy.default` recurse and grow quadratically on hostile headers. Every header is cut to a
length that its later reading can bear, and a message beyond the limits is kept as source.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.feedparser import BytesFeedParser
from email.message import Message
from email.parser import BytesHeaderParser
from typing import Final, TypeAlias

from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.mime.words import decode_raw

MAX_PARTS: Final = 1000
MAX_DEPTH: Final = 50
MAX_HEADERS: Final = 500
MAX_HEADER_LENGTH: Final = 256 * 1024
# Parameters are read by a quadratic reader; real ones have some hundred characters.
MAX_CONTENT_HEADER_LENGTH: Final = 4 * 1024
MAX_PARSE_S: Final = 5.0
_CHUNK_BYTES: Final = 64 * 1024
_HEADER_BYTES: Final = 1024 * 1024

_ENCODING: Final = re.compile(r"[\s\"']*([A-Za-z0-9-]+)")

TOO_COMPLEX: Final = safe_line(
    "Le message a une structure anormale (trop de parties ou trop d’imbrications) : "
    "son contenu est montré sans être interprété."
)
HEADERS_CUT: Final = safe_line("Des en-têtes démesurés ont été tronqués.")
BAD_STRUCTURE: Final = safe_line(
    "Le message est mal formé : une délimitation entre ses parties manque ou est fausse."
)
# Defects that change what is shown; the library notes many more that change nothing.
_STRUCTURE_DEFECTS: Final = frozenset(
    {
        "NoBoundaryInMultipartDefect",
        "StartBoundaryNotFoundDefect",
        "CloseBoundaryNotFoundDefect",
        "MultipartInvariantViolationDefect",
    }
)

Part: TypeAlias = "Message[str, str]"


class _Limit(Exception):
    """The message is beyond what is read."""


class _CappedPart(Message):
    """A part that holds no more headers, and no longer ones, than can be read in good time."""

    cut = False

    def set_raw(self, name: str, value: str) -> None:
        """Called by the feed parser for each header."""
        limit = (
            MAX_CONTENT_HEADER_LENGTH if name.lower().startswith("content-") else MAX_HEADER_LENGTH
        )
        if len(self) >= MAX_HEADERS or len(value) > limit:
            self.cut = True
        if len(self) < MAX_HEADERS:
            # The library's readers of parameters lose raw bytes, which many file names hold.
            kept = decode_raw(value[:limit]) if limit < MAX_HEADER_LENGTH else value[:limit]
            if name.lower() == "content-transfer-encoding":
                kept = _bare_encoding(kept)
            super().set_raw(name, kept)


def _bare_encoding(value: str) -> str:
    """The word alone: behind a blank or a comment the library would decode nothing."""
    found = _ENCODING.match(value)
    return found[1] if found else value


@dataclass(frozen=True, slots=True)
class Tree:
    """A message taken apart.

    Attributes:
        source: the body as it stands when the structure is beyond the limits, else None.
        flaws: French sentences.
    """

    root: Part
    source: bytes | None = None
    flaws: tuple[SafeText, ...] = field(default=())


def take_apart(raw: bytes) -> Tree:
    """Parse `raw`; never raises, and ends within `MAX_PARSE_S` and a little."""
    try:
        root = _fed(raw)
    except (_Limit, RecursionError):
        return _headers_only(raw, TOO_COMPLEX)
    except Exception:  # noqa: BLE001  (the library raises anything on odd bytes; the source stays)
        return _headers_only(raw, BAD_STRUCTURE)
    return Tree(root, flaws=tuple(_structure_flaws(root)))


def leaves(part: Part) -> Iterator[Part]:
    """The parts without children, in their order; an attached message is one."""
    children = children_of(part)
    if not children:
        yield part
    for child in children:
        yield from leaves(child)


def children_of(part: Part) -> list[Part]:
    """The parts of a multipart; none for any other, an attached message included."""
    # Of a leaf it would be decoded by whatever charset the part names, which may raise anything.
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        return []
    return [child for child in part.get_payload() if isinstance(child, Message)]


def _fed(raw: bytes) -> Part:
    made = 0

    def make_part() -> _CappedPart:
        nonlocal made
        made += 1
        # `_msgstack` is how deep the parser is in the tree; there is no public way to ask.
        if made > MAX_PARTS or len(parser._msgstack) > MAX_DEPTH:  # type: ignore[attr-defined]
            raise _Limit
        return _CappedPart()

    deadline = time.monotonic() + MAX_PARSE_S
    parser = BytesFeedParser(make_part)
    for start in range(0, len(raw), _CHUNK_BYTES):
        parser.feed(raw[start : start + _CHUNK_BYTES])
        if time.monotonic() > deadline:
            raise _Limit
    return parser.close()


def _headers_only(raw: bytes, flaw: SafeText) -> Tree:
    head, _, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    try:
        root: Part = BytesHeaderParser(_CappedPart).parsebytes(head[:_HEADER_BYTES] + b"\r\n\r\n")
    except Exception:  # noqa: BLE001  (headers that even this refuses: there is only source)
        return Tree(Message(), raw, (flaw,))
    return Tree(root, body, (flaw,))


def _structure_flaws(root: Part) -> Iterator[SafeText]:
    parts = list(root.walk())
    if any(isinstance(part, _CappedPart) and part.cut for part in parts):
        yield HEADERS_CUT
    if any(
        type(defect).__name__ in _STRUCTURE_DEFECTS for part in parts for defect in part.defects
    ):
        yield BAD_STRUCTURE
