"""From "send" to the copy among the sent messages: each state is on disk before the next step.

See the drawing in `domain.draft`. A crash while sending leaves `sending`, read as `uncertain` at
the next start; a message is never sent again by itself from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import (
    ConnectionProblem,
    DeliveryUncertain,
    LoginRefused,
    MailerError,
    RecipientsRefused,
    SecretUnavailable,
    SendRefused,
    StoreFull,
    StoreProblem,
    SubmissionRefused,
    UnconfirmedIdentity,
)
from tui_mailer.domain.events import OutgoingChanged, ProblemMet
from tui_mailer.domain.ports import MessageStore, SecretSource, Submission
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.attempts import Attempts
from tui_mailer.engine.before_sending.patients import patient_of, why_no_patient
from tui_mailer.engine.patience import Patience
from tui_mailer.engine.queued_elsewhere import SentElsewhere
from tui_mailer.engine.refusals import explained
from tui_mailer.engine.waiting import happens_within, stop_if_cancelled
from tui_mailer.engine.waits import StillWaiting, Waits

_WAITING: Final = (OutgoingState.QUEUED,)
_SENDING: Final = (OutgoingState.SENDING,)
_SETTLED_BY_USER: Final = (OutgoingState.FAILED, OutgoingState.UNCERTAIN)


TakenElsewhere = Callable[[Sequence[int]], Awaitable[frozenset[int]]]
"""Those of the messages, by their local ids, that another machine may have sent meanwhile."""


async def _none(_outgoing_ids: Sequence[int]) -> frozenset[int]:
    """Where nobody can know."""
    return frozenset()


class SendingStopped(MailerError):
    """The user stopped a message on its way, before the server had all of it."""

    what = "L’envoi a été arrêté."
    meaning = "Le message n’est parti pour personne ; il est gardé dans les envois."
    advice = "Corrigez-le ou renvoyez-le depuis les envois (touche v)."


class Outbox:
    """Sends what is due, one message at a time."""

    def __init__(
        self,
        account: Account,
        store: MessageStore,
        submission: Submission,
        secrets: SecretSource,
        announce: Announcer,
        now: Callable[[], datetime],
        *,
        retry_s: float,
        undo_s: float,
    ) -> None:
        self._account = account
        self._store = store
        self._submission = submission
        self._secrets = secrets
        self._announce = announce
        self._now = now
        self._retry_s = retry_s
        self._attempts = Attempts(now, retry_s=retry_s, undo_s=undo_s)
        self._patience = Patience(now)
        self._wake = asyncio.Event()
        self._submitting: tuple[int, asyncio.Task[SafeText]] | None = None
        self._is_login_refused = False
        self._waits = Waits()
        self.on_accepted: Callable[[], None] = lambda: None
        self.tell: Callable[[MailerError], None] = lambda _problem: None
        self.taken_elsewhere: TakenElsewhere = _none

    # --- what the user does

    async def add(self, outgoing: Outgoing, content: bytes, draft: Draft) -> Outgoing:
        """Queue a message and its draft in one step."""
        queued = await self._store.queue(outgoing, content, draft)
        self.log_in_again()
        self._changed(queued.id, OutgoingState.QUEUED)
        return queued

    async def take_back(self, outgoing_id: int) -> Draft | None:
        """Back among the drafts, while it has not begun to leave; None when it is too late."""
        return await self._store.take_back(outgoing_id, (*_WAITING, OutgoingState.FAILED))

    def stop_sending(self, outgoing_id: int) -> bool:
        """Stop a message on its way; False when it is not.

        `OutgoingChanged` says what became of it: failed, unless the server had it all already.
        """
        if self._submitting is None or self._submitting[0] != outgoing_id:
            return False
        self._submitting[1].cancel()
        return True

    async def retry(self, outgoing_id: int) -> bool:
        """Queue a failed or uncertain message again: only ever at the user's word."""
        self._patience.renew(outgoing_id)
        moved = await self._store.set_outgoing_state(
            outgoing_id, _SETTLED_BY_USER, OutgoingState.QUEUED, due_at=self._now()
        )
        if moved:
            self.log_in_again()
            self._changed(outgoing_id, OutgoingState.QUEUED)
        return moved

    async def believe_sent(self, outgoing_id: int) -> bool:
        """An uncertain message has left, as the user says or a report: only its copy is missing."""
        outgoing = await self._store.outgoing(outgoing_id)
        if outgoing is None or outgoing.state is not OutgoingState.UNCERTAIN:
            return False
        await self._accepted(outgoing, (OutgoingState.UNCERTAIN,), SafeText(""))
        return True

    async def reported(self, message_id: str) -> None:
        """Somebody tells what became of it: an uncertain message has left.

        Its Message-ID is new and random, and stood nowhere else before: who names it had it from the
        server.
        """
        outgoing = await self._store.outgoing_with(message_id)
        if outgoing is not None:
            await self.believe_sent(outgoing.id)

    async def unsettled(self) -> Sequence[Outgoing]:
        """Every message handed over whose sending has not wholly ended, oldest first."""
        return await self._store.outbox()

    def log_in_again(self) -> None:
        """The password may be another one, or the user asks for it to be tried."""
        self._is_login_refused = False
        self._wake.set()

    def nudge(self) -> None:
        """Look again now: a message may have become due."""
        self._wake.set()

    def line_is_back(self) -> None:
        """Try again now what found none."""
        self._attempts.line_is_back()
        self._wake.set()

    async def hurry(self) -> None:
        """The user is done: what waits to be taken back is due now."""
        for outgoing in await self._store.outbox():
            if outgoing.state is OutgoingState.QUEUED and not outgoing.attempt_count:
                self._patience.renew(outgoing.id)
                await self._store.set_outgoing_state(
                    outgoing.id, _WAITING, OutgoingState.QUEUED, due_at=self._now()
                )
        self._wake.set()

    async def waiting_count(self) -> int:
        """Messages that have not left yet and would leave by themselves."""
        moving = {OutgoingState.QUEUED, OutgoingState.SENDING}
        return sum(outgoing.state in moving for outgoing in await self._store.outbox())

    # --- the loop

    async def run(self) -> None:
        """Send what is due until cancelled."""
        await self._settle_interrupted()
        self._attempts.begin(await self._waiting())
        while True:
            self._wake.clear()
            pause_s = await self._send_due()
            await happens_within(self._wake, pause_s)

    async def _settle_interrupted(self) -> None:
        for outgoing in await self._store.outbox():
            if outgoing.state is OutgoingState.SENDING:
                await self._doubt(outgoing, DeliveryUncertain())
            elif outgoing.state is OutgoingState.UNCERTAIN:
                await self._look_for_report(outgoing)

    async def _send_due(self) -> float | None:
        """Send everything due; seconds until the next one is, None when nothing waits."""
        waiting, taken = await self._waiting(), frozenset[int]()
        if late := [outgoing.id for outgoing in waiting if self._has_waited(outgoing)]:
            taken = await self.taken_elsewhere(late)
            waiting = await self._waiting()
        for outgoing in waiting:
            if outgoing.id in taken:
                await self._settle(
                    outgoing, OutgoingState.FAILED, SentElsewhere(), expected=_WAITING
                )
                continue
            latest = self._attempts.latest(outgoing)
            if outgoing.due_at > latest:
                await self._date_anew(outgoing, latest)
            if self._attempts.is_due(outgoing) and not self._is_login_refused:
                self._attempts.starts(outgoing.id)
                await self._send(outgoing)
                stop_if_cancelled()
        waiting = await self._waiting()
        if not waiting or self._is_login_refused:
            return None
        next_due = min(outgoing.due_at for outgoing in waiting)
        return max((next_due - self._now()).total_seconds(), 0.0)

    async def _waiting(self) -> Sequence[Outgoing]:
        return [o for o in await self._store.outbox() if o.state is OutgoingState.QUEUED]

    def _has_waited(self, outgoing: Outgoing) -> bool:
        """It is about to be sent, and another machine may have done so."""
        if self._is_login_refused or self._patience.is_wanted(outgoing.id):
            return False
        return self._attempts.is_late(outgoing)

    async def _date_anew(self, outgoing: Outgoing, due_at: datetime) -> None:
        """The clock was put back: a message must not wait for the time it showed before."""
        await self._store.set_outgoing_state(
            outgoing.id,
            _WAITING,
            OutgoingState.QUEUED,
            explanation=outgoing.explanation,
            server_words=outgoing.server_words,
            due_at=due_at,
        )
        self._changed(outgoing.id, OutgoingState.QUEUED)

    async def _send(self, outgoing: Outgoing) -> None:
        if not await self._identity_still_holds(outgoing):
            return
        if not await self._store.set_outgoing_state(outgoing.id, _WAITING, OutgoingState.SENDING):
            return
        self._changed(outgoing.id, OutgoingState.SENDING)
        try:
            content = await self._store.outgoing_content(outgoing.id)
            self._patience.check(outgoing, content)
            words = await self._submit(outgoing, content)
        except (StoreProblem, asyncio.CancelledError):
            # Neither comes once the server may have the message: see `Submission`.
            await self._wait(outgoing, self._retry_s)
            raise
        except DeliveryUncertain as error:
            await self._doubt(outgoing, error)
        except (ConnectionProblem, SecretUnavailable) as error:
            self._attempts.found_no_line(outgoing.id)
            await self._wait(outgoing, self._attempts.pause_s(outgoing.attempt_count), error)
        except SubmissionRefused as error:
            await self._refused(outgoing, error)
        except RecipientsRefused as error:
            told = explained(error, self._account)
            await self._settle(outgoing, OutgoingState.FAILED, told)
        except MailerError as error:
            # The next messages wait for the user too: servers lock accounts for a login tried again.
            self._is_login_refused = isinstance(error, LoginRefused)
            await self._settle(outgoing, OutgoingState.FAILED, error)
        else:
            await self._accepted(outgoing, _SENDING, words)

    async def _submit(self, outgoing: Outgoing, content: bytes) -> SafeText:
        """In a task of its own, which the user may stop.

        Raises:
            SendingStopped: nothing was sent to anyone.
        """
        submission = asyncio.ensure_future(
            with_credentials(
                self._account,
                self._secrets,
                lambda credentials: self._submission.submit(
                    self._account,
                    credentials,
                    outgoing.recipients,
                    content,
                    null_sender=outgoing.is_receipt,
                ),
            )
        )
        self._submitting = outgoing.id, submission
        try:
            return await submission
        except asyncio.CancelledError:
            if submission.done() and not submission.cancelled():
                return submission.result()  # it came first: the server may have the message
            stop_if_cancelled()
            raise SendingStopped from None
        finally:
            self._submitting = None

    async def _identity_still_holds(self, outgoing: Outgoing) -> bool:
        """Nothing leaves for a patient whose confirmation is not in the journal.

        Nor for what is no patient's address: the settings may have named another domain since.
        """
        addresses = [Address.received(mailbox) for mailbox in outgoing.recipients]
        reasons = [why_no_patient(address, self._account) for address in addresses]
        if reason := next(filter(None, reasons), ""):
            refused = SendRefused(reason)
            await self._settle(outgoing, OutgoingState.FAILED, refused, expected=_WAITING)
            return False
        found = (patient_of(address, self._account) for address in addresses)
        matricules = {matricule for matricule in found if matricule}
        if not matricules:
            return True
        if matricules == {outgoing.patient}:
            exchange = await self._store.exchange(outgoing.patient)
            if exchange.confirmed_at is not None:
                return True
        error = UnconfirmedIdentity()
        await self._settle(outgoing, OutgoingState.FAILED, error, expected=_WAITING)
        return False

    async def _accepted(
        self, outgoing: Outgoing, expected: tuple[OutgoingState, ...], words: SafeText
    ) -> None:
        # A receipt is no letter: nobody looks for its copy, and it opens no exchange.
        receipt = outgoing.is_receipt
        state = OutgoingState.SENT if receipt else OutgoingState.COPY_MISSING
        await self._note(outgoing.id, expected, state, server_words=words)
        if outgoing.patient and not receipt:
            exchange = await self._store.exchange(outgoing.patient)
            await self._store.save_exchange(
                exchange.after_sending(str(outgoing.subject), self._now())
            )
        self._changed(outgoing.id, state)
        self.on_accepted()

    async def _refused(self, outgoing: Outgoing, error: SubmissionRefused) -> None:
        if error.permanent:
            await self._settle(outgoing, OutgoingState.FAILED, error)
        else:
            await self._wait(outgoing, self._attempts.pause_s(outgoing.attempt_count), error)

    async def _wait(
        self, outgoing: Outgoing, pause_s: float, error: MailerError | None = None
    ) -> None:
        """Nothing was sent: again in `pause_s`, or at the next start."""
        await self._note(
            outgoing.id,
            _SENDING,
            OutgoingState.QUEUED,
            explanation=error.explanation if error else "",
            server_words=error.server_words if error else SafeText(""),
            due_at=self._now() + timedelta(seconds=pause_s),
        )
        self._changed(outgoing.id, OutgoingState.QUEUED, error)
        if error is not None and self._waits.is_long(outgoing.id, self._now()):
            waiting = StillWaiting(error.server_words, subject=outgoing.subject)
            self._announce(ProblemMet(waiting))

    async def _doubt(self, outgoing: Outgoing, error: DeliveryUncertain) -> None:
        await self._settle(outgoing, OutgoingState.UNCERTAIN, error)
        await self._look_for_report(outgoing)

    async def _look_for_report(self, outgoing: Outgoing) -> None:
        """One came first, or the program ended between keeping it and hearing of it."""
        if await self._store.reports_on(outgoing.message_id):
            await self.reported(outgoing.message_id)

    async def _settle(
        self,
        outgoing: Outgoing,
        state: OutgoingState,
        error: MailerError,
        expected: tuple[OutgoingState, ...] = _SENDING,
    ) -> None:
        await self._note(
            outgoing.id,
            expected,
            state,
            explanation=error.explanation,
            server_words=error.server_words,
        )
        self._changed(outgoing.id, state, error)

    async def _note(
        self,
        outgoing_id: int,
        expected: tuple[OutgoingState, ...],
        state: OutgoingState,
        *,
        explanation: str = "",
        server_words: SafeText = SafeText(""),
        due_at: datetime | None = None,
    ) -> None:
        """Write down what became of a message, however long the disk has no room for it.

        When the program ends meanwhile, the message is in doubt at the next start.
        """
        while True:
            try:
                await self._store.set_outgoing_state(
                    outgoing_id,
                    expected,
                    state,
                    explanation=explanation,
                    server_words=server_words,
                    due_at=due_at,
                )
                return
            except StoreFull as full:
                self.tell(full)
                stop_if_cancelled()
                await asyncio.sleep(self._retry_s)

    def _changed(
        self, outgoing_id: int, state: OutgoingState, error: MailerError | None = None
    ) -> None:
        self._announce(OutgoingChanged(outgoing_id, state, error))
        self._wake.set()
