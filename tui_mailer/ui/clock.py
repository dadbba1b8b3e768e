"""The time as the user's wall shows it."""

from datetime import datetime

from tui_mailer.engine.engine import utc_now


def local_now() -> datetime:
    """The present time, aware, in the time zone of this machine."""
    return utc_now().astimezone()
