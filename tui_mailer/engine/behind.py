"""Work that goes on while the next is got ready."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class Behind:
    """Runs pieces of work that begin in order, some at a time; none is under way once it is left.

    What a piece raises, a later `begin` raises, or the end.
    """

    def __init__(self, most: int) -> None:
        """`most` pieces are under way when `begin` returns."""
        self._most = most
        self._begun: deque[asyncio.Task[None]] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._begun:
            await asyncio.wait(self._begun)
        # Looked at, whoever is told: of several that failed, the first is.
        errors = [piece.exception() for piece in self._begun if not piece.cancelled()]
        first = next(filter(None, errors), None)
        if first is not None and kind is None:
            raise first

    async def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin `work`; returns when few enough are under way."""
        self._begun.append(asyncio.create_task(work))
        while len(self._begun) > self._most:
            await asyncio.wait({self._begun[0]})
            self._begun.popleft().result()
