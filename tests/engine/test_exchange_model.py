"""Whatever happens in whatever order: an exchange is closed when `[FIN]` was really sent last, and
nothing is sent to a patient whose very matricule nobody confirmed.

A model-based test of the engine on its real store, with servers that fail as they like.
`EXCHANGE_EXAMPLES=500` makes it long.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Coroutine
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from engine_fakes import ACCOUNT, Clock, World
from engine_helpers import Office
from fakes.mail_server import parsed
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.errors import (
    DeliveryUncertain,
    LineLost,
    SendRefused,
    SubmissionRefused,
    UnconfirmedIdentity,
)
from tui_mailer.domain.exchange import ExchangeState
from tui_mailer.domain.folder import FolderRole, RemoteFolder
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.patient_list import PatientFilter
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.options import EngineOptions

T = TypeVar("T")
LONG = int(os.environ.get("EXCHANGE_EXAMPLES", "0"))
PATIENTS = ("279035121518989", "255081416802538")
FAULTS = {
    "taken": None,
    "refused": SubmissionRefused("554 5.7.1 refusé"),
    "line lost": LineLost(),
    "line lost after the data": DeliveryUncertain(),
}
FOLDERS = {
    "sent": RemoteFolder("Éléments envoyés", "/", FolderRole.SENT),
    "inbox": RemoteFolder("INBOX", "/", FolderRole.INBOX),
    "drafts": RemoteFolder("Brouillons", "/", FolderRole.DRAFTS),
    "junk": RemoteFolder("Indésirables", "/", FolderRole.JUNK),
}
subjects = st.sampled_from(("[FIN]", "[FIN]", "Bilan", "FIN", "Re: [FIN]", " [FIN]", ""))
patients = st.sampled_from(PATIENTS)
habits = st.sampled_from(
    ("confirms agrees", "confirms agrees", "confirms agrees final", "agrees", "confirms", "")
)
outcomes = st.sampled_from((*FAULTS, "taken", "waits"))


class Exchanging(RuleBasedStateMachine):
    """Rules are what the user, the servers, the patient and another client do."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory()
        self._loop = asyncio.Runner()
        self._world = World(Path(self._directory.name), clock=Clock())
        self._sent: dict[str, list[tuple[datetime, str]]] = {ins: [] for ins in PATIENTS}
        self._confirmed: set[str] = set()
        self._ever_confirmed: set[str] = set()
        self._queued: list[Outgoing] = []
        self._uid = 0
        self._office = self._run(self._open())
        self._run(self._office.engine._store.save_folders(tuple(FOLDERS.values())))

    def teardown(self) -> None:
        with ExitStack() as ends:
            ends.callback(self._directory.cleanup)
            ends.callback(self._loop.close)
            ends.callback(self._run, self._office.close())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        self._world.clock.offset += timedelta(minutes=1)
        return self._loop.run(work)

    async def _open(self) -> Office:
        session = self._world.session(EngineOptions(undo_send_s=0.0, retry_most_s=0.0))
        return Office(session, await session.open(ACCOUNT, self._world.mailbox.password))

    def _now(self) -> datetime:
        return self._world.clock()

    # --- the user

    @rule(ins=patients)
    def confirm(self, ins: str) -> None:
        self._run(self._office.confirm(ins))
        self._confirmed.add(ins)
        self._ever_confirmed.add(ins)

    @rule(ins=patients)
    def leave_without_writing(self, ins: str) -> None:
        self._office.engine.identities.withdraw(Matricule.parse(ins))
        self._confirmed.discard(ins)

    @rule(ins=patients, subject=subjects, habits=habits, then=outcomes)
    def write(self, ins: str, subject: str, habits: str, then: str) -> None:
        to = (Address.received(f"{ins}@patient.mssante.fr"),)
        if "confirms" in habits:
            self.confirm(ins)
        draft = Draft(to=to, subject=subject, body="x", final="final" in habits)
        self._hand_over(draft, ins, agrees="agrees" in habits)
        if then in FAULTS:
            self.send_what_is_due(then)

    def _hand_over(self, draft: Draft, ins: str, *, agrees: bool) -> None:
        writing = self._office.engine.writing
        within = self._run(self._office.engine.exchange(ins)).reply_needs_no_new_confirmation
        found = self._run(writing.review(draft))
        try:
            sent = self._run(writing.send(draft, found.questions if agrees else ()))
        except UnconfirmedIdentity:
            assert ins not in self._confirmed
            return
        except SendRefused:
            assert found.questions
            assert not agrees
            return
        assert ins in self._confirmed or (within and draft.subject == "[FIN]")
        assert agrees or not found.questions
        self._queued.append(sent)

    @rule()
    def take_back(self) -> None:
        if self._queued:
            self._run(self._office.engine.outbox.take_back(self._queued.pop().id))

    @rule()
    def send_again(self) -> None:
        for outgoing in self._run(self._office.engine.outbox.unsettled()):
            self._run(self._office.engine.outbox.retry(outgoing.id))

    @rule()
    def believe_what_is_uncertain(self) -> None:
        for outgoing in self._run(self._office.engine.outbox.unsettled()):
            if outgoing.state is OutgoingState.UNCERTAIN:
                self._run(self._office.engine.outbox.believe_sent(outgoing.id))
                self._sent[outgoing.patient].append((self._now(), outgoing.subject))

    @rule()
    def start_again(self) -> None:
        self._run(self._office.close())
        self._office = self._run(self._open())
        self._run(self._office.engine.outbox._settle_interrupted())
        self._confirmed.clear()

    # --- the servers

    @rule(fault=st.sampled_from((*FAULTS, "taken")))
    def send_what_is_due(self, fault: str) -> None:
        submission = self._world.submission
        known = len(submission.accepted)
        error = FAULTS[fault]
        submission.faults = [] if error is None else [error] * 50
        self._run(self._office.engine.outbox._send_due())
        for recipients, content in submission.accepted[known:]:
            self._check(recipients, content)

    def _check(self, recipients: tuple[str, ...], content: bytes) -> None:
        (recipient,) = recipients
        ins = recipient.partition("@")[0]
        assert ins in self._ever_confirmed
        head, _, _ = content.partition(b"\r\n\r\n")
        message = parsed(content)
        subject = str(message["Subject"])
        self._sent[ins].append((self._now(), subject))
        if subject == "[FIN]":
            assert head.count(b"\r\nSubject: [FIN]\r\n") == 1
            assert head.count(b"\r\nX-MSS-MES: FIN\r\n") == 1
            assert message["In-Reply-To"] is None
            assert not list(message.iter_attachments())

    # --- others

    @rule(ins=patients, subject=subjects, place=st.sampled_from(sorted(FOLDERS)),
          minutes_ago=st.integers(0, 9))  # fmt: skip
    def find_what_bears_our_name(
        self, ins: str, subject: str, place: str, minutes_ago: int
    ) -> None:
        # Between two steps: nothing else happens at that moment.
        at = self._now() - timedelta(minutes=minutes_ago, seconds=30)
        to = (Address.received(f"{ins}@patient.mssante.fr"),)
        self._arrive(place, self._message(subject, Address.received(ACCOUNT.address), to, at))
        if place == "sent":
            self._sent[ins].append((at, subject.strip()))

    @rule(ins=patients, subject=subjects)
    def receive(self, ins: str, subject: str) -> None:
        sender = Address.received(f"{ins}@patient.mssante.fr")
        to = (Address.received(ACCOUNT.address),)
        self._arrive("inbox", self._message(subject, sender, to, self._now()))

    def _message(
        self, subject: str, sender: Address, to: tuple[Address, ...], at: datetime
    ) -> RemoteMessage:
        self._uid += 1
        message_id = f"<{self._uid}@ailleurs>"
        return RemoteMessage(
            self._uid, Flags.NONE, 9, at, safe_line(subject.strip()), sender, to,
            sent_at=at, message_id=message_id,
        )  # fmt: skip

    def _arrive(self, place: str, message: RemoteMessage) -> None:
        store = self._office.engine._store
        folders = self._run(store.folders())
        folder = next(f for f in folders if f.name == FOLDERS[place].name)
        flags = Flags.DRAFT if place == "drafts" else Flags.NONE
        self._run(store.add_messages(folder.id, [message._replace(flags=flags)]))

    # --- what holds after every step

    @invariant()
    def an_exchange_is_closed_when_its_end_was_sent_last(self) -> None:
        for ins in PATIENTS:
            state = self._run(self._office.engine.exchange(ins)).state
            last = max(self._sent[ins], key=lambda sent: sent[0], default=None)
            if last is None:
                assert state is ExchangeState.NONE
            else:
                is_end = last[1] == "[FIN]"
                assert state is (ExchangeState.CLOSED if is_end else ExchangeState.OPEN)

    @invariant()
    def the_list_of_patients_says_the_same(self) -> None:
        exchanges = self._office.engine.exchanges
        rows = self._run(exchanges.rows(PatientFilter.ALL, 0, 9))
        states = {row.id: self._run(self._office.engine.exchange(row.id)).state for row in rows}
        for narrowed, state in (
            (PatientFilter.OPEN, ExchangeState.OPEN),
            (PatientFilter.CLOSED, ExchangeState.CLOSED),
        ):
            listed = {row.id for row in self._run(exchanges.rows(narrowed, 0, 9))}
            assert listed == {ins for ins, found in states.items() if found is state}


def test_no_order_of_events_closes_without_an_end_or_sends_without_a_confirmation() -> None:
    run_state_machine_as_test(
        Exchanging,
        settings=settings(
            max_examples=LONG or 30,
            stateful_step_count=50 if LONG else 25,
            derandomize=not LONG,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
