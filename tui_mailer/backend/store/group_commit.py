"""Group commit: transactions that wait for each other anyway reach the disk as one.

A page that many of them change is encrypted and written once. Nobody else waits long for it: a
group takes nothing more as soon as another transaction wants its turn.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tui_mailer.backend.store.connection import Connection, Sql

# What is done at the end for all of them keeps another transaction waiting: with six, a flag set in a
# first synchronisation took up to half a second.
_MOST: Final = 4

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item]):
    item: Item
    committed: "asyncio.Future[None]"

    def end(self, error: Exception | None = None) -> None:
        """Tell the caller, unless it waits no more."""
        if self.committed.done():
            return
        if error is None:
            self.committed.set_result(None)
        else:
            self.committed.set_exception(error)


class GroupCommit(Generic[Item]):
    """Writes items on the connection that writes, in order, some to a transaction."""

    def __init__(self, writer: Connection, work: Callable[[Sql, Iterator[Item]], None]) -> None:
        """`work` writes all that it is given, one at least, in one transaction."""
        self._writer = writer
        self._work = work
        self._waiting = deque[_Waiting[Item]]()
        self._running: asyncio.Task[None] | None = None

    async def write(self, item: Item) -> None:
        """Write `item`; once this returns, it survives a power cut.

        Where one of a group fails, none of it was done, and each caller is told.
        """
        waiting = _Waiting(item, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        # A task of its own: whoever began a group may be cancelled, and the others wait for it.
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        await waiting.committed

    async def ended(self) -> None:
        """Wait until nothing is left to write."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        while self._waiting:
            await self._one_group()

    async def _one_group(self) -> None:
        begun: list[_Waiting[Item]] = []
        try:
            await self._writer.transact(
                "BEGIN IMMEDIATE", lambda sql: self._work(sql, self._taken(begun))
            )
        except Exception as error:  # noqa: BLE001  (each caller is told)
            for waiting in begun or [self._waiting.popleft()]:
                waiting.end(error)
        else:
            for waiting in begun:
                waiting.end()

    def _taken(self, begun: list[_Waiting[Item]]) -> Iterator[Item]:
        """On the connection's thread: what waits, until somebody else does."""
        while self._waiting and len(begun) < _MOST and not (begun and self._writer.is_wanted):
            begun.append(self._waiting.popleft())
            yield begun[-1].item
