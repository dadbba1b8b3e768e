"""The submission server."""

from collections.abc import Sequence
from typing import Protocol

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.safe_text import SafeText


class Submission(Protocol):
    """Hands messages over to the SMTP submission server; one connection a call."""

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """Connect, encrypt, log in, quit; the server's SIZE in bytes, None when not told."""
        ...

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """Send to all or to none; the server's words of acceptance.

        `null_sender` asks for an empty return path, as reports have, so that no report ever
        answers a report (RFC 8098 §3); the account's address where the server wants one.

        Cancelled, it ends by `CancelledError` only when nothing was sent to anyone.

        Raises:
            RecipientsRefused: nothing was sent to anyone.
            SubmissionRefused: sender or content refused.
            DeliveryUncertain: the line failed once the server could have taken the message.
            ConnectionProblem: before that; nothing was sent.
            LoginRefused: before anything was sent.
            MessageTooLarge: above the server's SIZE; nothing was sent.
        """
        ...
