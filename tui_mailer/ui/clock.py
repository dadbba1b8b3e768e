"""The time as the user's wall shows it."""

from datetime import UTC, datetime, timedelta, tzinfo

from tui_mailer.engine.engine import utc_now


def local_now() -> datetime:
    """The present time, aware, in the time zone of this machine.

    Another moment brought into its zone is told as the wall showed it then, in summer or in winter.
    """
    return utc_now().astimezone(_HERE)


class _Here(tzinfo):
    """This machine's time zone with its rules; `astimezone()` gives the offset of one moment."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """Of a moment that the wall shows."""
        return None if moment is None else _as_here(moment).utcoffset()

    def dst(self, _moment: datetime | None, /) -> timedelta | None:
        """Not known apart."""
        return None

    def tzname(self, moment: datetime | None, /) -> str | None:
        """As the system calls it then."""
        return None if moment is None else _as_here(moment).tzname()

    def fromutc(self, moment: datetime, /) -> datetime:
        """What the wall shows; the hour that comes twice in autumn is told by its `fold`."""
        local = moment.replace(tzinfo=UTC).astimezone()
        shown = local.replace(tzinfo=self)
        return shown if shown.utcoffset() == local.utcoffset() else shown.replace(fold=1)


def _as_here(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None).astimezone()


_HERE = _Here()
