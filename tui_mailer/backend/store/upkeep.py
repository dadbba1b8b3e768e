"""What can wait until no more is coming, done a little at a time while nobody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from tui_mailer.backend.store.connection import GaveWay, Sql
from tui_mailer.backend.store.writer import Writer
from tui_mailer.domain.errors import StoreProblem

# How often it looks whether others have come to an end.
_LOOK_S: Final = 0.2

Piece = Callable[[Sql], bool]
"""A small transaction; False when it found nothing to do."""


class Upkeep:
    """Repeats a small transaction until nothing is left, and others have their turns in between."""

    def __init__(self, writer: Writer, piece: Piece, is_busy: Callable[[], bool]) -> None:
        """While it `is_busy` elsewhere, it waits."""
        self._writer = writer
        self._piece = piece
        self._is_busy = is_busy
        self._at_end: Callable[[], Awaitable[None]] | None = None
        self._running: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    def begin(self, at_end: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start, unless it is under way; returns at once. `at_end` comes when nothing is left."""
        self._at_end = at_end or self._at_end
        if not self._over.is_set() and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    async def ended(self) -> None:
        """Stop after the transaction under way, for good. What is left is as good as it was."""
        self._over.set()
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        # Nothing is lost with it, and a full disk is told by whatever has something to keep.
        with suppress(StoreProblem):
            while await self._may_go_on() and await self._is_left():
                pass
            at_end, self._at_end = self._at_end, None
            if at_end is not None and not self._over.is_set():
                await at_end()

    async def _may_go_on(self) -> bool:
        """False once it is over."""
        while self._is_busy() and not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._over.wait()
        return not self._over.is_set()

    async def _is_left(self) -> bool:
        try:
            return await self._writer.write(self._piece, gives_way=True)
        except GaveWay:
            return True
