"""Secrets that could not be had are not asked for again and again.

A command may ring the user's telephone (Pro Santé Connect), a keyring open a window: each time, and all
night long, for each connection and each message that waits.
"""

import asyncio
import time
from collections.abc import Callable

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import SecretUnavailable
from tui_mailer.domain.ports import SecretSource
from tui_mailer.engine.backoff import Backoff


class SparingSecrets:
    """A `SecretSource` that says once more why it gave nothing, until it is time to ask again."""

    def __init__(
        self,
        secrets: SecretSource,
        pause: Backoff,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pause`: between two attempts that fail."""
        self._secrets = secrets
        self._pause = pause
        self._now_s = now_s
        self._why: SecretUnavailable | None = None
        self._again_at_s = 0.0
        self._asking = asyncio.Lock()

    def ask_again(self) -> None:
        """At the next need: the user wants it, or the machine woke up."""
        self._why = None
        self._pause.reset()

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials | None:
        """See `SecretSource`."""
        if account.is_password_typed:
            return await self._secrets.credentials(account, refused=refused)
        async with self._asking:
            if self._why is not None and self._now_s() < self._again_at_s:
                raise SecretUnavailable(subject=self._why.subject)
            try:
                found = await self._secrets.credentials(account, refused=refused)
            except SecretUnavailable as why:
                self._why = why
                self._again_at_s = self._now_s() + self._pause.next_s()
                raise
            self.ask_again()
            return found

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """See `SecretSource`."""
        await self._secrets.remember(account, credentials)
