"""What the WAL holds is copied into the file beside the transactions, and in none of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event

import pytest
from sqlcipher3 import dbapi2

from tui_mailer.backend.store.checkpoints import Checkpoints
from tui_mailer.backend.store.connection import WAL_BYTES, Sql, connect
from tui_mailer.backend.store.database import Database

KEY = bytes(32)
MEGABYTE = 1_000_000
ENOUGH = WAL_BYTES // MEGABYTE + 2


class Written:
    """A database to which megabytes are written."""

    def __init__(self, file: Path, database: Database) -> None:
        self.file = file
        self.wal = file.with_name(f"{file.name}-wal")
        self.database = database

    @property
    def checkpoints(self) -> Checkpoints:
        return self.database._writer._checkpoints

    async def megabytes(self, count: int) -> None:
        for _ in range(count):
            await self.database.execute("INSERT INTO bulk VALUES (randomblob(?))", (MEGABYTE,))

    async def held(self) -> int:
        row = await self.database.fetch_one("SELECT count(*) FROM bulk")
        assert row is not None
        return int(row[0])


@pytest.fixture
async def written(tmp_path: Path) -> AsyncIterator[Written]:
    file = tmp_path / "x.db"
    database = await Database.open(file, KEY)
    await database.execute("CREATE TABLE bulk (bytes BLOB) STRICT")
    yield Written(file, database)
    await database.close()


async def test_what_was_written_comes_into_the_file_while_it_is_open(written: Written) -> None:
    before = written.file.stat().st_size
    await written.megabytes(ENOUGH)
    await written.checkpoints.idle()
    assert written.file.stat().st_size - before > WAL_BYTES * 0.9
    assert await written.held() == ENOUGH


async def test_little_is_left_in_the_wal(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint asks for the disk twice: not after each draft that is kept."""
    made = noted(written.checkpoints, monkeypatch)
    await written.megabytes(3)
    await written.checkpoints.idle()
    assert made == []


async def test_no_transaction_makes_one_and_the_wal_stays_short(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who writes much lets each of them end, and begins the WAL anew."""
    made = noted(written.checkpoints, monkeypatch)
    longest = 0
    for _ in range(4 * ENOUGH):
        await written.database._writer.write(one_megabyte, gives_way=True)
        longest = max(longest, written.wal.stat().st_size)
    assert 3 <= len(made) <= 4
    assert longest < WAL_BYTES + 3 * MEGABYTE


async def test_nobody_waits_for_a_checkpoint(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, has_begun = Event(), Event()
    opened = written.checkpoints._connect

    def slowly() -> Sql:
        has_begun.set()
        assert may_end.wait(30)
        return opened()

    monkeypatch.setattr(written.checkpoints, "_connect", slowly)
    await written.megabytes(ENOUGH)
    assert has_begun.wait(30)
    async with asyncio.timeout(30):
        await written.megabytes(1)
        assert await written.held() == ENOUGH + 1
    may_end.set()


async def test_one_that_fails_loses_nothing_and_is_made_after_the_next_transaction(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written.file.stat().st_size

    def failing() -> Sql:
        raise dbapi2.OperationalError("database or disk is full")

    with monkeypatch.context() as fault:
        fault.setattr(written.checkpoints, "_connect", failing)
        await written.megabytes(ENOUGH)
        await written.checkpoints.idle()
    assert written.checkpoints._running is not None
    assert written.checkpoints._running.exception() is None
    assert written.file.stat().st_size == before
    await written.megabytes(1)
    await written.checkpoints.idle()
    assert written.file.stat().st_size > before
    assert await written.held() == ENOUGH + 1


async def test_what_is_written_while_the_store_closes_is_kept(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "y.db", KEY)
    await database.execute("CREATE TABLE bulk (bytes BLOB) STRICT")
    writing = asyncio.create_task(database.write(one_megabyte))
    await asyncio.sleep(0)
    await database.close()
    await writing
    sql = connect(tmp_path / "y.db", KEY)
    assert sql.execute("SELECT count(*) FROM bulk").fetchone() == (1,)
    sql.close()


async def test_one_under_way_ends_before_the_file_is_closed(tmp_path: Path) -> None:
    file = tmp_path / "y.db"
    database = await Database.open(file, KEY)
    await database.execute("CREATE TABLE bulk (bytes BLOB) STRICT")
    await Written(file, database).megabytes(ENOUGH)
    await database.close()
    assert not file.with_name("y.db-wal").exists()
    sql = connect(file, KEY)
    assert sql.execute("SELECT count(*), sum(length(bytes)) FROM bulk").fetchone() == (
        ENOUGH,
        ENOUGH * MEGABYTE,
    )
    sql.close()


def one_megabyte(sql: Sql) -> None:
    sql.execute("INSERT INTO bulk VALUES (randomblob(?))", (MEGABYTE,))


def noted(checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each checkpoint from now on."""
    made: list[None] = []
    opened = checkpoints._connect

    def noting() -> Sql:
        made.append(None)
        return opened()

    monkeypatch.setattr(checkpoints, "_connect", noting)
    return made
