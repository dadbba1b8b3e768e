"""Group commit: transactions that wait for each other anyway reach the disk as one.

A page that many of them change is encrypted and written once. Nobody else waits long for it: a
group is broken off as soon as another transaction wants its turn, and done again after it; while one
is gathered the connection is free.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tui_mailer.backend.store.connection import GaveWay, Sql
from tui_mailer.backend.store.writer import Writer

# With four, next to nothing is gained.
_MOST: Final = 3
# What follows at once follows within a part of this.
_PAUSE_S: Final = 0.25
# Giving way, one after the other: somebody who never lets go of a key must not stop it for good.
_MOST_TIMES: Final = 2

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item]):
    item: Item
    more_follow: bool
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

    def __init__(self, writer: Writer, work: Callable[[Sql, Iterator[Item]], None]) -> None:
        """`work` writes all that it is given, one at least, in one transaction.

        It may be broken off and called again for the same items: it changes nothing but the file.
        """
        self._writer = writer
        self._work = work
        self._waiting = deque[_Waiting[Item]]()
        self._has_come = asyncio.Event()
        self._is_over = False
        self._times_it_gave_way = 0
        self._running: asyncio.Task[None] | None = None
        self._ended_at = -math.inf

    async def write(self, item: Item, *, more_follow: bool = False) -> None:
        """Write `item`; once this returns, it survives a power cut.

        Where one of a group fails, none of it was done, and each caller is told.

        Args:
            item: what `work` takes.
            more_follow: others come at once: it waits until they make a group, or none comes.
        """
        waiting = _Waiting(item, more_follow, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._has_come.set()
        # A task of its own: whoever began a group may be cancelled, and the others wait for it.
        if not self._is_running:
            self._running = asyncio.create_task(self._run())
        await waiting.committed

    @property
    def is_at_work(self) -> bool:
        """True while something is written or waits to be, and for a moment after."""
        just_ended = time.monotonic() - self._ended_at < _PAUSE_S
        return self._is_running or just_ended

    @property
    def _is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    async def ended(self) -> None:
        """Wait until nothing is left to write; nothing is waited for any more."""
        self._is_over = True
        self._has_come.set()
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        while self._waiting:
            await self._gather()
            await self._one_group()
        self._ended_at = time.monotonic()

    async def _gather(self) -> None:
        """Wait until there is a group, or nothing comes for a moment."""
        with suppress(TimeoutError):
            while self._may_grow():
                self._has_come.clear()
                async with asyncio.timeout(_PAUSE_S):
                    await self._has_come.wait()

    def _may_grow(self) -> bool:
        if self._is_over or len(self._waiting) >= _MOST:
            return False
        return all(one.more_follow for one in self._waiting)

    async def _one_group(self) -> None:
        begun: list[_Waiting[Item]] = []
        # A smaller one is done sooner, should it give way no more.
        most = 1 if self._times_it_gave_way else _MOST
        gives_way = self._times_it_gave_way < _MOST_TIMES
        try:
            await self._writer.write(
                lambda sql: self._work(sql, self._taken(begun, most)), gives_way=gives_way
            )
        except GaveWay:
            self._waiting.extendleft(reversed(begun))
            self._times_it_gave_way += 1
        except Exception as error:  # noqa: BLE001  (each caller is told)
            for waiting in begun or [self._waiting.popleft()]:
                waiting.end(error)
        else:
            self._times_it_gave_way = 0
            for waiting in begun:
                waiting.end()

    def _taken(self, begun: list[_Waiting[Item]], most: int) -> Iterator[Item]:
        """On the connection's thread: `most` of what waits, or until somebody else does."""
        while self._waiting and len(begun) < most and not (begun and self._writer.is_wanted):
            begun.append(self._waiting.popleft())
            yield begun[-1].item
