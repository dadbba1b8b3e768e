"""What became of messages of ours, and what others asked to know of theirs."""

from collections.abc import Sequence
from typing import Protocol

from tui_mailer.domain.message import MessageSummary
from tui_mailer.domain.report import KeptReport, Report


class ReportStore(Protocol):
    """Reports on messages of ours."""

    async def messages_to_examine(self, limit: int) -> Sequence[MessageSummary]:
        """Messages that may be reports by their headers and were not looked at, newest first."""
        ...

    async def keep_reports(self, message_id: int, reports: Sequence[Report]) -> Sequence[str]:
        """What the message `message_id` (local) reports, perhaps nothing: it was looked at.

        Of the Message-IDs that a report names, the first of a message of ours counts. Those of
        messages that we did send are given back: a report on any other is shown nowhere.
        """
        ...

    async def reports_on(self, sent_id: str) -> Sequence[KeptReport]:
        """All reports on a message of ours by its Message-ID, the gravest first."""
        ...

    async def sent_summary(self, sent_id: str) -> MessageSummary | None:
        """The row of a message of ours by its Message-ID, None while no copy is held."""
        ...


class ReceiptStore(Protocol):
    """Receipts asked of us."""

    async def is_receipt_settled(self, message_id: int) -> bool:
        """True when the receipt that a message (local id) asks for was given or refused."""
        ...

    async def settle_receipt(self, message_id: int) -> None:
        """Note that it was; a message that vanished meanwhile is no error."""
        ...
