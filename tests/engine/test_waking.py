"""The laptop slept: its lines are dead, and the program knows without asking them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, COLLEAGUE, World, letter, opened, secret, until_online
from engine_helpers import Office
from engine_helpers import letter as written_to
from fakes.mail_server import FakeMailServerConnector

from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import SecretUnavailable
from tui_mailer.domain.events import Connectivity, OutgoingChanged
from tui_mailer.domain.ports import MailServer, OnStep
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.awakening import Pulse
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.worker import Worker


class CountingConnector(FakeMailServerConnector):
    """Notes how often it was asked."""

    def __init__(self, world: World) -> None:
        super().__init__(world.mailbox)
        self.attempts = 0
        self.has_two = asyncio.Event()

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        self.attempts += 1
        server = await super().connect(account, credentials, on_step)
        if self.attempts % 2 == 0:
            self.has_two.set()
        return server


@asynccontextmanager
async def connected(world: World) -> AsyncIterator[Office]:
    """Both connections are there; the program looks often whether it slept."""
    async with opened(world, pulse_s=0.01) as office, asyncio.timeout(10):
        await until_online(office)
        await world.connector.has_two.wait()
        world.connector.has_two.clear()
        office.events.clear()
        yield office


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.connector = CountingConnector(world)
    return world


async def test_after_sleep_both_connections_are_made_anew_at_once(world: World) -> None:
    async with connected(world) as office:
        world.mailbox.deliver(letter("Pendant la nuit"))
        world.clock.offset += timedelta(hours=8)
        await world.connector.has_two.wait()
        await until_online(office)
        await office.until_row(await office.inbox(), "Pendant la nuit")
        assert world.connector.attempts == 4


async def test_a_refused_password_is_not_tried_again_after_sleep(world: World) -> None:
    async with connected(world) as office:
        world.mailbox.password = "autre"
        world.clock.offset += timedelta(hours=8)
        await office.until(lambda: office.engine.connectivity is Connectivity.REFUSED)
        refused = world.connector.attempts
        world.clock.offset += timedelta(hours=8)
        await asyncio.sleep(0.05)
        assert world.connector.attempts == refused


@pytest.mark.parametrize(
    ("wall_s", "monotonic_s", "slept"),
    [(1, 1, False), (9, 1, False), (3600, 1, True), (3600, 3600, True), (-3600, 1, False)],
    ids=["a beat", "a busy machine", "asleep", "stopped", "clock put back"],
)
async def test_a_pulse_knows_sleep_from_a_slow_beat(
    wall_s: float, monotonic_s: float, slept: bool
) -> None:
    woken: list[bool] = []
    start, over = datetime(2026, 1, 1, tzinfo=UTC), asyncio.Event()

    def wall() -> Iterator[datetime]:
        yield start
        yield start + timedelta(seconds=wall_s)
        over.set()
        while True:
            yield start + timedelta(seconds=wall_s)

    def monotonic() -> Iterator[float]:
        yield 0.0
        while True:
            yield monotonic_s

    walls, monotonics = wall(), monotonic()
    pulse = Pulse(lambda: woken.append(True), lambda: next(walls), 0.001, lambda: next(monotonics))
    task = asyncio.create_task(pulse.run())
    await over.wait()
    task.cancel()
    await asyncio.wait({task})
    assert bool(woken) is slept


class TokenCommand:
    """A command that needs the network: it fails while `is_down`, or so many times."""

    def __init__(self, world: World, failures: int = 0) -> None:
        self.runs = 0
        self.is_down = False
        self._failures = failures
        self._credentials = secret(world)

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials:
        self.runs += 1
        if self.is_down or self.runs <= self._failures:
            raise SecretUnavailable(subject="la commande « jeton » a échoué (code 7)")
        return self._credentials

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """A token is remembered by nobody."""


async def test_a_command_that_gave_no_secret_is_run_again_by_itself(world: World) -> None:
    secrets = TokenCommand(world, failures=1)
    account = replace(ACCOUNT, secret_origin=SecretOrigin.TOKEN_COMMAND)
    worker = Worker(
        account,
        world.connector,
        secrets,
        Announcer(),
        Backoff(0.01, 0.01),
        Backoff(1.0, 1.0),
        keep_alive_s=60.0,
        secret_retry_s=0.01,
    )
    online = asyncio.Event()
    worker.on_connected = online.set
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        await online.wait()
    task.cancel()
    await asyncio.wait({task})
    assert secrets.runs == 2


async def test_a_message_waits_for_a_secret_that_cannot_be_had(world: World) -> None:
    secrets = TokenCommand(world)
    world.secrets = secrets
    async with opened(world) as office, asyncio.timeout(10):
        await until_online(office)
        secrets.is_down = True
        outgoing = await office.engine.writing.send(written_to(COLLEAGUE, "Bilan"))
        await office.until(lambda: isinstance(last_error(office), SecretUnavailable))
        secrets.is_down = False
        await office.until_outgoing(outgoing, OutgoingState.SENT)
        assert len(world.submission.accepted) == 1


def last_error(office: Office) -> object:
    changes = [event for event in office.events if isinstance(event, OutgoingChanged)]
    return changes[-1].error if changes[-1].state is OutgoingState.QUEUED else None
