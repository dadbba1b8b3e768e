"""Dates on the wire: INTERNALDATE (RFC 3501 §9, date-time) and the Date header (RFC 5322 §3.3)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.tokens import Value

_MONTHS: Final = {
    name.encode(): number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_COMMON: Final = re.compile(
    rb"(?:[A-Za-z]{3}, ?)? ?(\d{1,2}[ -][A-Za-z]{3}[ -]\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})"
    rb"(?: \([^()]*\))?\s*"
)
_LONGEST: Final = 200
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_date(value: Value) -> datetime | None:
    """A date in either form, aware; None when it cannot be read."""
    if not isinstance(value, bytes) or len(value) > _LONGEST:
        return None
    common = _COMMON.fullmatch(value)
    try:
        if common is None:
            return _checked(parsedate_to_datetime(value.decode("latin-1")))
        day, hour, minute, second, zone = common.groups()
        # A leap second has no place in `datetime`.
        seconds = min(int(second), 59)
        return _checked(datetime(*_day(day), int(hour), int(minute), seconds, tzinfo=_zone(zone)))
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError):
        return None


def _checked(date: datetime) -> datetime | None:
    """`date`, aware; None at the ends of the calendar, where a change of zone overflows."""
    if not 1 < date.year < 9999:
        return None
    # "-0000" says that the zone is not known (RFC 5322 §3.3): UTC is what was written.
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


@lru_cache(maxsize=1024)
def _day(text: bytes) -> tuple[int, int, int]:
    """Year, month and day of ``2-Nov-2026`` or ``2 Nov 2026``."""
    day, month, year = text.replace(b"-", b" ").split()
    return int(year), _MONTHS[month.lower()], int(day)


@lru_cache(maxsize=256)
def _zone(text: bytes) -> timezone:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=-minutes if text.startswith(b"-") else minutes))
