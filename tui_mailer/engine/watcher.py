"""The second connection: it idles on the inbox and says when something changed there.

Where the server has no room for it, the first one looks into the inbox now and then in its place.
"""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import (
    ConnectionProblem,
    LoginRefused,
    MailerError,
    SecretUnavailable,
    ServerBusy,
)
from tui_mailer.domain.ports import MailServer, MailServerConnector, SecretSource
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.waiting import happens_within, interrupted

_LOOKS_BEFORE_IT_ASKS_AGAIN: Final = 10
# An IDLE is not renewed more often.
SHORTEST_RENEWAL_S: float = 20.0
_SHARE_IDLED: Final = 0.75


class Watcher:
    """Owns the idle connection of an account.

    It lives and dies with the work connection: one refused password must not count twice on the
    server, and a network that is gone is gone for both.
    """

    def __init__(
        self,
        account: Account,
        connector: MailServerConnector,
        secrets: SecretSource,
        on_change: Callable[[], None],
        backoff: Backoff,
        renewal_s: float,
        look_s: float = 60.0,
        *,
        secret_retry_s: float,
    ) -> None:
        """It connects once it is allowed to.

        Args:
            account: whose inbox is watched.
            connector: opens the second connection.
            secrets: gives the secret for it.
            on_change: called when something changed in the inbox.
            backoff: between two attempts to connect.
            renewal_s: of an IDLE.
            look_s: between two looks where nobody may idle.
            secret_retry_s: until a command or keyring that gave no secret is asked again.
        """
        self._account = account
        self._connector = connector
        self._secrets = secrets
        self._on_change = on_change
        self._backoff = backoff
        self._renewal_s = renewal_s
        self._look_s = look_s
        self._secret_retry_s = None if account.is_password_typed else secret_retry_s
        self._lasted_s = 0.0
        self._may_connect = asyncio.Event()
        self._dropped = asyncio.Event()
        self.on_lost: Callable[[], None] = lambda: None

    def allow(self) -> None:
        """The work connection has logged in."""
        self._may_connect.set()

    def drop(self) -> None:
        """The work connection is lost: wait for it on a new line."""
        self._may_connect.clear()
        self._dropped.set()

    async def run(self, folder: str = "INBOX") -> None:
        """Watch `folder` until cancelled."""
        while True:
            await self._may_connect.wait()
            self._dropped.clear()
            try:
                await interrupted(self._dropped, self._watch(folder))
            except ServerBusy:
                await self._look_instead(_LOOKS_BEFORE_IT_ASKS_AGAIN)
            except LoginRefused:
                # The work connection was taken: a server that allows one says so in many ways.
                await self._look_instead()
            except SecretUnavailable:
                # No server was asked, and the work connection may live for weeks.
                await happens_within(self._dropped, self._secret_retry_s)
            except MailerError:
                self.on_lost()
                await happens_within(self._dropped, self._backoff.next_s())

    async def _look_instead(self, most: int | None = None) -> None:
        """Have the inbox looked at, `most` times, or as long as the work connection lives."""
        looks = count() if most is None else range(most)
        for _ in looks:
            self._on_change()
            if await happens_within(self._dropped, self._look_s):
                return

    async def _watch(self, folder: str) -> None:
        server = await self._connect()
        try:
            await server.open_folder(folder)
            # What changed while nobody watched is not announced by IDLE.
            self._on_change()
            while True:
                changed = await self._change(server)
                # Not before: a server that refuses to be watched must not be asked each second.
                self._backoff.reset()
                if changed:
                    self._on_change()
        finally:
            await server.close()

    async def _change(self, server: MailServer) -> bool:
        """Wait for news; False after a while. Learns how long the server lets anybody idle."""
        clock = asyncio.get_running_loop().time
        began_s = clock()
        try:
            return await server.wait_for_change(self._renewal_s)
        except ConnectionProblem:
            lasted_s, last_s = clock() - began_s, self._lasted_s
            self._lasted_s = lasted_s
            if lasted_s >= SHORTEST_RENEWAL_S and _is_about(lasted_s, last_s):
                # Twice as long: no bad line, but a server, or a router, that ends idle connections.
                self._renewal_s = max(SHORTEST_RENEWAL_S, min(lasted_s, last_s) * _SHARE_IDLED)
            raise

    async def _connect(self) -> MailServer:
        return await with_credentials(
            self._account,
            self._secrets,
            lambda credentials: self._connector.connect(
                self._account, credentials, lambda _step: None
            ),
        )


def _is_about(one_s: float, other_s: float) -> bool:
    return abs(one_s - other_s) <= 0.1 * max(one_s, other_s)
