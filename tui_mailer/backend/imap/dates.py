"""Dates on the wire: INTERNALDATE (RFC 3501 §9, date-time) and the Date header (RFC 5322 §3.3)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.tokens import Value

MOMENT: Final = r"[0-9]{1,2}[ -][A-Za-z]{3}[ -][0-9]{4} [0-9]{2}:[0-9]{2}:[0-5][0-9] [+-][0-9]{4}"
"""What `moment` reads."""
USUAL_DATE: Final = rf"(?:[A-Za-z]{{3}}, ?)? ?({MOMENT})(?: \([A-Za-z ]{{0,40}}\))?"
"""A date as nearly everyone writes it; its one group is for `moment`."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_USUAL: Final = re.compile(USUAL_DATE.encode())
_MONTHS: Final = {
    name.encode(): number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DAY, _CLOCK, _ZONE = slice(-15), slice(-14, -6), slice(-5, None)
_LONGEST: Final = 200


def read_date(value: Value) -> datetime | None:
    """A date in either form, aware; None when it cannot be read."""
    if not isinstance(value, bytes) or len(value) > _LONGEST:
        return None
    usual = _USUAL.fullmatch(value)
    if usual is not None:
        return moment(usual[1])
    # A leap second has no place in `datetime`.
    text = value.decode("latin-1").replace(":60 ", ":59 ")
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError):
        return None
    if _at_an_end(found):
        return None
    # "-0000" says that the zone is not known (RFC 5322 §3.3): UTC is what was written.
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def moment(text: bytes) -> datetime | None:
    """A date of the form `MOMENT`, aware; None when no calendar has it."""
    try:
        clock = time.fromisoformat(text[_CLOCK].decode())
        return datetime.combine(_day(text[_DAY]), clock, _zone(text[_ZONE]))
    except (ValueError, LookupError):
        return None


@lru_cache(maxsize=1024)
def _day(text: bytes) -> date:
    """The day of ``2-Nov-2026`` or ``2 Nov 2026``."""
    day, month, year = text.replace(b"-", b" ").split()
    found = date(int(year), _MONTHS[month.lower()], int(day))
    if _at_an_end(found):
        raise ValueError
    return found


@lru_cache(maxsize=256)
def _zone(text: bytes) -> timezone:
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    return timezone(timedelta(minutes=-minutes if text.startswith(b"-") else minutes))


def _at_an_end(day: date) -> bool:
    """True at the ends of the calendar, where a change of zone overflows."""
    return not 1 < day.year < 9999
