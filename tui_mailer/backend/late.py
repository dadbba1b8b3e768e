"""The ways to the servers, loaded when the first is taken: the list that a launch shows needs none.

In a thread: it takes 40 ms, and keys are answered meanwhile.
"""

import asyncio
from collections.abc import Sequence

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.ports import (
    MailServer,
    MailServerConnector,
    OnAlert,
    OnStep,
    Submission,
)
from tui_mailer.domain.safe_text import SafeText


class LateConnector:
    """The `MailServerConnector` over IMAP."""

    def __init__(self) -> None:
        """Alerts are told to nobody."""
        self.on_alert: OnAlert = lambda _words: None

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        """See the port."""
        connector = await asyncio.to_thread(_imap, lambda words: self.on_alert(words))
        return await connector.connect(account, credentials, on_step)


class LateSubmission:
    """The `Submission` over SMTP."""

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """See the port."""
        submission = await asyncio.to_thread(_smtp)
        return await submission.check(account, credentials)

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """See the port."""
        submission = await asyncio.to_thread(_smtp)
        return await submission.submit(
            account, credentials, recipients, content, null_sender=null_sender
        )


def _imap(on_alert: OnAlert) -> MailServerConnector:
    from tui_mailer.backend.imap.connector import ImapConnector

    return ImapConnector(on_alert=on_alert)


def _smtp() -> Submission:
    from tui_mailer.backend.smtp.submission import SmtpSubmission

    return SmtpSubmission()
