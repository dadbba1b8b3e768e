"""Group commit: transactions that wait for each other anyway reach the disk as one.

A page that many of them change is encrypted and written once. Nobody else waits longer for it: a
group ends as soon as another transaction wants its turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui_mailer.backend.store.connection import Connection, Sql

# So that what they change has room in the connection's cache, and they themselves in memory.
_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    work: Callable[[Sql], None]
    committed: "asyncio.Future[None]"

    def end(self, error: Exception | None = None) -> None:
        """Tell the caller, unless it waits no more."""
        if self.committed.done():
            return
        if error is None:
            self.committed.set_result(None)
        else:
            self.committed.set_exception(error)


class GroupCommit:
    """Runs pieces of work on the connection that writes, in order, some to a transaction."""

    def __init__(self, writer: Connection) -> None:
        self._writer = writer
        self._waiting = deque[_Piece]()
        self._running: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Sql], None]) -> None:
        """Run `work`; once this returns, it survives a power cut.

        Where one of a group fails, none of it was done, and each caller is told.
        """
        piece = _Piece(work, asyncio.get_running_loop().create_future())
        self._waiting.append(piece)
        # A task of its own: whoever began a group may be cancelled, and the others wait for it.
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await piece.committed

    async def ended(self) -> None:
        """Wait until nothing is left to write."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        while self._waiting:
            await self._one_group()

    async def _one_group(self) -> None:
        begun: list[_Piece] = []
        try:
            await self._writer.transact("BEGIN IMMEDIATE", lambda sql: self._some(sql, begun))
        except Exception as error:  # noqa: BLE001  (each caller is told)
            for piece in begun or [self._waiting.popleft()]:
                piece.end(error)
        else:
            for piece in begun:
                piece.end()

    def _some(self, sql: Sql, begun: list[_Piece]) -> None:
        """On the connection's thread: what waits, until somebody else does."""
        while self._waiting and len(begun) < _MOST and not (begun and self._writer.is_wanted):
            begun.append(self._waiting.popleft())
            begun[-1].work(sql)
