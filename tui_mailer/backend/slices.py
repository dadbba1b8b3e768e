"""Work cut into slices, so that keys are answered while thousands of rows are read."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import Final, TypeVar

_SLICE_S: Final = 0.004

_Item = TypeVar("_Item")


async def in_slices(items: Iterable[_Item]) -> AsyncIterator[_Item]:
    """`items`, letting other tasks run every few milliseconds."""
    slice_ends_at = time.perf_counter() + _SLICE_S
    for item in items:
        yield item
        if time.perf_counter() > slice_ends_at:
            await asyncio.sleep(0)
            slice_ends_at = time.perf_counter() + _SLICE_S
