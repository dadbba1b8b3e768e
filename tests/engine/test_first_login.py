"""What a first login proved is gone on with, and nothing of it stays open where it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, until_online
from engine_helpers import Office
from fakes.mail_server import FakeMailServer, FakeMailServerConnector, FakeSubmission

from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.errors import (
    LineLost,
    LoginRefused,
    MailerError,
    SecretNotKept,
    SecretUnavailable,
    SettingsInvalid,
    SettingsNotSaved,
    StoreProblem,
)
from tui_mailer.domain.events import ConnectionStep, ProblemMet
from tui_mailer.domain.journal import Deed, JournalFilter
from tui_mailer.domain.ports import OnStep
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile

AT_A_KEYRING = replace(ACCOUNT, secret_origin=SecretOrigin.KEYRING)


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
        # As the real one: cancelled, it first tells what became of it.
        with suppress(asyncio.CancelledError):
            await self.gate.wait()
        return await super().check(account, credentials)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, submission=Submission())
    world.connector = Connector(world)
    return world


def session_of(world: World) -> Session:
    return world.session(EngineOptions(retry_first_s=0.01, retry_most_s=0.02))


async def log_in(
    world: World, on_step: OnStep = lambda _step: None, account: Account = ACCOUNT
) -> Engine:
    return await session_of(world).first_login(account, world.mailbox.password, on_step)


async def test_the_engine_goes_on_with_the_connection_that_proved_the_account(
    world: World,
) -> None:
    office = Office(session_of(world), await log_in(world))
    assert (world.connector.connection_count, world.connector.open_count) == (1, 1)
    office.engine.start()
    await until_online(office)
    # The other one waits for new mail.
    await office.until(lambda: world.connector.connection_count == 2)
    assert (world.submission.check_count, office.engine.writing.size_limit_bytes) == (1, 10_000_000)
    await office.close()
    assert world.connector.open_count == 0


async def test_a_connection_that_was_lost_meanwhile_is_made_anew(world: World) -> None:
    office = Office(session_of(world), await log_in(world))
    await world.connector.servers[0].close()
    office.engine.start()
    await until_online(office)
    await office.close()


async def test_the_journal_knows_of_both_logins(world: World) -> None:
    engine = await log_in(world)
    await engine.journal.flush()
    noted = [entry.entry for entry in await engine.journal.rows(JournalFilter(), 0, 10)]
    logins = [entry.detail for entry in reversed(noted) if entry.deed == Deed.LOGIN.value]
    assert logins == [
        "première connexion à ce compte",
        "serveur de courrier imap.mssante.fr:143",
        "serveur d’envoi smtp.mssante.fr:587",
    ]
    await engine.stop()


def no_settings(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(_file: SettingsFile, _account: Account) -> None:
        raise error

    monkeypatch.setattr(SettingsFile, "save", save)


def no_keyring(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def keep(_user: str, _password: str, _timeout_s: float) -> None:
        raise SecretUnavailable(subject=str(error.subject))  # type: ignore[attr-defined]

    monkeypatch.setattr("tui_mailer.backend.secrets.secrets.keep_password", keep)


@pytest.mark.parametrize(
    ("account", "fails", "error"),
    [
        (ACCOUNT, no_settings, SettingsNotSaved(subject="reglages.toml")),
        (ACCOUNT, no_settings, SettingsInvalid(subject="reglages.toml est illisible")),
        (AT_A_KEYRING, no_keyring, SecretNotKept(subject="ce poste n’a pas de trousseau")),
    ],
)
async def test_what_cannot_be_kept_keeps_nobody_from_the_mail(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    account: Account,
    fails: Callable[[Exception, pytest.MonkeyPatch], None],
    error: MailerError,
) -> None:
    fails(error, monkeypatch)
    for _ in range(2):  # the next launch asks again, and opens the same store
        office = Office(session_of(world), await log_in(world, account=account))
        office.engine.start()
        await until_online(office)
        told = [event.error for event in office.events if isinstance(event, ProblemMet)]
        assert [(type(one), one.subject) for one in told] == [(type(error), error.subject)]
        await office.close()


async def test_a_fault_of_ours_after_the_store_was_made_leaves_nothing_open(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        no_settings(RuntimeError(), patched)
        with pytest.raises(RuntimeError):
            await log_in(world)
    assert world.connector.open_count == 0
    await (await log_in(world)).stop()


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
