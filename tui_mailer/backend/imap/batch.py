"""Descriptions of many messages, some with each command: asked for, on their way, read."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, TypeVar

from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.sets import MAX_CHARACTERS, uid_set
from tui_mailer.domain.message import RemoteMessage

Responses = Sequence[RawResponse]
Described = Mapping[int, RemoteMessage]

# A list shows with the first. Each command and each transaction costs something, so the batches
# grow; what is urgent waits for one, so they grow on a quick line only. Some eight are in memory at
# a time, from the answer to the transaction.
_FIRST: Final = 50
_MOST: Final = 1_500
_QUICK_S: Final = 0.4
_VERY_QUICK_S: Final = 0.1
_SLOW_S: Final = 1.5

_Result = TypeVar("_Result")


class Sizes:
    """Takes UIDs off a list, in its order: as many as the line has shown that it brings soon."""

    def __init__(self, uids: Sequence[int]) -> None:
        self._uids = uids
        self._position = 0
        self._size = _FIRST

    def take(self) -> Sequence[int]:
        """The UIDs for the next command; none at the end."""
        taken = self._uids[self._position : self._position + self._size]
        while len(uid_set(taken)) > MAX_CHARACTERS:
            taken = taken[: len(taken) // 2]
        self._position += len(taken)
        return taken

    def came_in(self, seconds: float) -> None:
        """So long the last batch was on its way."""
        if seconds < _QUICK_S:
            self._size = min((4 if seconds < _VERY_QUICK_S else 2) * self._size, _MOST)
        elif seconds > _SLOW_S:
            self._size = max(self._size // 2, _FIRST)


class Batch:
    """One command: its answer is read as soon as it is here, whoever waits for it."""

    def __init__(
        self,
        uids: Sequence[int],
        fetching: "asyncio.Task[Responses]",
        reading: "asyncio.Task[Described]",
    ) -> None:
        self.uids = uids
        self._fetching = fetching
        self._reading = reading
        self._clock = asyncio.get_running_loop().time
        self._asked_at = self._clock()
        self._here_at = self._asked_at
        fetching.add_done_callback(self._is_here)

    @classmethod
    async def ask(
        cls,
        uids: Sequence[int],
        fetch: Coroutine[Any, Any, Responses],
        read: Callable[[Responses], Coroutine[Any, Any, Described]],
    ) -> "Batch":
        """Send the command; it has its place on the line when this returns."""
        fetching = await _under_way(fetch)

        async def reading() -> Described:
            return await read(await fetching)

        return cls(uids, fetching, await _under_way(reading()))

    def _is_here(self, _: object) -> None:
        self._here_at = self._clock()

    async def arrival(self) -> float:
        """Wait until the line is free again; the seconds since it was asked."""
        await self._fetching
        return self._here_at - self._asked_at

    async def described(self) -> Sequence[RemoteMessage]:
        """The messages in the order asked for, without those that are gone."""
        found = await self._reading
        return [found[uid] for uid in self.uids if uid in found]

    def cancel(self) -> None:
        """Nobody waits any more."""
        self._reading.cancel()
        self._fetching.cancel()


async def _under_way(work: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
    """A task that has had its turn: the next command waits behind it."""
    task = asyncio.create_task(work)
    # Nobody may be left to ask for it: what ended the line is told to the next command.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    await asyncio.sleep(0)
    return task
