"""Messages that wait to leave through no fault of their own, and since when."""

from datetime import datetime, timedelta
from typing import Final

from tui_mailer.domain.errors import MailerError

_LONG: Final = timedelta(hours=1)


class StillWaiting(MailerError):
    """A message that nothing was wrong with has not left for long; `subject` is its subject."""

    what = "Un message n’a toujours pas pu partir"
    meaning = "Il n’est parti pour personne ; le programme réessaie de lui-même."
    advice = (
        "Les envois (touche v) disent pourquoi. Si c’est urgent, joignez le destinataire autrement."
    )


class Waits:
    """Remembers, by local id, for as long as the program runs."""

    def __init__(self) -> None:
        self._since: dict[int, datetime] = {}
        self._told: set[int] = set()

    def is_long(self, outgoing_id: int, now: datetime) -> bool:
        """True once: whoever sent it may well believe by now that it has left."""
        if now - self._since.setdefault(outgoing_id, now) < _LONG or outgoing_id in self._told:
            return False
        self._told.add(outgoing_id)
        return True
