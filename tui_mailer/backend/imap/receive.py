"""Bytes off the line -> whole responses; pure, incremental, linear in what arrives.

A response is one line, or several with a literal after each but the last (RFC 3501 §4.3)::

    * 1 FETCH (UID 7 BODY[] {5}  CRLF  hello  )  CRLF
    └──────── line ───────────┘      └literal┘└line┘

aioimaplib recurses once a line and counts parentheses inside strings; here nothing recurses, and
what a literal holds is never looked at.
"""

import re
from typing import Final

from tui_mailer.backend.imap.limits import Limits
from tui_mailer.domain.errors import ProtocolBroken

RawResponse = tuple[bytes, ...]
"""Lines and literals in turn: ``(line,)`` or ``(line, literal, line, ...)``; never empty."""

_CRLF: Final = b"\r\n"
_ENDS_IN_BRACE: Final = b"}\r\n"
_LITERAL: Final = re.compile(rb"\{([0-9]+)\+?\}\Z")
_LONGEST_LITERAL_MARK: Final = 32
# A status response ends in free text, where "{3}" is only three characters.
_FREE_TEXT: Final = re.compile(rb"(?!\* )|\* (?:OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)


class ResponseSplitter:
    """Cuts what is fed to it into responses, whatever the chunks."""

    def __init__(self, limits: Limits | None = None) -> None:
        """`limits` bounds lines, literals and responses."""
        self._limits = limits or Limits()
        self._longest = min(self._limits.line_bytes, self._limits.response_bytes)
        self._buffer = bytearray()
        self._searched = 0
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._literal: bytearray | None = None
        self._literal_bytes = 0

    @property
    def is_empty(self) -> bool:
        """True when nothing of an unfinished response is held."""
        return not self._buffer and not self._parts and self._literal is None

    def feed(self, data: bytes) -> list[RawResponse]:
        """Take `data` in; the responses that it completes.

        Raises:
            ProtocolBroken: a limit is passed.
        """
        self._buffer += data
        if not self._parts and self._literal is None and not self._announces_literal():
            return self._whole_lines()
        responses: list[RawResponse] = []
        position = 0
        while True:
            if self._literal is not None:
                position = self._fill_literal(self._literal, position)
                if self._literal is not None:
                    break
            end = self._buffer.find(_CRLF, max(position, self._searched))
            if end < 0:
                break
            line = bytes(self._buffer[position:end])
            position = self._searched = end + 2
            if self._take_line(line):
                responses.append(tuple(self._parts))
                self._parts.clear()
                self._parts_bytes = 0
        del self._buffer[:position]
        # The last byte may be the CR of a CRLF cut in two.
        self._searched = max(0, len(self._buffer) - 1)
        if len(self._buffer) > self._limits.line_bytes:
            raise ProtocolBroken
        return responses

    def _announces_literal(self) -> bool:
        """True when a line that ends in what came last may have a literal after it."""
        return self._buffer.find(_ENDS_IN_BRACE, max(0, self._searched - 1)) >= 0

    def _whole_lines(self) -> list[RawResponse]:
        """Nothing here has a literal, as is usual: each line is a response."""
        end = self._buffer.rfind(_CRLF, self._searched)
        lines = bytes(self._buffer[:end]).split(_CRLF) if end >= 0 else []
        if end >= 0:
            del self._buffer[: end + len(_CRLF)]
        self._searched = max(0, len(self._buffer) - 1)
        longest = max(map(len, lines), default=0)
        if longest > self._longest or len(self._buffer) > self._limits.line_bytes:
            raise ProtocolBroken
        return [(line,) for line in lines]

    def _fill_literal(self, literal: bytearray, position: int) -> int:
        """Move what is there of the literal; the position after it."""
        taken = self._buffer[position : position + self._literal_bytes - len(literal)]
        literal += taken
        if len(literal) == self._literal_bytes:
            self._parts.append(bytes(literal))
            self._literal = None
        return position + len(taken)

    def _take_line(self, line: bytes) -> bool:
        """Add a line to the response; True when it ends it, False when a literal follows."""
        size = self._announced(line)
        self._parts.append(line)
        self._parts_bytes += len(line) + (size or 0)
        if (
            len(line) > self._limits.line_bytes
            or (size or 0) > self._limits.literal_bytes
            or self._parts_bytes > self._limits.response_bytes
            or len(self._parts) > self._limits.response_parts
        ):
            raise ProtocolBroken
        if size is None:
            return True
        self._literal, self._literal_bytes = bytearray(), size
        return False

    def _announced(self, line: bytes) -> int | None:
        """Size of the literal that `line` announces."""
        if not line.endswith(b"}"):
            return None
        mark = _LITERAL.search(line, max(0, len(line) - _LONGEST_LITERAL_MARK))
        if mark is None or (not self._parts and _FREE_TEXT.match(line)):
            return None
        return int(mark[1])
