"""The Date of a message."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_LONGEST: Final = 200
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


def date_of(value: str) -> datetime | None:
    """Aware, in UTC where no zone is said; None for what is no date, or is out of all time."""
    try:
        date = parsedate_to_datetime(value.strip()[:_LONGEST])
        aware = date if date.tzinfo else date.replace(tzinfo=UTC)
        is_in_time = _FIRST_YEAR <= aware.astimezone(UTC).year <= _LAST_YEAR
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return aware if is_in_time else None
