"""The connection that writes."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tui_mailer.backend.store.checkpoints import Checkpoints
from tui_mailer.backend.store.connection import Connection, Sql, connect
from tui_mailer.threads import stand_behind

T = TypeVar("T")


class Writer(Connection):
    """Writes, and has the WAL looked at after each transaction."""

    def __init__(self, file: Path, key: bytes, *, cache_kib: int) -> None:
        super().__init__(file, key, cache_kib=cache_kib)
        self._checkpoints = Checkpoints(file, lambda: connect(file, key))

    async def open(self) -> None:
        """As `Connection.open`; the thread lets others go first."""
        await super().open()
        await self.run(lambda _: stand_behind())

    async def write(self, work: Callable[[Sql], T], *, gives_way: bool = False) -> T:
        """Run `work` in one transaction; once this returns, it survives a power cut.

        What `gives_way` lets a checkpoint end first: only a transaction that begins after it starts
        the WAL anew.

        Raises:
            GaveWay: it `gives_way`, and something else began to wait for the thread meanwhile.
        """
        if gives_way:
            await self._checkpoints.idle()
        result = await self.transact("BEGIN IMMEDIATE", work, gives_way=gives_way)
        self._checkpoints.look()
        return result

    async def close(self) -> None:
        """End the thread; the last connection to close folds the WAL into the file."""
        await self._checkpoints.ended()
        await super().close()
