"""How long a message may wait and still leave by itself.

What was written before a holiday, on a machine that was then off, may be wrong by now: an
appointment that is over, a dose that was changed meanwhile.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tui_mailer.domain.draft import Outgoing
from tui_mailer.domain.errors import MailerError
from tui_mailer.mime.outline import outline

LONGEST_WAIT: Final = timedelta(days=3)
"""A week-end without a line is shorter."""


class WaitedTooLong(MailerError):
    """A message that was written days ago, and is not sent without asking."""

    what = "Un message attend depuis plus de trois jours"
    meaning = "Il n’est parti pour personne : ce qu’il dit n’est peut-être plus vrai."
    advice = (
        "Relisez-le dans les envois (touche v) : « u » le rouvre pour le corriger, "
        "« r » l’envoie tel quel."
    )


class Patience:
    """Holds messages back that have waited too long, until the user wants them sent."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._wanted_at: dict[int, datetime] = {}

    def renew(self, outgoing_id: int) -> None:
        """The user wants it sent now; asked again once it has waited as long anew."""
        self._wanted_at[outgoing_id] = self._now()

    def is_wanted(self, outgoing_id: int) -> bool:
        """True once the user has said so, since the program started."""
        return outgoing_id in self._wanted_at

    def check(self, outgoing: Outgoing, content: bytes) -> None:
        """Nothing to say of a receipt: what it tells stays true.

        Raises:
            WaitedTooLong: `outgoing`, with its exact bytes, must not leave by itself any more.
        """
        written_at = outline(content).date
        if written_at is None or outgoing.is_receipt:
            return
        wanted_at = self._wanted_at.get(outgoing.id, written_at)
        if self._now() - wanted_at > LONGEST_WAIT:
            day = f"écrit le {written_at.astimezone():%d/%m/%Y}"
            # Why it waited, where the server has said so.
            raise WaitedTooLong(outgoing.server_words, subject=day)
