"""Checkpoints: what the WAL holds is copied into the file while others go on writing.

SQLite makes them in the COMMIT that comes after so many pages, and whoever commits waits for the copy
and for the disk: tens of milliseconds, of a key too. One that is passive stops neither readers nor
the writer (https://www.sqlite.org/wal.html#ckpt), so it has a thread and a connection of its own.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from sqlcipher3 import dbapi2

from tui_mailer.backend.store.connection import WAL_BYTES, Sql
from tui_mailer.threads import stand_behind


class Checkpoints:
    """Makes one when the WAL is large enough; nothing is open and nothing runs in between."""

    def __init__(self, file: Path, connect: Callable[[], Sql]) -> None:
        """`connect` opens `file` once more."""
        self._wal = file.with_name(f"{file.name}-wal")
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, "checkpoints", initializer=stand_behind)
        self._running: asyncio.Future[None] | None = None
        self._is_over = False

    def look(self) -> None:
        """Something was written; returns at once."""
        if not self._is_over and (self._running is None or self._running.done()):
            loop = asyncio.get_running_loop()
            self._running = loop.run_in_executor(self._thread, self._make_if_due)

    async def idle(self) -> None:
        """Wait until none is under way."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def ended(self) -> None:
        """Wait until none is under way; none is made any more."""
        self._is_over = True
        await self.idle()
        self._thread.shutdown()

    def _make_if_due(self) -> None:
        # What one could not do (the disk is full), the next one does: the WAL has it all.
        with suppress(OSError, dbapi2.Error):
            if self._wal.stat().st_size > WAL_BYTES:
                with closing(self._connect()) as sql:
                    sql.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
