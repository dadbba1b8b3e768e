"""The idle connection comes back more and more slowly to a server that will not be watched."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, letter, opened, secret, until_online
from fakes.mail_server import FakeMailServer, FakeMailServerConnector

from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.errors import LineLost, SecretUnavailable
from tui_mailer.domain.ports import OnStep
from tui_mailer.engine import watcher as watcher_module
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.watcher import Watcher


class Unwatchable(FakeMailServer):
    async def wait_for_change(self, timeout_s: float) -> bool:
        raise LineLost


class Connector(FakeMailServerConnector):
    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> FakeMailServer:
        await super().connect(account, credentials, on_step)
        return Unwatchable(self)


class CountedBackoff(Backoff):
    """Notes which attempt each pause is for, and pauses for no time."""

    def __init__(self) -> None:
        super().__init__(1.0, 60.0)
        self.attempts: list[int] = []
        self.enough = asyncio.Event()

    def next_s(self) -> float:
        self.attempts.append(self._attempt)
        super().next_s()
        if len(self.attempts) == 5:
            self.enough.set()
        return 0.0


async def test_a_server_that_cuts_every_idle_is_not_asked_each_second(tmp_path: Path) -> None:
    world = World(tmp_path)
    await world.secrets.remember(ACCOUNT, secret(world))
    backoff = CountedBackoff()
    watcher = Watcher(
        ACCOUNT,
        Connector(world.mailbox),
        world.secrets,
        lambda: None,
        backoff,
        renewal_s=60,
        secret_retry_s=60,
    )
    watcher.allow()
    task = asyncio.create_task(watcher.run())
    await asyncio.wait_for(backoff.enough.wait(), 5)
    task.cancel()
    assert backoff.attempts[:5] == [0, 1, 2, 3, 4]


class LockedOnce:
    """A keyring that answers the work connection, is locked when the second one asks, and opens."""

    def __init__(self, world: World) -> None:
        self.asked = 0
        self._credentials = secret(world)

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials:
        self.asked += 1
        # The submission server's limit is asked for then, too.
        if 1 < self.asked < 4:
            raise SecretUnavailable
        return self._credentials

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """Nothing is typed."""


async def test_a_secret_that_could_not_be_had_once_does_not_end_the_watch(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.secrets = LockedOnce(world)
    account = replace(ACCOUNT, secret_origin=SecretOrigin.COMMAND)
    async with opened(world, account=account, secret_retry_s=0.05) as office, asyncio.timeout(10):
        await until_online(office)
        while world.secrets.asked < 4:
            await asyncio.sleep(0.01)
        world.mailbox.deliver(letter("Résultat urgent"))
        await office.until_row(await office.inbox(), "Résultat urgent")


class Impatient(FakeMailServer):
    """Ends the connection of whoever idles for half a second."""

    async def wait_for_change(self, timeout_s: float) -> bool:
        if timeout_s < 0.5:
            return await super().wait_for_change(timeout_s)
        await asyncio.sleep(0.5)
        raise LineLost


class ImpatientConnector(FakeMailServerConnector):
    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> FakeMailServer:
        await super().connect(account, credentials, on_step)
        return Impatient(self)


async def test_a_server_that_ends_idle_connections_is_asked_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher_module, "SHORTEST_RENEWAL_S", 0.1)
    world = World(tmp_path)
    await world.secrets.remember(ACCOUNT, secret(world))
    connector = ImpatientConnector(world.mailbox)
    news: list[None] = []
    backoff = Backoff(0.01, 0.01)
    watcher = Watcher(
        ACCOUNT,
        connector,
        world.secrets,
        lambda: news.append(None),
        backoff,
        renewal_s=60,
        secret_retry_s=60,
    )
    watcher.allow()
    task = asyncio.create_task(watcher.run())
    await asyncio.sleep(2.5)
    assert connector.connection_count == 3
    before = len(news)
    world.mailbox.changed.set()
    await asyncio.sleep(0.1)
    assert len(news) == before + 1
    task.cancel()
