"""The idle connection comes back more and more slowly to a server that will not be watched."""

import asyncio
from pathlib import Path

from engine_fakes import ACCOUNT, World, secret
from fakes.mail_server import FakeMailServer, FakeMailServerConnector

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import LineLost
from tui_mailer.domain.ports import OnStep
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
        ACCOUNT, Connector(world.mailbox), world.secrets, lambda: None, backoff, renewal_s=60
    )
    watcher.allow()
    task = asyncio.create_task(watcher.run())
    await asyncio.wait_for(backoff.enough.wait(), 5)
    task.cancel()
    assert backoff.attempts[:5] == [0, 1, 2, 3, 4]
