"""Mon espace santé, played: who exists, who answers, what comes back as not delivered."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import make_msgid

from tui_mailer.demo.answers import automatic_answer, patient_answer, thanks_for_receipt
from tui_mailer.demo.matricule import has_right_key
from tui_mailer.demo.people import (
    AUTOMATIC_REPLY_ADDRESS,
    COLLEAGUE_WHO_ASKS,
    COLLEAGUES,
    PATIENT_CLOSED,
    PATIENT_DOMAIN,
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    PATIENT_WHO_ANSWERS,
    PRACTICE,
    canonical,
)
from tui_mailer.demo.reports import (
    CLOSED,
    FULL,
    NOT_FOUND,
    TOO_LARGE,
    Refusal,
    non_delivery_report,
    read_receipt,
)

END_OF_EXCHANGE = "[FIN]"
_NOT_REACHED = {
    canonical(PATIENT_UNKNOWN.address): NOT_FOUND,
    canonical(PATIENT_CLOSED.address): CLOSED,
    canonical(PATIENT_FULL.address): FULL,
}
Store = Callable[[str, bytes], Awaitable[None]]


class PlayedCorrespondents:
    """Receives what the practice sends, and makes the other side live.

    - a patient with a right key has a mailbox and keeps the message;
    - `PATIENT_WHO_ANSWERS` writes back after a delay, once for each ordinary message; a
      ``[FIN]`` silences her, also about messages that she has not answered yet;
    - she reads at once what asks for a receipt, and the receipt comes before her answer;
    - `PATIENT_UNKNOWN`, `PATIENT_CLOSED` and `PATIENT_FULL` are accepted, then come back as not
      delivered; for `PATIENT_TOO_LARGE`, so does a message that has an attachment;
    - `COLLEAGUE_WHO_ASKS` thanks for a read receipt, so that one sees it arrive;
    - a professional who is not in the directory, a wrong key and `PATIENT_REFUSED` are refused at
      once.
    """

    def __init__(self, store: Store, answer_delay_s: float) -> None:
        """Make the play.

        Args:
            store: appends a message to somebody's INBOX, given an address and bytes.
            answer_delay_s: seconds between a message and its answer or its report.
        """
        self._store = store
        self._answer_delay_s = answer_delay_s
        self._professionals = {canonical(person.address) for person in COLLEAGUES.values()}
        self._professionals.add(canonical(PRACTICE.address))
        self._pending: dict[asyncio.Task[None], str] = {}
        self._answers_given = 0

    def accepts(self, address: str) -> bool:
        """True when a server of the trust space would take mail for ``address``."""
        name = canonical(address)
        local_part, _, domain = name.rpartition("@")
        if domain == PATIENT_DOMAIN:
            exists = has_right_key(local_part) and name != canonical(PATIENT_REFUSED.address)
            return exists or name == AUTOMATIC_REPLY_ADDRESS
        return name in self._professionals

    async def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        """Put ``raw`` where it belongs, and plan what it provokes."""
        name = canonical(recipient)
        if refusal := _refusal(name, raw):
            self._later(sender, name, lambda: _report(sender, recipient, raw, refusal))
            return
        await self._store(name, raw)
        if name == AUTOMATIC_REPLY_ADDRESS:
            self._later(sender, name, lambda: automatic_answer(sender, _parsed(raw)))
        elif name == canonical(PATIENT_WHO_ANSWERS.address):
            self._patient_reads(sender, name, raw)
        elif name == canonical(COLLEAGUE_WHO_ASKS.address) and _is_receipt(_parsed(raw)):
            self._later(sender, name, lambda: thanks_for_receipt(sender, _parsed(raw)))

    async def close(self) -> None:
        """Forget what was planned."""
        pending = tuple(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    def _patient_reads(self, sender: str, patient: str, raw: bytes) -> None:
        message = _parsed(raw)
        if asked := str(message.get("Disposition-Notification-To", "")):
            self._later(asked, "receipt", lambda: _receipt(asked, raw), self._answer_delay_s / 2)
        if message.get("Subject", "") == END_OF_EXCHANGE:
            self._silence(patient)
        elif message.get("X-MSS-MES", "") != "FIN":
            self._answers_given += 1
            number = self._answers_given
            self._later(sender, patient, lambda: patient_answer(sender, message, number))

    def _silence(self, patient: str) -> None:
        for task, author in self._pending.items():
            if author == patient:
                task.cancel()

    def _later(
        self, addressee: str, author: str, write: Callable[[], bytes], delay_s: float | None = None
    ) -> None:
        async def write_back() -> None:
            await asyncio.sleep(self._answer_delay_s if delay_s is None else delay_s)
            await self._store(addressee, write())

        task = asyncio.create_task(write_back())
        self._pending[task] = author
        task.add_done_callback(lambda done: self._pending.pop(done, None))


def _refusal(recipient: str, raw: bytes) -> Refusal | None:
    """Why Mon espace santé gives ``raw`` back, None when it takes it."""
    if recipient == canonical(PATIENT_TOO_LARGE.address):
        return TOO_LARGE if next(_parsed(raw).iter_attachments(), None) else None
    return _NOT_REACHED.get(recipient)


def _is_receipt(message: EmailMessage) -> bool:
    return message.get_param("report-type") == "disposition-notification"


def _receipt(addressee: str, raw: bytes) -> bytes:
    return read_receipt(
        PATIENT_WHO_ANSWERS.correspondent,
        addressee,
        raw,
        at=datetime.now().astimezone(),
        message_id=make_msgid(domain=PATIENT_DOMAIN),
    )


def _report(sender: str, recipient: str, raw: bytes, refusal: Refusal) -> bytes:
    return non_delivery_report(
        sender,
        recipient,
        raw,
        at=datetime.now().astimezone(),
        message_id=make_msgid(domain=PATIENT_DOMAIN),
        refusal=refusal,
    )


def _parsed(raw: bytes) -> EmailMessage:
    return BytesParser(EmailMessage, policy=policy.SMTP).parsebytes(raw)
