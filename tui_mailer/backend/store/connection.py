"""One SQLCipher connection on its own thread, and transactions as plain functions.

A transaction is a function of the raw connection, run whole on the connection's thread: one
thread hop however many statements, no other task between two of them, and a cancelled caller
leaves it done or not begun, never half.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

import aiosqlite
from sqlcipher3 import dbapi2

from tui_mailer.backend.store.failures import domain_errors
from tui_mailer.backend.store.values import indexed

Sql = sqlite3.Connection
"""What a transaction gets. SQLCipher's class has no types; it has the same methods."""

T = TypeVar("T")
Begin = Literal["BEGIN", "BEGIN IMMEDIATE"]

_CACHE_KIB = 6_144
WAL_BYTES: Final = 16 * 1024 * 1024
"""What the WAL grows to before a checkpoint, and is cut to after it.

Some batches of a first synchronisation write 2,000 pages, many of them again and again.
"""
# In the COMMIT itself, should `Checkpoints` not keep up: 64 MiB.
_LATEST_CHECKPOINT_PAGES = 16_000
_BUSY_TIMEOUT_S = 10.0
# Of SQLite's machine: some 2 ms.
_STEPS_BETWEEN_LOOKS = 20_000


class GaveWay(Exception):
    """A transaction was broken off for another one that waited; nothing of it was done."""


def connect(file: Path, key: bytes, *, cache_kib: int = _CACHE_KIB) -> Sql:
    """Open `file` with the raw 32-byte `key`, without reading it yet.

    The log level comes first: a wrong key would print over the interface. FULL: a draft that
    was acknowledged survives a power cut too, for one more fsync a transaction.
    """
    connection = cast(
        "Sql", dbapi2.connect(str(file), isolation_level=None, timeout=_BUSY_TIMEOUT_S)
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LATEST_CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
        connection.create_function("indexed", 1, indexed, deterministic=True)
    except BaseException:
        # The error's traceback holds it: the file would stay open for as long as that is kept.
        connection.close()
        raise
    return connection


class Connection(aiosqlite.Connection):
    """aiosqlite's thread and queue, made to run whole transactions."""

    def __init__(self, file: Path, key: bytes, *, cache_kib: int = _CACHE_KIB) -> None:
        super().__init__(lambda: connect(file, key, cache_kib=cache_kib), iter_chunk_size=64)
        # A close that was forgotten must not keep a dying process alive.
        self._thread.daemon = True

    async def open(self) -> None:
        """Start the thread and connect; on failure the thread has ended.

        aiosqlite 0.22.1 asks the thread to stop but does not wait, and the thread then answers
        to a closed event loop.
        """
        with domain_errors():
            try:
                await self
            except BaseException:
                await asyncio.shield(asyncio.to_thread(self._thread.join))
                raise

    @property
    def is_wanted(self) -> bool:
        """True while something waits for the thread."""
        return not self._tx.empty()

    async def transact(
        self, begin: Begin, work: Callable[[Sql], T], *, gives_way: bool = False
    ) -> T:
        """Run `work` in one transaction; it commits when `work` returns.

        Raises:
            GaveWay: it `gives_way`, and something else began to wait for the thread meanwhile.
        """
        if gives_way:
            work = partial(_giving_way, lambda: self.is_wanted, work)
        # A closure, because aiosqlite's debug log would show the arguments of a call.
        return await self.run(lambda sql: _in_transaction(sql, begin, work))

    async def run(self, work: Callable[[Sql], T]) -> T:
        """Run `work` on the thread, outside any transaction."""
        execute = cast("Callable[[Callable[[], T]], Awaitable[T]]", self._execute)
        with domain_errors():
            return await execute(lambda: work(self._conn))


def _giving_way(is_wanted: Callable[[], bool], work: Callable[[Sql], T], sql: Sql) -> T:
    """Run `work`, unless `is_wanted` meanwhile; the commit after it is not broken off."""
    gave_way = False

    def look() -> bool:
        nonlocal gave_way
        gave_way = is_wanted()
        return gave_way

    sql.set_progress_handler(look, _STEPS_BETWEEN_LOOKS)
    try:
        return work(sql)
    except dbapi2.OperationalError as error:
        raise (GaveWay() if gave_way else error) from None
    finally:
        sql.set_progress_handler(None, 0)


def _in_transaction(sql: Sql, begin: Begin, work: Callable[[Sql], T]) -> T:
    sql.execute(begin)
    try:
        result = work(sql)
        sql.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back by itself.
        if sql.in_transaction:
            sql.execute("ROLLBACK")
        raise
    return result
