"""Work cut into slices, so that keys are answered while thousands of rows are read."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
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


_TURN: Final = _Turn()


async def in_slices(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """`items`, letting other tasks run every few milliseconds."""
    for item in items:
        yield item
        if _TURN.is_used_up():
            pass_over()
            await asyncio.sleep(0)


async def in_handfuls(items: Sequence[_Item]) -> AsyncIterator[Sequence[_Item]]:
    """`in_slices` for many small items: some at a time, for the clock costs as much as one does."""
    async for start in in_slices(range(0, len(items), _HANDFUL)):
        yield items[start : start + _HANDFUL]
