"""The facade: commands in, one stream of events out.

Screens hold an `Engine` and nothing below it. The parts are attributes, each with its own
commands: `reading`, `writing`, `server_search`, `resuming`, `actions`, `outbox`, `identities`,
`patients`, `exchanges`, `reports`, `receipts`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.events import (
    Connectivity,
    ConnectivityChanged,
    DraftDiscarded,
    ProblemMet,
    WriteAsked,
)
from tui_mailer.domain.exchange import Exchange
from tui_mailer.domain.journal import Deed
from tui_mailer.domain.patient import KnownPatient
from tui_mailer.domain.ports import (
    AccountStore,
    Calls,
    Files,
    MailServerConnector,
    SecretSource,
    Submission,
)
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.actions import Actions
from tui_mailer.engine.alerts import Alerts
from tui_mailer.engine.announcer import Announcer, Listener
from tui_mailer.engine.awakening import Pulse
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.draft_copies import DraftCopies
from tui_mailer.engine.drafts import DraftKeeper
from tui_mailer.engine.exchanges import Exchanges
from tui_mailer.engine.filing import Filing
from tui_mailer.engine.identities import Identities
from tui_mailer.engine.journal import Author, JournalKeeper
from tui_mailer.engine.journalled_server import JournalledConnector
from tui_mailer.engine.journalled_submission import JournalledSubmission
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.outbox import Outbox
from tui_mailer.engine.patients import Patients
from tui_mailer.engine.proof import Proof
from tui_mailer.engine.queued_elsewhere import QueuedElsewhere
from tui_mailer.engine.reading import Reading
from tui_mailer.engine.receipts import Receipts
from tui_mailer.engine.reports import Reports
from tui_mailer.engine.resuming import Resuming
from tui_mailer.engine.reviewing import Reviewing
from tui_mailer.engine.sent_copies import SentCopies
from tui_mailer.engine.server_search import ServerSearch
from tui_mailer.engine.sparing_secrets import SparingSecrets
from tui_mailer.engine.supervisor import keep_running
from tui_mailer.engine.trust import Trust
from tui_mailer.engine.waiting import stop_if_cancelled
from tui_mailer.engine.watcher import Watcher
from tui_mailer.engine.worker import Worker
from tui_mailer.engine.writing import Writing

# A command that gives no secret is run less and less often, up to this many times the first pause.
_SECRET_PAUSES: Final = 5


def utc_now() -> datetime:
    """The present time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside as the engine sees it: one implementation of each port.

    Attributes:
        system_user: who is logged in to the machine, for the journal.
        calls: brings what the practice's software asks; None: nothing does.
    """

    connector: MailServerConnector
    submission: Submission
    secrets: SecretSource
    files: Files
    now: Callable[[], datetime] = utc_now
    system_user: str = ""
    calls: Calls | None = None


class Engine:
    """One account: its store, its connections, its outbox. Outlives every screen."""

    def __init__(
        self, account: Account, store: AccountStore, outside: Outside, options: EngineOptions
    ) -> None:
        self.account = account
        self.options = options
        self.announce = Announcer()
        self._store = store
        self._outside = outside
        self._keepers: list[DraftKeeper] = []
        self._running: asyncio.Task[None] | None = None
        self._has_connected = asyncio.Event()
        self._untold: list[MailerError] = []

        self.journal = JournalKeeper(
            store, Author(account.address, outside.system_user), outside.now
        )
        self._connector = JournalledConnector(outside.connector, self.journal)
        self._connector.on_alert = Alerts(self.announce).hear
        self._submission = JournalledSubmission(outside.submission, self.journal)
        self._pause = partial(Backoff, options.retry_first_s, options.retry_most_s)
        self._secrets = SparingSecrets(
            outside.secrets,
            Backoff(options.secret_retry_s, options.secret_retry_s * _SECRET_PAUSES),
        )
        self._worker = Worker(
            account,
            self._connector,
            self._secrets,
            self.announce,
            self._pause(),
            second_chance=Backoff(options.second_chance_s, options.poll_s),
            keep_alive_s=options.keep_alive_s,
            secret_retry_s=options.secret_retry_s,
        )
        self._mailbox = Mailbox(store, self._worker, self.announce, poll_s=options.poll_s)
        self._watcher = Watcher(
            account,
            self._connector,
            self._secrets,
            self._mailbox.sync_inbox,
            self._pause(),
            options.idle_renewal_s,
            options.look_s,
            secret_retry_s=options.secret_retry_s,
        )
        self.outbox = Outbox(
            account,
            store,
            self._submission,
            self._secrets,
            self.announce,
            outside.now,
            retry_s=options.retry_most_s,
            undo_s=options.undo_send_s,
        )
        self.actions = Actions(store, self._mailbox.replay, self.announce)
        self._filing = Filing(store, self._mailbox.replay, self.announce)
        self._copies = SentCopies(
            store,
            self._worker,
            self._mailbox,
            self.announce,
            file_exchanges=options.file_exchanges,
        )
        self.patients = Patients(store, account.address, outside.now)
        self.reports = Reports(
            account,
            store,
            self._worker,
            self._mailbox,
            self.patients,
            self.announce,
            self.outbox.reported,
        )
        self.identities = Identities(store, account.address, self.journal)
        self.exchanges = Exchanges(account, store)
        self.reading = Reading(store, self._mailbox, outside.files, self.journal)
        self.trust = Trust(outside.files, options.white_list, outside.now)
        reviewing = Reviewing(
            account, store, self.identities, self.patients, self.trust, options.signature
        )
        self.writing = Writing(
            account,
            store,
            self.outbox,
            reviewing,
            self.patients,
            outside.files,
            options,
            outside.now,
        )
        self.server_search = ServerSearch(store, self._worker, self.announce)
        self.resuming = Resuming(store, self.announce, outside.now)
        self._draft_copies = DraftCopies(
            account,
            store,
            self._worker,
            self.announce,
            self.writing.attachment_content,
            self._mailbox.sync_drafts,
            within_s=options.server_drafts_s,
        )
        self.outbox.taken_elsewhere = QueuedElsewhere(store, self._worker).among
        self._pulse = Pulse(self._woke, outside.now, options.pulse_s)
        self.receipts = Receipts(
            account, store, self._mailbox, self.outbox, reviewing, options, outside.now
        )
        self._worker.on_connected = self._connected
        self._worker.on_lost = self._watcher.drop
        self._watcher.on_lost = self._worker.probe
        self.outbox.on_accepted = self._copies.store_missing
        self.outbox.tell = self._tell
        self._mailbox.on_look_again = self._look_again
        self._mailbox.on_learnt = self.reports.examine
        self._mailbox.on_drafts_synced = self._draft_copies.look_for_taken

    # --- life

    def begin_with(self, proof: Proof) -> None:
        """Before `start`: the account was just proved, and need not be once more."""
        self._worker.begin_with(self._connector.take_over(proof.server, self.account))
        self._submission.was_checked(self.account)
        self.writing.size_limit_bytes = proof.size_limit_bytes

    def tell(self, problem: MailerError) -> None:
        """Announce what the user is to know; before `start`, when somebody may listen."""
        if self._running is None:
            self._untold.append(problem)
        else:
            self.announce(ProblemMet(problem))

    def start(self) -> None:
        """Connect and go on by itself until `stop`; returns at once."""
        self.journal.note(Deed.OPENED)
        self._running = asyncio.create_task(self._run())
        for problem in self._untold:
            self.tell(problem)

    async def stop(self) -> None:
        """Save what is being written, end the connections, close the store."""
        try:
            for keeper in tuple(self._keepers):
                with suppress(MailerError):
                    await keeper.save()
                keeper.stop()
            if self._running is not None:
                self._running.cancel()
                await asyncio.wait([self._running])
            await self._worker.close()
            with suppress(MailerError):
                await self.journal.flush()
        finally:
            await self._store.close()

    async def _run(self) -> None:
        loops: list[Callable[[], Awaitable[None]]] = [
            self._worker.run,
            self._watcher.run,
            self._mailbox.poll,
            self.outbox.run,
            self._draft_copies.run,
            self._pulse.run,
            self._learn_size_limit,
            partial(self.journal.keep_short, self.options.journal_months),
        ]
        if self._outside.calls is not None:
            loops.append(partial(self._outside.calls.listen, self.account, self._called))
        if self.options.file_exchanges:
            self.announce.subscribe(self._filing.heard)
            loops.append(self._filing.run)
        async with asyncio.TaskGroup() as tasks:
            for loop in loops:
                tasks.create_task(keep_running(loop, self._tell, self._pause()))

    def _tell(self, problem: MailerError) -> None:
        self.announce(ConnectivityChanged(self._worker.state, problem))

    def _called(self, call: WriteCall) -> None:
        self.announce(WriteAsked(call))

    def _woke(self) -> None:
        self._secrets.ask_again()
        self._worker.doubt()
        self.outbox.line_is_back()

    def _connected(self) -> None:
        self._watcher.allow()
        self._has_connected.set()
        self._mailbox.sync_all()
        self._copies.store_missing()
        self._draft_copies.catch_up()
        self.reports.examine()
        self.outbox.line_is_back()

    def _look_again(self) -> None:
        self._copies.store_missing()
        self.reports.examine()

    async def _learn_size_limit(self) -> None:
        """At each connection until it is known; a refused password must not count twice."""
        while True:
            await self._has_connected.wait()
            self._has_connected.clear()
            if self.writing.size_limit_bytes is None:
                with suppress(MailerError):
                    self.writing.size_limit_bytes = await with_credentials(
                        self.account,
                        self._secrets,
                        partial(self._submission.check, self.account),
                    )
            stop_if_cancelled()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear every event, in the event loop; call what is returned to stop."""
        return self.announce.subscribe(listener)

    # --- the line

    @property
    def connectivity(self) -> Connectivity:
        """Where the line stands now."""
        return self._worker.state

    @property
    def is_behind(self) -> bool:
        """Something could not be looked at, new mail perhaps; it is tried again."""
        return self._worker.is_behind

    async def prove(self, credentials: Credentials) -> None:
        """Log in with them, and leave again.

        Raises:
            LoginRefused: the server does not take them.
            ConnectionProblem: it could not be asked.
        """
        server = await self._connector.connect(self.account, credentials, lambda _: None)
        await server.close()

    def reconnect(self) -> None:
        """Try again now."""
        self._secrets.ask_again()
        self._worker.reconnect()
        self.outbox.log_in_again()
        self.outbox.line_is_back()

    def synchronise(self) -> None:
        """Look at every folder now."""
        self._mailbox.look_again()

    @property
    def is_sync_paused(self) -> bool:
        """The user has paused the synchronisation."""
        return self._worker.is_paused

    def pause_sync(self) -> None:
        """Synchronise no more until `resume_sync`; reading and sending go on."""
        self._worker.pause()

    def resume_sync(self) -> None:
        """Go on where the synchronisation was paused, with what came meanwhile."""
        self._worker.resume()

    # --- patients

    async def find_patients(self, text: str, limit: int = 50) -> Sequence[KnownPatient]:
        """Patients of this mailbox by name or matricule, last exchange first; all for ""."""
        return await self._store.find_patients(text, limit)

    async def exchange(self, matricule: str) -> Exchange:
        """Where the exchange with a patient stands."""
        return await self._store.exchange(matricule)

    # --- drafts

    def keep_draft(self, draft: Draft) -> DraftKeeper:
        """Keep what a composer edits on disk until `release_draft`."""
        keeper = DraftKeeper(
            self._store, self.announce, self._outside.now, draft, self.options.autosave_s
        )
        self._keepers.append(keeper)
        return keeper

    def release_draft(self, keeper: DraftKeeper) -> None:
        """The composer is closed; call `save`, `discard` or `writing.send` before."""
        keeper.stop()
        if keeper in self._keepers:
            self._keepers.remove(keeper)

    async def save_drafts(self) -> None:
        """Save now all that is being written.

        Raises:
            StoreProblem: some of it is on no disk yet.
        """
        for keeper in tuple(self._keepers):
            await keeper.save()

    async def drafts(self) -> Sequence[Draft]:
        """Drafts kept here, newest first."""
        return await self._store.drafts()

    async def drafts_taken_elsewhere(self) -> frozenset[int]:
        """Ids of drafts that another machine went on with, sent or threw away, as far as is known."""
        return await self._store.drafts_taken_elsewhere()

    def look_at_drafts(self) -> None:
        """Learn what became of them elsewhere, where the server can be asked."""
        self._mailbox.sync_drafts()

    async def discard_draft(self, draft_id: int) -> None:
        """Remove a draft."""
        await self._store.discard_draft(draft_id)
        self.announce(DraftDiscarded(draft_id))
