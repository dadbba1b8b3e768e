"""The data of a response -> Python values; pure, without recursion.

A list becomes a list, a string or an atom becomes bytes, NIL becomes None. Atom and string are
told apart by their place only, as every client does; a string "NIL" stays bytes.
"""

import re
from collections.abc import Sequence
from typing import Final

from tui_mailer.domain.errors import ProtocolBroken

Value = bytes | None | list["Value"]

_MAX_DEPTH: Final = 1_000
_QUOTE, _OPEN, _CLOSE, _BRACE, _TILDE = b'"(){~'
# Every byte but the space belongs to a token, so that nothing is skipped unseen. The quantifiers
# are possessive and the closing quote optional: no backtracking, whatever is missing.
_TOKEN: Final = re.compile(rb'[()]|"(?:[^"\\]++|\\.)*+"?|[^ ()"]++', re.DOTALL)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


def parse(parts: Sequence[bytes], start: int = 0) -> list[Value]:
    """Values of a response, read from offset `start` of its first line.

    Args:
        parts: lines and literals in turn, as `receive` gives them.
        start: where the data begin in ``parts[0]``.

    Raises:
        ProtocolBroken: unbalanced, unterminated, or nested too deep.
    """
    top: list[Value] = []
    stack: list[list[Value]] = [top]
    last = len(parts) - 1
    for index in range(0, last + 1, 2):
        tokens = _TOKEN.findall(parts[index], start if index == 0 else 0)
        if index < last:
            _drop_literal_mark(tokens)
        _build(tokens, stack)
        if index < last:
            stack[-1].append(parts[index + 1])
    if len(stack) != 1:
        raise ProtocolBroken
    return top


def _build(tokens: list[bytes], stack: list[list[Value]]) -> None:
    """Add `tokens` to the innermost open list, opening and closing others on the way."""
    # Runs some eighty times a message, hence the local names and the plain cases written out.
    add = stack[-1].append
    for token in tokens:
        first = token[0]
        if first == _QUOTE:
            plain = b"\\" not in token and len(token) > 1 and token[-1] == _QUOTE
            add(token[1:-1] if plain else _unescaped(token))
        elif first == _OPEN:
            inner: list[Value] = []
            add(inner)
            stack.append(inner)
            add = inner.append
            if len(stack) > _MAX_DEPTH:
                raise ProtocolBroken
        elif first == _CLOSE:
            stack.pop()
            if not stack:
                raise ProtocolBroken
            add = stack[-1].append
        else:
            add(None if len(token) == 3 and token.upper() == b"NIL" else token)


def _unescaped(token: bytes) -> bytes:
    """What a quoted string with escapes holds."""
    if _QUOTED.fullmatch(token) is None:
        raise ProtocolBroken
    return _ESCAPED.sub(rb"\1", token[1:-1])


def _drop_literal_mark(tokens: list[bytes]) -> None:
    """Remove the ``{n}`` that announced the literal after this line."""
    if not tokens or tokens[-1][0] not in (_BRACE, _TILDE):
        raise ProtocolBroken
    tokens.pop()


def number(value: Value, *, most: int = 2**63 - 1) -> int:
    """A number of the protocol, from 0 to `most`.

    Raises:
        ProtocolBroken: no number, or above `most`.
    """
    if not isinstance(value, bytes) or len(value) > 19 or not value.isdigit():
        raise ProtocolBroken
    found = int(value)
    if found > most:
        raise ProtocolBroken
    return found


def uid(value: Value) -> int:
    """A UID: from 1 to 2^32 - 1 (RFC 3501 §9, nz-number).

    Raises:
        ProtocolBroken: no UID.
    """
    found = number(value, most=2**32 - 1)
    if found == 0:
        raise ProtocolBroken
    return found
