"""Work cut into slices, so that keys are answered while thousands of rows are read."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeVar

from tui_mailer.memory import pass_over

_SLICE_S: Final = 0.003
# Of what takes some 10 µs each: far less than a slice.
_HANDFUL: Final = 16

_Item = TypeVar("_Item")


class _Turn:
    """A turn of the event loop, whose slice is for all that is cut into slices together."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slice_ends_at = 0.0

    def is_used_up(self) -> bool:
        if time.perf_counter() < self._slice_ends_at:
            return False
        loop = asyncio.get_running_loop()
        if loop is self._loop:
            return True
        self._loop, self._slice_ends_at = loop, time.perf_counter() + _SLICE_S
        loop.call_soon(self._end)
        return False

    def _end(self) -> None:
        self._loop, self._slice_ends_at = None, 0.0


class _Precedence:
    """Those who go first, and who waits meanwhile."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[asyncio.Future[None]] = []

    @contextmanager
    def taken(self) -> Iterator[None]:
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._let_on()

    async def given(self) -> None:
        while self._count:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    def _let_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)


_TURN: Final = _Turn()
_PRECEDENCE: Final = _Precedence()


def going_first() -> AbstractContextManager[None]:
    """While it is entered, what is cut into slices stands still between two of them.

    For what somebody waits for: its steps would each wait for a slice, and the processor.
    """
    return _PRECEDENCE.taken()


async def in_slices(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """`items`, letting other tasks run every few milliseconds."""
    for item in items:
        yield item
        if _TURN.is_used_up():
            pass_over()
            await asyncio.sleep(0)
            await _PRECEDENCE.given()


async def in_handfuls(items: Sequence[_Item]) -> AsyncIterator[Sequence[_Item]]:
    """`in_slices` for many small items: some at a time, for the clock costs as much as one does."""
    async for start in in_slices(range(0, len(items), _HANDFUL)):
        yield items[start : start + _HANDFUL]
