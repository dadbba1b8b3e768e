"""Port `Submission` over SMTP: to all recipients or to none, and never in doubt without saying so.

MAIL ─▶ RCPT, each ─▶ DATA ─▶ content ─▶ final dot ─▶ reply
└───── refused or lost: nothing was sent ────┘ └ lost: uncertain ┘
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTPResponse

from tui_mailer.backend.smtp.apart import run_apart
from tui_mailer.backend.smtp.line import EarlyReply, Line, Patience, open_line
from tui_mailer.backend.smtp.login import log_in
from tui_mailer.backend.smtp.replies import recipients_refusal, refusal, words
from tui_mailer.backend.smtp.wire_form import as_lines, with_dots_doubled
from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import (
    ConnectionProblem,
    DeliveryUncertain,
    InvalidAddress,
    MessageTooLarge,
)
from tui_mailer.domain.safe_text import SafeText, safe_block

_RECIPIENT_ACCEPTED: Final = (250, 251)
_GO_AHEAD: Final = 354


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom, the first that the server takes, and to whom."""

    senders: tuple[str, ...]
    recipients: tuple[str, ...]


class SmtpSubmission:
    """Each call is one connection, in a thread with an event loop of its own.

    A cancelled call closes its connection before it returns. Cancelled while the server may
    already have the message, `submit` ends with `DeliveryUncertain`; accepted meanwhile, with
    the server's words: what is known about a message is never lost to a cancellation.
    """

    def __init__(self, patience: Patience | None = None) -> None:
        """`patience`: how long to wait for what."""
        self._patience = patience or Patience()

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """See the port."""
        return await run_apart(self._checked(account, credentials))

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """See the port.

        Raises:
            InvalidAddress: the sender or a recipient cannot stand in a command; nothing was sent.
        """
        for mailbox in (account.address, *(recipients or ("",))):
            # The library would cut an address at a line break, and send.
            address = Address.received(mailbox)
            if address.mailbox != mailbox or not address.is_sendable:
                raise InvalidAddress(mailbox)
        senders = ("", account.address) if null_sender else (account.address,)
        envelope = Envelope(senders, tuple(recipients))
        return await run_apart(self._submitted(account, credentials, envelope, content))

    async def _checked(self, account: Account, credentials: Credentials) -> int | None:
        async with open_line(account, self._patience) as line:
            await log_in(line, credentials)
            return _size_limit_bytes(line)

    async def _submitted(
        self,
        account: Account,
        credentials: Credentials,
        envelope: Envelope,
        content: bytes,
    ) -> SafeText:
        lines = as_lines(content)
        async with open_line(account, self._patience) as line:
            await log_in(line, credentials)
            await _announce(line, envelope.senders, len(lines))
            await _address(line, envelope.recipients)
            granted = await line.ask("DATA")
            if granted.code != _GO_AHEAD:
                raise refusal(granted)
            return safe_block(words(await _hand_over(line, with_dots_doubled(lines))))


async def _announce(line: Line, senders: Sequence[str], size_bytes: int) -> None:
    """MAIL from the first sender that is taken, with the size where the server wants it (RFC 1870)."""
    limit_bytes = _size_limit_bytes(line)
    if limit_bytes is not None and size_bytes > limit_bytes:
        raise MessageTooLarge(words(SMTPResponse(250, f"SIZE {limit_bytes}")))
    size = (f"SIZE={size_bytes}",) if "size" in line.extensions else ()
    for sender in senders:
        reply = await line.ask("MAIL", f"FROM:<{sender}>", *size)
        if reply.code == 250:
            return
    raise refusal(reply)


async def _address(line: Line, recipients: Sequence[str]) -> None:
    """RCPT for each; when one is refused, the envelope is dropped and all refusals are told."""
    refused: dict[str, SMTPResponse] = {}
    for recipient in recipients:
        reply = await line.ask("RCPT", f"TO:<{recipient}>")
        if reply.code not in _RECIPIENT_ACCEPTED:
            refused[recipient] = reply
    if refused:
        with suppress(ConnectionProblem):  # nothing was sent either way
            await line.ask("RSET")
        raise recipients_refusal(refused, len(recipients))


async def _hand_over(line: Line, content: bytes) -> SMTPResponse:
    try:
        reply = await line.transfer(content)
    except EarlyReply as early:
        raise refusal(early.reply) from early
    if 200 <= reply.code < 300:
        return reply
    if 400 <= reply.code < 600:
        raise refusal(reply)
    raise DeliveryUncertain(words(reply))


def _size_limit_bytes(line: Line) -> int | None:
    """The server's SIZE; 0 or nothing means that it names no limit (RFC 1870 §4)."""
    told = line.extensions.get("size", "")
    return (int(told) or None) if told.isascii() and told.isdigit() else None
