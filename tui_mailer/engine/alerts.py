"""What the server asks to be shown to the user (RFC 3501 §7.1, ALERT): once, not at each login."""

import re
from typing import Final

from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.events import ProblemMet
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.announcer import Announcer

_MOST_TOLD: Final = 20
_MOST_CHARACTERS: Final = 300
_NUMBERS: Final = re.compile(r"\d+")


class ServerAlert(MailerError):
    """`subject`: the operator's words."""

    what = "Message de votre opérateur"
    meaning = "Il concerne votre boîte aux lettres ; aucun message n’est perdu."
    advice = "En cas de doute, appelez votre opérateur MSSanté."


class Alerts:
    """Announces each alert once as long as the program runs."""

    def __init__(self, announce: Announcer) -> None:
        self._announce = announce
        self._told: set[str] = set()

    def hear(self, words: SafeText) -> None:
        """A server said this; a number in it that changes makes it no other one."""
        kind = _NUMBERS.sub("#", words)
        if not words.strip() or kind in self._told or len(self._told) >= _MOST_TOLD:
            return
        self._told.add(kind)
        self._announce(ProblemMet(ServerAlert(words, subject=words[:_MOST_CHARACTERS])))
