"""Writing: what opens the composer, what is checked, and what hands a message over."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, floor
from pathlib import Path
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import (
    Draft,
    DraftAttachment,
    FileAttachment,
    Outgoing,
    OutgoingState,
)
from tui_mailer.domain.ending import as_end
from tui_mailer.domain.errors import (
    AttachmentChanged,
    MessageNotHeld,
    MessageTooLarge,
    OriginalGone,
    SendRefused,
    UnconfirmedIdentity,
)
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.domain.message import ReadMessage
from tui_mailer.domain.ports import Files, MessageStore
from tui_mailer.domain.receipt import AskReceipt
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.before_sending.ending import ENDS_EXCHANGE
from tui_mailer.engine.before_sending.finding import Question
from tui_mailer.engine.before_sending.patients import addressed, patients_of
from tui_mailer.engine.gate import Review
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.outbox import Outbox
from tui_mailer.engine.patients import Patients
from tui_mailer.engine.reviewing import Reviewing
from tui_mailer.mime import attachments as received_attachments
from tui_mailer.mime.compose import compose, encoded_size, new_message_id
from tui_mailer.mime.headers import one_line
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reply import forward, reply
from tui_mailer.mime.signature import signed

_LARGEST_BYTES: Final = 200_000_000
"""Far more than any operator takes, and little enough to be held in memory."""


class Writing:
    """Everything between a draft and the outbox."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        outbox: Outbox,
        reviewing: Reviewing,
        patients: Patients,
        files: Files,
        options: EngineOptions,
        now: Callable[[], datetime],
    ) -> None:
        self._account = account
        self._store = store
        self._outbox = outbox
        self._reviewing = reviewing
        self._patients = patients
        self._files = files
        self._options = options
        self._now = now
        self.size_limit_bytes: int | None = None

    async def attach(self, path: Path, stamp: str = "") -> FileAttachment:
        """Look at a file that the user wants to attach.

        Raises:
            AttachmentUnreadable: no such file, no right to read it, or no file.
            AttachmentChanged: `stamp`, when given, is that of another content.
        """
        found = await asyncio.to_thread(self._files.describe, path)
        if stamp not in {"", found.stamp}:
            raise AttachmentChanged(subject=found.name)
        return found

    def sign(self, draft: Draft) -> Draft:
        """`draft` with the user's signature under its text, above what is quoted.

        The message that ends an exchange bears none.
        """
        if draft.subject == END_SUBJECT:
            return draft
        return replace(draft, body=signed(draft.body, self._options.signature))

    async def reply(self, message_id: int, *, to_all: bool) -> Draft:
        """A draft that answers a held message, quoted.

        Raises:
            MessageNotHeld: the message must be fetched first.
        """
        about = await self._reviewing.patient_of_message(message_id)
        read = await self._read(message_id)
        own = Address.received(self._account.address, self._account.sender_label)
        draft = reply(
            read,
            own,
            to_all=to_all,
            message_id=message_id,
            patient_domain=self._account.patient_domain,
            test_identities=self._account.test_identities,
        )
        return replace(draft, about=about)

    async def forward(self, message_id: int) -> Draft:
        """A draft that sends a held message on, with its attachments.

        Raises:
            MessageNotHeld: the message must be fetched first.
        """
        about = await self._reviewing.patient_of_message(message_id)
        return replace(forward(await self._read(message_id), message_id), about=about)

    async def _read(self, message_id: int) -> ReadMessage:
        content = await self._store.content(message_id)
        if content is None:
            raise MessageNotHeld
        return await asyncio.to_thread(parse, content)

    def asks_receipt(self, draft: Draft) -> bool:
        """True when `draft` would ask to be told that it was read."""
        if draft.asks_receipt is not None:
            return draft.asks_receipt
        policy = self._options.ask_receipt
        if policy is AskReceipt.PATIENTS:
            return bool(patients_of(draft, self._account))
        return policy is AskReceipt.ALWAYS

    async def review(self, draft: Draft) -> Review:
        """Hold a draft against the rules; nothing is sent."""
        return await self._reviewing.review(draft)

    async def review_to_send(self, draft: Draft) -> Review:
        """As `review`, when the user wants to send: nothing is asked about what cannot leave.

        Raises:
            SendRefused: a rule forbids it.
            MessageTooLarge: by its attachments alone.
        """
        found = await self.review(draft)
        if found.refusals:
            raise SendRefused(" ".join(found.refusals))
        leaving = _leaving(draft, found)
        # Before a file is read: one of many gigabytes would take all the memory there is.
        self._check_size(sum(map(_least_bytes, leaving.attachments)), found.patient)
        return found

    async def send(self, draft: Draft, answered: Collection[Question] = ()) -> Outgoing:
        """Hand `draft` over; it leaves after the time to take it back.

        Args:
            draft: as it stands on the screen; its saved copy goes into the outbox with it.
            answered: questions of the review to which the user said yes.

        Raises:
            SendRefused: a rule forbids it, or a question was not answered.
            UnconfirmedIdentity: the patient's identity must be confirmed first.
            AttachmentUnreadable: a file vanished since it was attached.
            MessageTooLarge: above what the server, Mon espace santé or this program takes.
            StoreFull: nothing was queued; the draft stays.
        """
        found = await self.review_to_send(draft)
        if found.unconfirmed:
            raise UnconfirmedIdentity
        if unanswered := [question for question in found.questions if question not in answered]:
            raise SendRefused(unanswered[0].text)
        message_id = new_message_id(self._account.address)
        leaving = addressed(_leaving(draft, found), self._account)
        content = await self._compose(leaving, message_id)
        self._check_size(len(content), found.patient)
        for opposition in found.passed_over:
            await self._patients.pass_over(opposition)
        # Taken back, the draft is what was written.
        return await self._outbox.add(
            self._outgoing(leaving, message_id, len(content), found.patient), content, draft
        )

    def _outgoing(self, draft: Draft, message_id: str, size_bytes: int, patient: str) -> Outgoing:
        # Each once, however it is written: nobody gets a message twice.
        mailboxes = {a.mailbox.casefold(): str(a.mailbox) for a in reversed(draft.recipients)}
        return Outgoing(
            id=0,
            message_id=message_id,
            subject=safe_line(one_line(draft.subject)),
            recipients=tuple(reversed(mailboxes.values())),
            patient=patient,
            state=OutgoingState.QUEUED,
            due_at=self._now() + timedelta(seconds=self._options.undo_send_s),
            size_bytes=size_bytes,
            answers=draft.answers,
            forwards=draft.forwards,
            final=draft.final,
        )

    async def _compose(self, draft: Draft, message_id: str) -> bytes:
        contents = [await self.attachment_content(item) for item in draft.attachments]
        sender = Address.received(self._account.address, self._account.sender_label)
        return await asyncio.to_thread(
            compose,
            replace(draft, asks_receipt=self.asks_receipt(draft)),
            sender=sender,
            message_id=message_id,
            date=self._now(),
            contents=contents,
            nil=self._account.nil,
        )

    async def attachment_content(self, attachment: DraftAttachment) -> bytes:
        """The bytes of an attachment.

        Raises:
            AttachmentUnreadable: the file is gone.
            OriginalGone: the message that held it is.
        """
        if isinstance(attachment, FileAttachment):
            return await asyncio.to_thread(self._files.read, attachment.path, attachment.stamp)
        content = await self._store.content(attachment.message_id)
        if content is None:
            raise OriginalGone(subject=attachment.name)
        return await asyncio.to_thread(received_attachments.content, content, attachment.index)

    def _check_size(self, size_bytes: int, patient: str) -> None:
        limits = [
            (self.size_limit_bytes, "serveur d’envoi"),
            (self._options.patient_limit_bytes if patient else None, "Mon espace santé"),
            (_LARGEST_BYTES, "ce programme"),
        ]
        known = [(limit, whose) for limit, whose in limits if limit]
        limit_bytes, whose = min(known, default=(size_bytes, ""))
        if size_bytes > limit_bytes:
            size, limit = _megabytes(size_bytes, ceil), _megabytes(limit_bytes, floor)
            raise MessageTooLarge(subject=f"{size} une fois encodé, limite {limit} ({whose})")


def _least_bytes(attachment: DraftAttachment) -> int:
    """What an attachment weighs on its way at least: messages may travel as they are."""
    travels_plain = attachment.media_type.lower().startswith("message/")
    return attachment.size_bytes if travels_plain else encoded_size(attachment.size_bytes)


def _megabytes(size_bytes: int, rounded: Callable[[float], int]) -> str:
    """A size to one decimal, rounded so that what is above a limit also reads so."""
    return f"{rounded(size_bytes / 1e5) / 10:.1f} Mo".replace(".0", "").replace(".", ",")


def _leaving(draft: Draft, found: Review) -> Draft:
    """`draft` as it leaves: an end is nothing but one, and only a patient is told not to answer."""
    if any(question.code == ENDS_EXCHANGE for question in found.questions):
        return as_end(draft)
    return draft if found.patient else replace(draft, final=False)
