"""The work connection: one loop that keeps it open and does jobs on it, the urgent ones first.

offline ──▶ connecting ──▶ syncing ──▶ online ──line lost──▶ offline (pause, again)
                │             └──paused by the user──▶ urgent jobs only, until resumed
                └──refused──▶ refused ──new password, or asked──▶ connecting
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import (
    ConnectionProblem,
    LoginRefused,
    MailerError,
    NotUpToDate,
    SecretUnavailable,
    StoreProblem,
)
from tui_mailer.domain.events import Connectivity, ConnectivityChanged, StepPassed
from tui_mailer.domain.ports import MailServer, MailServerConnector, SecretSource
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.given_up import MOST_LOSSES, GivenUp
from tui_mailer.engine.line import Line
from tui_mailer.engine.waiting import happens_within, interrupted

Job = Callable[[Line], Awaitable[None]]
"""Something to do on the connection; run again on the next one when the line is lost."""
LongJob = Callable[[Line], AsyncIterator[None]]
"""A job in slices: urgent jobs run between them."""

# Pauses while the store takes nothing: a disk may be full for days, and each attempt is a login.
_STORE_FIRST_S: Final = 1.0
_STORE_MOST_S: Final = 60.0
# Without a problem for so long, the next one is another.
_STORE_RECOVERED_S: Final = 600.0

_log = logging.getLogger(__name__)


class Worker:
    """Owns the work connection of an account.

    Attributes:
        state: where the line stands.
        is_paused: the user wants nothing done in the background.
        is_behind: something could not be looked at, and waits to be tried again.
    """

    def __init__(
        self,
        account: Account,
        connector: MailServerConnector,
        secrets: SecretSource,
        announce: Announcer,
        backoff: Backoff,
        second_chance: Backoff,
        *,
        keep_alive_s: float,
        secret_retry_s: float,
    ) -> None:
        """See `EngineOptions` for the durations.

        Args:
            account: whose.
            connector: opens connections.
            secrets: what to log in with.
            announce: hears of each state.
            backoff: pauses between two attempts.
            second_chance: how long a job is left alone that lost the line again and again.
            keep_alive_s: a line that is not used for so long is asked whether it lives.
            secret_retry_s: a command that gave no secret is run again after that.
        """
        self._account = account
        self._connector = connector
        self._secrets = secrets
        self._announce = announce
        self._backoff = backoff
        self._store_backoff = Backoff(_STORE_FIRST_S, _STORE_MOST_S)
        self._store_failed_at_s = 0.0
        self._keep_alive_s = keep_alive_s
        self._secret_retry_s = None if account.is_password_typed else secret_retry_s
        self._urgent: list[Job] = []
        self._attempts: dict[Job, int] = {}
        self._background: list[tuple[object, LongJob]] = []
        self._running: object = None
        self._vital: set[object] = set()
        self._given_up = GivenUp[LongJob](second_chance)
        self._given_up.on_time = self.forgive
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._doubted = asyncio.Event()
        self._first: MailServer | None = None
        self.on_connected: Callable[[], None] = lambda: None
        self.on_lost: Callable[[], None] = lambda: None
        self.state = Connectivity.OFFLINE
        self.is_paused = False
        self.is_behind = False

    def do(self, job: Job) -> None:
        """Run `job` before anything in the background; one that waits already suffices."""
        if job not in self._urgent[1:]:  # the first one may be running
            self._urgent.append(job)
        self._wake.set()

    def do_in_background(self, name: object, job: LongJob, *, is_vital: bool = False) -> None:
        """Run `job` when nothing else is to do; one that waits under the same `name` suffices.

        One that `is_vital` brings new mail: refused, it is tried again soon, and the mailbox is not
        said to be up to date until then.
        One that is already running does not: what `job` is to find may have come after it looked.
        A name that was given up is left alone for a while, or until `forgive`.
        """
        if is_vital:
            self._vital.add(name)
        if self._given_up.holds(name):
            return
        waiting = self._background[1:] if self._running is not None else self._background
        if all(other != name for other, _ in waiting):
            self._background.append((name, job))
            self._wake.set()

    def pause(self) -> None:
        """Do nothing in the background any more, from the next slice on; what is urgent goes on."""
        self.is_paused = True
        self._wake.set()

    def resume(self) -> None:
        """Go on in the background where it was left."""
        self.is_paused = False
        self._wake.set()

    def forgive(self) -> None:
        """Try again what was given up."""
        for name, job in self._given_up.take_back().items():
            self.do_in_background(name, job)

    def reconnect(self) -> None:
        """Try again now: a new password is there, or the user asks."""
        self._store_backoff.reset()
        self._retry.set()

    def doubt(self) -> None:
        """The line must be dead, though nobody said so: a new one at once.

        A refused password is not tried again for that.
        """
        self._backoff.reset()
        self._doubted.set()
        if self.state is Connectivity.OFFLINE:
            self._retry.set()

    def probe(self) -> None:
        """The line may be dead: ask it."""
        self.do(_ask)

    def begin_with(self, server: MailServer) -> None:
        """Before `run`: the first connection is there already, and logged in."""
        self._first = server

    async def close(self) -> None:
        """After `run`, or instead of it: close a first connection that was not worked on."""
        server, self._first = self._first, None
        if server is not None:
            await server.close()

    async def run(self) -> None:
        """Connect, work, reconnect; ends only by cancellation."""
        try:
            while True:
                await self._one_attempt()
        finally:
            self._given_up.stop()

    async def _one_attempt(self) -> None:
        self._doubted.clear()
        try:
            await interrupted(self._doubted, self._one_connection())
        except LoginRefused as refused:
            await self._refused(refused, None)
        except SecretUnavailable as unavailable:
            await self._refused(unavailable, self._secret_retry_s)
        except StoreProblem as problem:
            self._publish(Connectivity.OFFLINE, problem)
            await self._store_pause()
        except MailerError as problem:
            self._publish(Connectivity.OFFLINE, problem)
            await self._pause(self._backoff)

    async def _refused(self, refused: MailerError, pause_s: float | None) -> None:
        self._retry.clear()
        self._publish(Connectivity.REFUSED, refused)
        await happens_within(self._retry, pause_s)

    async def _pause(self, backoff: Backoff) -> None:
        self._retry.clear()
        await happens_within(self._retry, backoff.next_s())

    async def _store_pause(self) -> None:
        now_s = time.monotonic()
        if now_s - self._store_failed_at_s > _STORE_RECOVERED_S:
            self._store_backoff.reset()
        self._store_failed_at_s = now_s
        await self._pause(self._store_backoff)

    async def _one_connection(self) -> None:
        self._publish(Connectivity.CONNECTING)
        server = await self._connected()
        try:
            self.on_connected()
            await self._work(server)
        finally:
            self.on_lost()
            await server.close()

    async def _connected(self) -> MailServer:
        server, self._first = self._first, None
        if server is not None:
            return server
        return await with_credentials(
            self._account,
            self._secrets,
            lambda credentials: self._connector.connect(
                self._account, credentials, lambda step: self._announce(StepPassed(step))
            ),
        )

    async def _work(self, server: MailServer) -> None:
        line = Line(server)
        while True:
            await self._do_urgent(line)
            if self.is_paused:
                await self._stand_still(line)
            elif self._background:
                self._publish(Connectivity.SYNCING)
                await self._do_one_in_background(line)
            else:
                self._backoff.reset()
                self._publish(Connectivity.ONLINE)
                await self._wait_for_work(server)

    async def _stand_still(self, line: Line) -> None:
        """Until the user resumes: what is urgent, and nothing else."""
        while self.is_paused:
            self._publish(Connectivity.PAUSED)
            await self._wait_for_work(line.server)
            await self._do_urgent(line)

    async def _do_urgent(self, line: Line) -> None:
        while self._urgent:
            job = self._urgent[0]
            self._attempts[job] = self._attempts.get(job, 0) + 1
            try:
                await job(line)
            except MailerError as problem:
                if not _is_refusal(problem):
                    if self._attempts[job] >= MOST_LOSSES:
                        self._finish(job)
                    raise
                _log.warning("a job was refused: %s", type(problem).__name__)
            except Exception as fault:  # noqa: BLE001  (as in `supervisor`)
                # Ours: it would come back on the next line too, and keep all others waiting.
                _log.error("a job failed: %s", type(fault).__name__)
                self._announce(ConnectivityChanged(self.state, MailerError()))
            self._finish(job)

    def _finish(self, job: Job) -> None:
        self._urgent.remove(job)
        del self._attempts[job]

    async def _do_one_in_background(self, line: Line) -> None:
        name, job = self._background[0]
        self._running = name
        try:
            async for _ in job(line):
                self._given_up.got_on(name)
                await self._do_urgent(line)
                await self._stand_still(line)
                self._publish(Connectivity.SYNCING)
            self._given_up.got_on(name)
        except Exception as problem:
            if not _is_refusal(problem):
                if self._given_up.lost(name, job):
                    del self._background[0]
                raise
            _log.warning("a synchronisation was refused: %s", type(problem).__name__)
            if name in self._vital and isinstance(problem, MailerError):
                self._given_up.hold(name, job)
                self._announce(ConnectivityChanged(self.state, NotUpToDate(problem.server_words)))
        finally:
            self._running = None
        del self._background[0]

    async def _wait_for_work(self, server: MailServer) -> None:
        self._wake.clear()
        if self._urgent or (self._background and not self.is_paused):
            return
        if not await happens_within(self._wake, self._keep_alive_s):
            await server.keep_alive()

    def _publish(self, state: Connectivity, error: MailerError | None = None) -> None:
        is_behind = self._given_up.holds_any
        if state is self.state and error is None and is_behind is self.is_behind:
            return
        self.state, self.is_behind = state, is_behind
        self._announce(ConnectivityChanged(state, error))


async def _ask(line: Line) -> None:
    await line.server.keep_alive()


def _is_refusal(problem: Exception) -> bool:
    """True for an answer of the server: the connection goes on."""
    broken = isinstance(problem, ConnectionProblem | StoreProblem)
    return isinstance(problem, MailerError) and not broken
