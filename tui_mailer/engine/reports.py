"""Reports that arrive: found among the new messages, understood, tied to the message they are about.

::

    headers like a report's ──▶ content fetched when nothing else is to do ──▶ none: a letter
                                     │ a report
                                     ▼
                 of a message that we sent ──▶ kept, announced, shown on that message, which
                                               has left if that was uncertain
                 of any other              ──▶ kept, shown nowhere
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import CommandRefused, ConnectionProblem, MessageGone, NotDelivered
from tui_mailer.domain.events import FateLearnt
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.patient import called
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.report import (
    KeptReport,
    Report,
    ReportKind,
    explain_report,
)
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.before_sending.patients import patient_of
from tui_mailer.engine.in_vain import InVain
from tui_mailer.engine.line import Line
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.engine.patients import Patients
from tui_mailer.engine.worker import Worker
from tui_mailer.mime.reports import recognise

# A report comes before what it returns, which may be as large as what was sent.
_MOST_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 20
_NOT_SENT: Final = frozenset({OutgoingState.QUEUED, OutgoingState.FAILED})


class Reports:
    """Examines what may be a report, and tells what is known of a message sent."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        worker: Worker,
        mailbox: Mailbox,
        patients: Patients,
        announce: Announcer,
        on_reported: Callable[[str], Awaitable[None]],
    ) -> None:
        """`on_reported`: a message of ours, by its Message-ID, is what a report is about."""
        self._account = account
        self._store = store
        self._worker = worker
        self._mailbox = mailbox
        self._patients = patients
        self._announce = announce
        self._on_reported = on_reported
        self._in_vain = InVain()

    async def on(self, sent_id: str) -> Sequence[KeptReport]:
        """What was reported on a message of ours by its Message-ID, the gravest first."""
        return await self._store.reports_on(sent_id)

    async def told_by(self, row: MessageSummary) -> Sequence[KeptReport]:
        """What a held message that is a report tells of messages that we sent; else nothing."""
        content = await self._store.content(row.id) if row.is_report else None
        if content is None:
            return ()
        return [
            KeptReport(sent_id, report, row.shown_at)
            for report in await asyncio.to_thread(recognise, content)
            for sent_id in report.message_ids
            if await self.subject_sent(sent_id) is not None
        ]

    async def subject_sent(self, sent_id: str) -> SafeText | None:
        """The subject of a message that we sent, None for any other Message-ID."""
        if (sent := await self._store.sent_summary(sent_id)) is not None:
            return sent.subject
        known = await self._store.outgoing_with(sent_id)
        return known.subject if known is not None and known.state not in _NOT_SENT else None

    def examine(self) -> None:
        """Look at every stored message that may be a report, when nothing else is to do."""
        self._worker.do_in_background("reports", self._examine)

    async def _examine(self, line: Line) -> AsyncIterator[None]:
        refused = set[int]()
        while waiting := await self._to_examine(refused):
            for summary in waiting:
                await self._examine_one(line, summary, refused)
                yield

    async def _to_examine(self, refused: Collection[int]) -> Sequence[MessageSummary]:
        """Some of those that are not looked at yet, without what the server cannot give."""
        without = self._in_vain.left_alone().union(refused)
        found = await self._store.messages_to_examine(_AT_ONCE + len(without))
        return [summary for summary in found if summary.id not in without]

    async def _examine_one(self, line: Line, summary: MessageSummary, refused: set[int]) -> None:
        """`refused` gets what the server does not give now; it may the next time."""
        try:
            content = await self._content(line, summary)
        except MessageGone:
            content = b""
        except CommandRefused:
            refused.add(summary.id)
            return
        except ConnectionProblem:
            # By chance, or the server ends the line at it: others must not wait for it for ever.
            self._in_vain.note(summary.id)
            raise
        reports = await asyncio.to_thread(recognise, content)
        sent_ids = await self._store.keep_reports(summary.id, reports)
        for sent_id in sent_ids:
            await self._on_reported(sent_id)
            about = [report for report in reports if sent_id in report.message_ids]
            await self._tell(summary, sent_id, about)

    async def _content(self, line: Line, summary: MessageSummary) -> bytes:
        held = await self._store.content(summary.id)
        if held is not None:
            return held
        if summary.size_bytes > _MOST_BYTES:
            return await self._mailbox.beginning(line, summary, _MOST_BYTES)
        return await self._mailbox.whole(line, summary)

    async def _tell(self, summary: MessageSummary, sent_id: str, reports: Sequence[Report]) -> None:
        """Announce it; a failure is said aloud until its report has been read."""
        is_unread = Flags.SEEN not in summary.flags
        failure = next((report for report in reports if report.kind.is_failure), None)
        error = await self._error(sent_id, failure) if failure and is_unread else None
        if is_unread and all(report.kind is ReportKind.READ for report in reports):
            # It has said what it had to say, on the message that it is about.
            await self._mailbox.change_flags([summary], Flags.SEEN, Flags.NONE)
        self._announce(FateLearnt(sent_id, error))

    async def _error(self, sent_id: str, report: Report) -> NotDelivered:
        sent = await self._store.sent_summary(sent_id)
        nobody = SafeText("")
        recipient = report.recipient or (sent.correspondent.mailbox if sent else nobody)
        matricule = patient_of(Address(recipient), self._account)
        told = explain_report(report, to_patient=bool(matricule))
        # A report may come before the copy of what it is about: the outbox knows it too.
        known = sent or await self._store.outgoing_with(sent_id)
        to = await self._whom(matricule) if matricule else f"à {recipient}"
        title = f"« {known.subject} », {to}" if known else to
        return NotDelivered(title, told.what, told.advice, report.server_words)

    async def _whom(self, matricule: str) -> str:
        traits = await self._patients.best_known(matricule)
        return f"à {called(matricule, traits.name)}" if traits else f"au {called(matricule)}"
