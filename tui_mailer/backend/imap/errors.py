"""What the server refuses -> the domain's errors (RFC 5530 for the codes)."""

import re
from typing import Final

from tui_mailer.backend.imap.exchange import Answer
from tui_mailer.backend.imap.status import Status
from tui_mailer.domain.errors import (
    CommandRefused,
    LoginRefused,
    MailerError,
    OverQuota,
    ServerBusy,
)

_LONGEST_WORDS: Final = 1_000
# RFC 3463 X.2.2, for servers that put it in their text.
_MAILBOX_FULL: Final = re.compile(r"\b[45]\.2\.2\b")
# The check of the password could not be made: no reason to ask for it again.
_NOT_NOW: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"})
# Many servers say so in words only. Not "too many failures", nor "locked": who goes on then, is
# locked out for longer.
_NOT_NOW_WORDS: Final = re.compile(
    r"too many (?:\w+ ){0,3}(?:connections|sessions)\b"
    r"|\bmaximum (?:\w+ ){0,3}connections\b|\bconnections? limit\b"
    r"|\btemporary (?:\w+ ){0,2}(?:failure|error|problem)\b|\btemporarily unavailable\b",
    re.IGNORECASE,
)


class ContentTooLarge(CommandRefused):
    """A whole message above what we take in; our own refusal."""

    what = "Ce message est trop volumineux pour être ouvert ici."
    meaning = "Il reste intact sur le serveur."
    advice = "Ouvrez-le avec le webmail de votre opérateur."


def words_of(status: Status) -> str:
    """The server's own words, not too many."""
    return status.text[:_LONGEST_WORDS]


def refusal(status: Status) -> CommandRefused:
    """The error behind a NO or BAD."""
    if status.code == "OVERQUOTA" or _MAILBOX_FULL.search(words_of(status)):
        return OverQuota(words_of(status))
    return CommandRefused(words_of(status))


def accepted(answer: Answer) -> Answer:
    """`answer`, if it is OK.

    Raises:
        CommandRefused: it is NO or BAD.
    """
    if answer.result != "OK":
        raise refusal(answer.status)
    return answer


def login_refusal(status: Status) -> MailerError:
    """The error behind a NO or BAD to LOGIN or AUTHENTICATE."""
    if status.code in _NOT_NOW or _NOT_NOW_WORDS.search(words_of(status)):
        return ServerBusy(words_of(status))
    return LoginRefused(words_of(status))
