"""What can wait until no more is coming, done a little at a time while nobody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tui_mailer.backend.store.connection import Connection, Sql
from tui_mailer.domain.errors import StoreProblem

Piece = Callable[[Sql], bool]
"""A small transaction; False when it found nothing to do."""


class Upkeep:
    """Repeats a small transaction until nothing is left, and others have their turns in between."""

    def __init__(self, writer: Connection, piece: Piece) -> None:
        self._writer = writer
        self._piece = piece
        self._at_end: Callable[[], Awaitable[None]] | None = None
        self._running: asyncio.Task[None] | None = None
        self._is_over = False

    def begin(self, at_end: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start, unless it is under way; returns at once. `at_end` comes when nothing is left."""
        self._at_end = at_end or self._at_end
        if not self._is_over and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    async def ended(self) -> None:
        """Stop after the transaction under way, for good. What is left is as good as it was."""
        self._is_over = True
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        # Nothing is lost with it, and a full disk is told by whatever has something to keep.
        with suppress(StoreProblem):
            while not self._is_over and await self._writer.transact("BEGIN IMMEDIATE", self._piece):
                pass  # others that wait for the connection have it before the next piece
            at_end, self._at_end = self._at_end, None
            if at_end is not None and not self._is_over:
                await at_end()
