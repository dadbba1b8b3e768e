"""What the server's replies mean (RFC 5321 §4.2, enhanced codes of RFC 3463)."""

import base64
import binascii
import re
from typing import Final

from aiosmtplib import SMTPResponse

from tui_mailer.domain.errors import (
    LineLost,
    MailerError,
    MessageTooLarge,
    ProtocolBroken,
    RecipientsRefused,
    ServerBusy,
    SubmissionRefused,
    TooManyRecipients,
)

CLOSING: Final = 421
EXCEEDED: Final = 552
_MAX_WORDS_LENGTH: Final = 2000
_ENHANCED: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_TOO_LARGE_CODES: Final = frozenset({"5.3.4", "5.2.3"})
_FULL_MAILBOX_CODES: Final = frozenset({"5.2.2", "4.2.2"})
_FULL_MAILBOX_WORDS: Final = re.compile(r"quota|full|plein|storage|mailbox", re.IGNORECASE)
_TOO_MANY_CODES: Final = frozenset({"4.5.3", "5.5.3"})


def words(reply: SMTPResponse) -> str:
    """The reply as the server wrote it, code first; not yet safe to show."""
    return f"{reply.code} {reply.message}"[:_MAX_WORDS_LENGTH]


def refusal(reply: SMTPResponse) -> MailerError:
    """The error for a message, or its sender, that the server does not take."""
    if _is_about_size(reply):
        return MessageTooLarge(words(reply))
    return _line_problem(reply) or SubmissionRefused(words(reply), permanent=reply.code >= 500)


def recipients_refusal(refused: dict[str, SMTPResponse], count: int) -> MailerError:
    """The error for recipients refused at RCPT, of `count`; none of the others got anything."""
    for reply in refused.values():
        if problem := _line_problem(reply):
            return problem
        if _is_about_number(reply):
            return TooManyRecipients(words(reply), count=count)
    said = {mailbox: words(reply) for mailbox, reply in refused.items()}
    if any(reply.code >= 500 for reply in refused.values()):
        return RecipientsRefused(said)
    # Greylisting and the like: nothing to correct, the same message may pass later.
    lines = "\n".join(f"{mailbox} : {reply}" for mailbox, reply in said.items())
    return SubmissionRefused(lines, permanent=False)


def unexpected(reply: SMTPResponse) -> MailerError:
    """The error for a reply to a greeting or a login that says neither yes nor no."""
    if 400 <= reply.code < 500 and reply.code != CLOSING:
        return ServerBusy(words(reply))
    return _line_problem(reply) or ProtocolBroken(words(reply))


def decoded_challenge(reply: SMTPResponse) -> str:
    """The JSON with which an XOAUTH2 server explains its refusal, or the reply's own words."""
    try:
        return base64.b64decode(reply.message, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return words(reply)


def _line_problem(reply: SMTPResponse) -> MailerError | None:
    if reply.code == CLOSING:
        return LineLost(words(reply))
    return None if 400 <= reply.code < 600 else ProtocolBroken(words(reply))


def _is_about_number(reply: SMTPResponse) -> bool:
    """More recipients than one message may have; too many in an hour is another code, and passes."""
    codes = set(_ENHANCED.findall(reply.message))
    return bool(codes & _TOO_MANY_CODES) or (
        not codes and "too many recipients" in reply.message.lower()
    )


def _is_about_size(reply: SMTPResponse) -> bool:
    """552 says "too much": of this message, unless the words are about a full mailbox."""
    codes = set(_ENHANCED.findall(reply.message))
    if codes & _TOO_LARGE_CODES:
        return True
    if reply.code != EXCEEDED or codes & _FULL_MAILBOX_CODES:
        return False
    return not _FULL_MAILBOX_WORDS.search(reply.message)
