"""Work that goes on while the next is got ready."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class OneBehind:
    """Runs work in order; two pieces at most are under way, and none is once it is left.

    What a piece raises, the next `begin` raises, or the end.
    """

    def __init__(self) -> None:
        self._last: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._last is None:
            return
        await asyncio.wait({self._last})
        # Of two that failed, the first is told.
        if self._last.cancelled() or self._last.exception() is None or kind is not None:
            return
        self._last.result()

    async def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work`; returns when what was begun before has ended."""
        before, self._last = self._last, asyncio.create_task(work)
        if before is not None:
            await before
