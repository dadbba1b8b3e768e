"""Sets of UIDs as the protocol writes them: ``1:4,9`` (RFC 3501 §9, sequence-set)."""

from collections.abc import Iterable, Iterator
from typing import Final

# RFC 7162 §4: a server need not take lines above 8,192 octets.
MAX_CHARACTERS: Final = 7_000
"""The longest set to send in one command."""


def uid_set(uids: Iterable[int]) -> str:
    """All of `uids` as one set, neighbours joined into ranges."""
    return ",".join(_spelled(first, last) for first, last in _ranges(uids))


def uid_sets(uids: Iterable[int]) -> Iterator[tuple[str, int]]:
    """`uids` as sets short enough for a command line, each with the number of its UIDs."""
    pieces: list[str] = []
    length = count = 0
    for first, last in _ranges(uids):
        piece = _spelled(first, last)
        if length + len(piece) + 1 > MAX_CHARACTERS:
            yield ",".join(pieces), count
            pieces, length, count = [], 0, 0
        pieces.append(piece)
        length += len(piece) + 1
        count += last - first + 1
    if pieces:
        yield ",".join(pieces), count


def _ranges(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(set(uids))
    first = previous = None
    for uid in ordered:
        if previous is not None and uid == previous + 1:
            previous = uid
            continue
        if first is not None and previous is not None:
            yield first, previous
        first = previous = uid
    if first is not None and previous is not None:
        yield first, previous


def _spelled(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}:{last}"
