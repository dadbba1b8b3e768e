"""What a first login proved is gone on with, and nothing of it stays open where it ends."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, is_online
from engine_helpers import Office
from fakes.mail_server import FakeMailServer, FakeMailServerConnector, FakeSubmission

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import LineLost, LoginRefused, SettingsNotSaved, StoreProblem
from tui_mailer.domain.events import ConnectionStep, ConnectivityChanged
from tui_mailer.domain.ports import OnStep
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session


class Connector(FakeMailServerConnector):
    """Remembers its connections."""

    def __init__(self, world: World) -> None:
        super().__init__(world.mailbox)
        self.servers: list[FakeMailServer] = []

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> FakeMailServer:
        await super().connect(account, credentials, on_step)
        self.servers.append(FakeMailServer(self))
        return self.servers[-1]

    @property
    def open_count(self) -> int:
        return sum(not server._closed for server in self.servers)


class Submission(FakeSubmission):
    """Counts its checks; `gate` holds them back."""

    def __init__(self) -> None:
        super().__init__(limit_bytes=10_000_000)
        self.check_count = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        self.check_count += 1
        await self.gate.wait()
        return await super().check(account, credentials)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, submission=Submission())
    world.connector = Connector(world)
    return world


def session_of(world: World) -> Session:
    return world.session(EngineOptions(retry_first_s=0.01, retry_most_s=0.02))


async def log_in(world: World, on_step: OnStep = lambda _step: None) -> Engine:
    return await session_of(world).first_login(ACCOUNT, world.mailbox.password, on_step)


async def test_the_engine_goes_on_with_the_connection_that_proved_the_account(
    world: World,
) -> None:
    office = Office(session_of(world), await log_in(world))
    assert (world.connector.connection_count, world.connector.open_count) == (1, 1)
    office.engine.start()
    await office.until(lambda: any(map(is_online, office.events)))
    # The other one waits for new mail.
    await office.until(lambda: world.connector.connection_count == 2)
    assert (world.submission.check_count, office.engine.writing.size_limit_bytes) == (1, 10_000_000)
    await office.close()
    assert world.connector.open_count == 0


async def test_a_connection_that_was_lost_meanwhile_is_made_anew(world: World) -> None:
    office = Office(session_of(world), await log_in(world))
    await world.connector.servers[0].close()
    office.engine.start()
    await office.until(lambda: any(map(is_online, office.events)))
    await office.close()


async def test_settings_that_cannot_be_written_keep_nobody_from_the_mail(world: World) -> None:
    settings = world.directory / "reglages.toml"
    settings.mkdir()
    office = Office(session_of(world), await log_in(world))
    office.engine.start()
    await office.until(lambda: any(map(is_online, office.events)))
    told = [
        event.error
        for event in office.events
        if isinstance(event, ConnectivityChanged) and event.error is not None
    ]
    assert [(type(error), error.subject) for error in told] == [(SettingsNotSaved, str(settings))]
    await office.close()
    # The next launch asks for the servers again, and opens the same store.
    engine = await log_in(world)
    assert await engine.reading.folders()
    await engine.stop()


async def test_an_engine_that_never_starts_leaves_no_connection(world: World) -> None:
    engine = await log_in(world)
    await engine.stop()
    assert world.connector.open_count == 0


def submission_refuses(world: World) -> None:
    world.submission.password = "another"


def store_cannot_be_made(world: World) -> None:
    (world.directory / "store").write_text("a file where the folder is to be")


@pytest.mark.parametrize(
    ("breaks", "error"),
    [(submission_refuses, LoginRefused), (store_cannot_be_made, StoreProblem)],
)
async def test_a_first_login_that_fails_leaves_no_connection(
    world: World, breaks: Callable[[World], None], error: type[Exception]
) -> None:
    breaks(world)
    with pytest.raises(error):
        await log_in(world)
    assert (world.connector.connection_count, world.connector.open_count) == (1, 0)


async def test_a_server_that_falls_silent_after_the_login_is_left(world: World) -> None:
    def lost(step: ConnectionStep) -> None:
        if step is ConnectionStep.LOGIN:
            world.connector.fault = LineLost()

    with pytest.raises(LineLost):
        await log_in(world, lost)
    assert (world.connector.connection_count, world.connector.open_count) == (1, 0)


@pytest.mark.parametrize("last", [ConnectionStep.FOLDERS, ConnectionStep.SUBMISSION])
async def test_a_first_login_that_is_given_up_leaves_no_connection(
    world: World, last: ConnectionStep
) -> None:
    """While the submission server is asked, and while the store is being made."""
    reached = asyncio.Event()
    if last is ConnectionStep.FOLDERS:
        world.submission.gate.clear()

    def step(passed: ConnectionStep) -> None:
        if passed is last:
            reached.set()

    login = asyncio.create_task(log_in(world, step))
    await reached.wait()
    login.cancel()
    await asyncio.wait([login])
    assert login.cancelled()
    assert (world.connector.connection_count, world.connector.open_count) == (1, 0)
