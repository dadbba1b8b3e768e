"""What is asked by SEARCH, and what SEARCH and ESEARCH answer; pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.domain.errors import ProtocolBroken

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
# Ranges are short, what they name is not.
_MOST_UIDS: Final = 500_000
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_ESEARCH: Final = re.compile(
    rb'\* ESEARCH(?: \(TAG "?[^")]*"?\))?(?: UID)?(?: ALL ([0-9:,]+))?(?: MODSEQ [0-9]+)?',
    re.IGNORECASE,
)
_RANGE: Final = re.compile(rb"([1-9][0-9]{0,9})(?::([1-9][0-9]{0,9}))?")


def arguments(
    text: str,
    uids: tuple[int, int],
    since: date | None = None,
    before: date | None = None,
) -> list[str | bytes]:
    """What comes after ``UID SEARCH``; bytes are to be sent as literals.

    Args:
        text: what is looked for in bodies.
        uids: the first and the last UID to look at.
        since: the first day.
        before: the day after the last one.
    """
    # Only then: some servers refuse every CHARSET (RFC 3501 §6.4.4).
    asked: list[str | bytes] = [] if text.isascii() else ["CHARSET", "UTF-8"]
    asked += ["UID", f"{uids[0]}:{uids[1]}", "BODY", _string(text)]
    if since is not None:
        asked += ["SINCE", day(since)]
    if before is not None:
        asked += ["BEFORE", day(before)]
    return asked


def read_esearch(response: RawResponse) -> Sequence[int]:
    """The UIDs of an untagged ESEARCH response to ``RETURN (ALL)``.

    Raises:
        ProtocolBroken: something else, or so many that only a hostile server names them.
    """
    found = _ESEARCH.fullmatch(response[0])
    if found is None:
        raise ProtocolBroken
    uids: list[int] = []
    for first, last in _ranges(found[1] or b""):
        if not 0 < first <= last < 2**32 or len(uids) + last - first >= _MOST_UIDS:
            raise ProtocolBroken
        uids += range(first, last + 1)
    return uids


def _ranges(written: bytes) -> Iterator[tuple[int, int]]:
    for piece in filter(None, written.split(b",")):
        match = _RANGE.fullmatch(piece)
        if match is None:
            raise ProtocolBroken
        ends = sorted((int(match[1]), int(match[2] or match[1])))
        yield ends[0], ends[1]


def _string(text: str) -> str | bytes:
    """One line, whatever was pasted: nothing in it ends the command."""
    line = _CONTROLS.sub(" ", text)
    return names.quoted(line) if line.isascii() else line.encode("utf-8", "replace")


def day(when: date) -> str:
    """As SEARCH wants it; written by hand: month names must not follow the locale."""
    return f"{when.day}-{_MONTHS[when.month - 1]}-{when.year:04}"
