"""Answering those who ask whether a message was read: once, and only as the user chose.

A receipt is a message: it goes through the durable outbox, to one recipient, and one for a patient
needs a confirmed identity as a reply does. `$MDNSent` (RFC 3503) tells other programs that the
question is settled, whatever the answer was; it is noted here too, for servers without keywords.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import UnconfirmedIdentity
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags, MessageSummary, ReadMessage
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.receipt import AnswerReceipt, ReceiptRequest
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.outbox import Outbox
from tui_mailer.engine.reviewing import Reviewing
from tui_mailer.mime.compose import new_message_id
from tui_mailer.mime.receipts import Receipt, compose_receipt


@dataclass(frozen=True, slots=True)
class ReceiptDue:
    """A receipt that is asked of us and not settled yet.

    Attributes:
        patient: matricule of the patient who asks, or "".
        must_ask: the user has to say yes or no.
    """

    summary: MessageSummary
    message: ReadMessage
    request: ReceiptRequest
    patient: str
    must_ask: bool


class Receipts:
    """Gives and refuses read receipts."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        mailbox: Mailbox,
        outbox: Outbox,
        reviewing: Reviewing,
        options: EngineOptions,
        now: Callable[[], datetime],
    ) -> None:
        self._account = account
        self._store = store
        self._mailbox = mailbox
        self._outbox = outbox
        self._reviewing = reviewing
        self._options = options
        self._now = now

    async def due(self, summary: MessageSummary, message: ReadMessage) -> ReceiptDue | None:
        """The receipt that a message now read asks for; None when there is nothing to do.

        Nothing is due to an address that no message could be sent to: outside the trust space,
        or one that only looks like a patient's.
        """
        request = message.receipt
        policy = self._options.answer_receipt
        if request is None or summary.outgoing or policy is AnswerReceipt.NEVER:
            return None
        if Flags.MDN_SENT in summary.flags or await self._is_settled(summary):
            return None
        review = await self._reviewing.review(_as_draft(summary, message, request))
        if review.refusals:
            return None
        must_ask = policy is AnswerReceipt.ASK or not request.goes_back or review.unconfirmed
        return ReceiptDue(summary, message, request, review.patient, must_ask)

    async def _is_settled(self, summary: MessageSummary) -> bool:
        folders = await self._store.folders()
        role = next((f.role for f in folders if f.id == summary.folder_id), None)
        if role in {FolderRole.JUNK, FolderRole.DRAFTS}:
            return True
        return await self._store.is_receipt_settled(summary.id)

    async def give(self, due: ReceiptDue, *, by_hand: bool) -> None:
        """Send the receipt.

        Raises:
            UnconfirmedIdentity: it is for a patient whose identity must be confirmed first.
        """
        draft = _as_draft(due.summary, due.message, due.request)
        if (await self._reviewing.review(draft)).unconfirmed:
            raise UnconfirmedIdentity
        reader = Address.received(self._account.address, self._account.sender_label)
        at = self._now().astimezone()
        receipt = Receipt(reader, due.message, due.request.reply_to, at, by_hand)
        message_id = new_message_id(self._account.address)
        content = await asyncio.to_thread(compose_receipt, receipt, message_id, self._account.nil)
        outgoing = Outgoing(
            id=0,
            message_id=message_id,
            subject=safe_line(receipt.subject),
            recipients=(due.request.reply_to.mailbox,),
            patient=due.patient,
            state=OutgoingState.QUEUED,
            due_at=self._now(),
            size_bytes=len(content),
            is_receipt=True,
        )
        # Settled first: a crash in between costs a receipt, and gives none twice.
        await self.refuse(due)
        await self._outbox.add(outgoing, content, draft)

    async def refuse(self, due: ReceiptDue) -> None:
        """Send nothing, and do not ask again."""
        await self._store.settle_receipt(due.summary.id)
        await self._mailbox.change_flags([due.summary], Flags.MDN_SENT, Flags.NONE)


def _as_draft(summary: MessageSummary, message: ReadMessage, request: ReceiptRequest) -> Draft:
    """The receipt as the gate looks at messages: an answer to one recipient."""
    return Draft(to=(request.reply_to,), subject=f"Lu : {message.subject}", answers=summary.id)
