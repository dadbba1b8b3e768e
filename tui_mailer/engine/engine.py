"""The facade: commands in, one stream of events out.

Screens hold an `Engine` and nothing below it. The parts are attributes, each with its own
commands: `reading`, `writing`, `outbox`, `identities`, `patients`, `exchanges`, `reports`, `receipts`.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.events import Connectivity, ConnectivityChanged
from tui_mailer.domain.exchange import Exchange
from tui_mailer.domain.patient import KnownPatient
from tui_mailer.domain.ports import (
    Files,
    MailServerConnector,
    MessageStore,
    SecretSource,
    Submission,
)
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.actions import Actions
from tui_mailer.engine.announcer import Announcer, Listener
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.drafts import DraftKeeper
from tui_mailer.engine.exchanges import Exchanges
from tui_mailer.engine.identities import Identities
from tui_mailer.engine.mailbox import Mailbox
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.outbox import Outbox
from tui_mailer.engine.patients import Patients
from tui_mailer.engine.reading import Reading
from tui_mailer.engine.receipts import Receipts
from tui_mailer.engine.reports import Reports
from tui_mailer.engine.reviewing import Reviewing
from tui_mailer.engine.sent_copies import SentCopies
from tui_mailer.engine.supervisor import keep_running
from tui_mailer.engine.trust import Trust
from tui_mailer.engine.waiting import stop_if_cancelled
from tui_mailer.engine.watcher import Watcher
from tui_mailer.engine.worker import Worker
from tui_mailer.engine.writing import Writing


def utc_now() -> datetime:
    """The present time, aware."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside as the engine sees it: one implementation of each port."""

    connector: MailServerConnector
    submission: Submission
    secrets: SecretSource
    files: Files
    now: Callable[[], datetime] = utc_now


class Engine:
    """One account: its store, its connections, its outbox. Outlives every screen."""

    def __init__(
        self, account: Account, store: MessageStore, outside: Outside, options: EngineOptions
    ) -> None:
        self.account = account
        self.options = options
        self.announce = Announcer()
        self._store = store
        self._outside = outside
        self._keepers: list[DraftKeeper] = []
        self._running: asyncio.Task[None] | None = None
        self._has_connected = asyncio.Event()

        self._pause = partial(Backoff, options.retry_first_s, options.retry_most_s)
        self._worker = Worker(
            account, outside.connector, outside.secrets, self.announce, self._pause()
        )
        self._mailbox = Mailbox(store, self._worker, self.announce, poll_s=options.poll_s)
        self._watcher = Watcher(
            account,
            outside.connector,
            outside.secrets,
            self._mailbox.sync_inbox,
            self._pause(),
            options.idle_renewal_s,
        )
        self.outbox = Outbox(
            account,
            store,
            outside.submission,
            outside.secrets,
            self.announce,
            outside.now,
            retry_s=options.retry_most_s,
            undo_s=options.undo_send_s,
        )
        self.actions = Actions(store, self._mailbox.replay, self.announce)
        self._copies = SentCopies(store, self._worker, self._mailbox, self.announce)
        self.reports = Reports(account, store, self._worker, self._mailbox, self.announce)
        self.identities = Identities(store, account.address)
        self.patients = Patients(store, account.address, outside.now)
        self.exchanges = Exchanges(account, store)
        self.reading = Reading(store, self._mailbox, outside.files)
        self.trust = Trust(outside.files, options.white_list, outside.now)
        reviewing = Reviewing(account, store, self.identities, self.patients, self.trust)
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
        self.receipts = Receipts(
            account, store, self._mailbox, self.outbox, reviewing, options, outside.now
        )
        self._worker.on_connected = self._connected
        self.outbox.on_accepted = self._copies.store_missing
        self._mailbox.on_look_again = self._copies.store_missing
        self._mailbox.on_learnt = self.reports.learnt

    # --- life

    def start(self) -> None:
        """Connect and go on by itself until `stop`; returns at once."""
        self._running = asyncio.create_task(self._run())

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
        finally:
            await self._store.close()

    async def _run(self) -> None:
        loops = (
            self._worker.run,
            self._watcher.run,
            self._mailbox.poll,
            self.outbox.run,
            self._learn_size_limit,
        )
        async with asyncio.TaskGroup() as tasks:
            for loop in loops:
                tasks.create_task(keep_running(loop, self._tell, self._pause()))

    def _tell(self, problem: MailerError) -> None:
        self.announce(ConnectivityChanged(self._worker.state, problem))

    def _connected(self) -> None:
        self._watcher.allow()
        self._has_connected.set()
        self._mailbox.sync_all()
        self._copies.store_missing()
        self.reports.examine()
        self.outbox.nudge()

    async def _learn_size_limit(self) -> None:
        """At each connection until it is known; a refused password must not count twice."""
        while True:
            await self._has_connected.wait()
            self._has_connected.clear()
            if self.writing.size_limit_bytes is None:
                with suppress(MailerError):
                    self.writing.size_limit_bytes = await with_credentials(
                        self.account,
                        self._outside.secrets,
                        partial(self._outside.submission.check, self.account),
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

    def reconnect(self) -> None:
        """Try again now."""
        self._worker.reconnect()

    def synchronise(self) -> None:
        """Look at every folder now."""
        self._mailbox.look_again()

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

    async def drafts(self) -> Sequence[Draft]:
        """Drafts kept here, newest first."""
        return await self._store.drafts()

    async def discard_draft(self, draft_id: int) -> None:
        """Remove a draft."""
        await self._store.discard_draft(draft_id)
