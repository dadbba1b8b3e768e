"""What COPYUID tells (RFC 4315 §3): where copies are, message by message; pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.status import Status

_MOST: Final = 2**32


def read_copied(
    responses: Iterable[RawResponse], status: Status, uids: Collection[int]
) -> Mapping[int, int]:
    """Old UID -> new UID of those of `uids` that were copied; empty when the server tells not.

    COPY tells in its tagged status, MOVE before it, in an untagged OK (RFC 6851 §4.3).
    """
    found: dict[int, int] = {}
    untagged = (Status.read(response[0][2:]) for response in responses)
    for told in (*untagged, status):
        if told is not None and told.code == "COPYUID":
            found.update(_pairs(told.data, len(uids)))
    return {uid: new for uid, new in found.items() if uid in uids}


def _pairs(data: bytes, most: int) -> Iterable[tuple[int, int]]:
    words = data.split()
    if len(words) != 3:
        return ()
    old, new = _expanded(words[1], most), _expanded(words[2], most)
    # Sets of two lengths say nothing of any message.
    return zip(old, new, strict=True) if len(old) == len(new) else ()


def _expanded(words: bytes, most: int) -> list[int]:
    """The UIDs of a set in its order; nothing when it is none, or has more than `most`."""
    found: list[int] = []
    for piece in words.split(b","):
        first, _, last = piece.partition(b":")
        if not first.isdigit() or not (last or first).isdigit():
            return []
        low, high = sorted((int(first), int(last or first)))
        if not 0 < low <= high < _MOST or len(found) + high - low >= most:
            return []
        found += range(low, high + 1)
    return found
