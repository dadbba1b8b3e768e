"""The thread below a connection has ended whenever the connection is not open.

aiosqlite 0.22.1 leaves it running for a moment after a failed connect; it then answers to an event
loop that may be closed.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tui_mailer.backend.store import StoreUnreachable
from tui_mailer.backend.store.connection import Connection
from tui_mailer.backend.store.database import Database


async def test_a_connection_that_could_not_be_opened_has_no_thread(tmp_path: Path) -> None:
    for _ in range(50):
        connection = Connection(tmp_path / "nulle part" / "x.db", bytes(32))
        with pytest.raises(StoreUnreachable):
            await connection.open()
        assert not connection._thread.is_alive()


async def test_a_transaction_that_fails_leaves_the_connection_usable(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "x.db", bytes(32))
    await connection.open()

    def fail(sql: object) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await connection.transact("BEGIN IMMEDIATE", fail)
    row = await connection.transact("BEGIN", lambda sql: sql.execute("SELECT 7").fetchone())
    assert row == (7,)
    await connection.close()


def niceness(_: object = None) -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


async def test_who_reads_for_the_screen_goes_before_who_writes(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.db", bytes(32))
    assert await database.read(niceness) == niceness()
    assert await database.write(niceness) > niceness()
    await database.close()
