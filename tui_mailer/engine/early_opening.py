"""A store that opens by itself is opened while the interface is still being loaded.

Deriving its key is work for the C library, and waiting for a command is none at all: what comes
first on the screen is then the list.
"""

import asyncio
from contextlib import suppress

from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import MailerError
from tui_mailer.engine.engine import Engine
from tui_mailer.engine.session import Session


class EarlyOpening:
    """Begins at once, in the event loop; whoever began it closes it."""

    def __init__(self, session: Session, account: Account) -> None:
        self.account = account
        self._task = asyncio.create_task(session.open_by_itself(account))
        self._is_taken = False

    async def settled(self) -> None:
        """Wait until the engine is there, or it is known that there will be none."""
        await asyncio.wait({self._task})

    async def within(self, seconds: float) -> Engine | None:
        """The engine, if it is there by then; what failed is for `engine` to raise."""
        await asyncio.wait({self._task}, timeout=seconds)
        if not self._task.done() or self._task.exception() is not None:
            return None
        return await self.engine()

    async def engine(self) -> Engine | None:
        """The engine, not started yet; None when a passphrase must be typed.

        Raises:
            MailerError: as `Session.open_by_itself`.
        """
        engine = await asyncio.shield(self._task)
        self._is_taken = True
        return engine

    async def close(self) -> None:
        """Leave nothing behind that nobody took; twice is once."""
        self._task.cancel()
        with suppress(MailerError, asyncio.CancelledError):
            engine = await self._task
            if engine is not None and not self._is_taken:
                self._is_taken = True
                await engine.stop()
