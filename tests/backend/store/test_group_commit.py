"""Transactions that wait for each other anyway are committed as one; others do not wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from backend.store.handling import COUNT

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.group_commit import GroupCommit

Piece = Callable[[Sql], None]


def run(sql: Sql, pieces: Iterator[Piece]) -> None:
    for piece in pieces:
        piece(sql)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "x.db", bytes(32))
    await opened.execute("CREATE TABLE line (number INTEGER) STRICT")
    yield opened
    await opened.close()


@pytest.fixture
def group(database: Database) -> GroupCommit[Piece]:
    return database.in_groups(run)


class Transactions:
    """The numbers that each transaction wrote, in order."""

    def __init__(self, sql: Sql) -> None:
        self.written: list[list[int]] = []
        sql.set_trace_callback(self._trace)

    def _trace(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self.written.append([])

    def line(self, number: int, gate: Event | None = None) -> Piece:
        def work(sql: Sql) -> None:
            if gate is not None:
                assert gate.wait(10)
            sql.execute("INSERT INTO line VALUES (?)", (number,))
            self.written[-1].append(number)

        return work


@pytest.fixture
async def transactions(database: Database) -> Transactions:
    return await database._writer.run(Transactions)


async def begun(transactions: Transactions, count: int) -> None:
    while len(transactions.written) < count:
        await asyncio.sleep(0.001)


async def under_way(
    group: GroupCommit[Piece], gate: Event, transactions: Transactions
) -> asyncio.Task[None]:
    """A first piece that holds the connection until `gate` opens."""
    first = asyncio.create_task(group.write(transactions.line(1, gate)))
    await begun(transactions, 1)
    return first


async def numbers(database: Database) -> list[int]:
    return [row[0] for row in await database.fetch_all("SELECT number FROM line ORDER BY rowid")]


async def test_pieces_that_wait_anyway_share_a_transaction_three_at_most(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    gate = Event()
    first = await under_way(group, gate, transactions)
    others = [asyncio.create_task(group.write(transactions.line(number))) for number in range(2, 7)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *others)
    assert transactions.written == [[1, 2, 3], [4, 5, 6]]
    assert await numbers(database) == [1, 2, 3, 4, 5, 6]


async def test_another_transaction_waits_for_one_piece_only(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    gate = Event()
    first = await under_way(group, gate, transactions)
    second = asyncio.create_task(group.write(transactions.line(2)))
    third = asyncio.create_task(group.write(transactions.line(3)))
    mine = asyncio.create_task(database.write(transactions.line(100)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, second, third, mine)
    assert transactions.written == [[1], [100], [2, 3]]


_WITHOUT_END = COUNT.format(10**15)
_LONG = COUNT.format(100_000)


class Endless:
    """A piece that comes to an end only when it was broken off so many times, and then at `gate`."""

    def __init__(self, transactions: Transactions, times: int, gate: Event | None = None) -> None:
        self._line = transactions.line(1, gate)
        self._times = times

    def __call__(self, sql: Sql) -> None:
        if self._times:
            self._times -= 1
            sql.execute(_WITHOUT_END).fetchone()
        self._line(sql)
        sql.execute(_LONG).fetchone()


async def test_a_group_is_broken_off_for_another_transaction_and_done_after_it(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    pieces: list[Piece] = [Endless(transactions, times=1)]
    pieces += [transactions.line(number) for number in range(2, 6)]
    written = [asyncio.create_task(group.write(piece)) for piece in pieces]
    await begun(transactions, 1)
    await database.write(transactions.line(100))
    await asyncio.gather(*written)
    assert transactions.written == [[], [100], [1], [2, 3, 4], [5]]
    assert await numbers(database) == [100, 1, 2, 3, 4, 5]


async def test_a_group_that_gave_way_twice_is_done_whatever_waits(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    gate = Event()
    written = asyncio.create_task(group.write(Endless(transactions, times=2, gate=gate)))
    for number, count in ((100, 1), (101, 3)):
        await begun(transactions, count)
        await database.write(transactions.line(number))
    await begun(transactions, 5)
    waiting = asyncio.create_task(database.write(transactions.line(102)))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(written, waiting)
    assert transactions.written == [[], [100], [], [101], [1], [102]]


async def test_a_piece_that_fails_undoes_its_group_and_each_caller_is_told(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    def fail(_: Sql) -> None:
        raise LookupError

    gate = Event()
    first = await under_way(group, gate, transactions)
    second = asyncio.create_task(group.write(fail))
    await asyncio.sleep(0)
    gate.set()
    told = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(error) for error in told] == [LookupError, LookupError]
    assert await numbers(database) == []
    await group.write(transactions.line(3))
    assert await numbers(database) == [3]


async def test_a_transaction_that_cannot_begin_is_told(
    database: Database, group: GroupCommit[Piece]
) -> None:
    await database._writer.run(lambda sql: sql.execute("BEGIN"))
    with pytest.raises(Exception, match="transaction"):
        await group.write(lambda _: None)
    await database._writer.run(lambda sql: sql.execute("ROLLBACK"))


async def test_a_caller_that_is_cancelled_takes_nobody_along(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    gate = Event()
    first = await under_way(group, gate, transactions)
    second = asyncio.create_task(group.write(transactions.line(2)))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    await second
    assert first.cancelled()
    assert await numbers(database) == [1, 2]


@pytest.fixture
def for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_mailer.backend.store.group_commit._PAUSE_S", 600.0)


@pytest.mark.usefixtures("for_ever")
async def test_pieces_that_follow_one_another_are_gathered_while_nothing_is_written(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    several = [
        asyncio.create_task(group.write(transactions.line(number), more_follow=True))
        for number in range(1, 5)
    ]
    await several[2]
    assert transactions.written == [[1, 2, 3]]
    await group.write(transactions.line(5))  # the last one: nothing follows
    assert transactions.written == [[1, 2, 3], [4, 5]]
    assert await numbers(database) == [1, 2, 3, 4, 5]


async def test_a_piece_that_nothing_follows_after_all_is_written(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    await group.write(transactions.line(1), more_follow=True)
    assert await numbers(database) == [1]


@pytest.mark.usefixtures("for_ever")
async def test_another_transaction_does_not_wait_while_a_group_is_gathered(
    database: Database, group: GroupCommit[Piece], transactions: Transactions
) -> None:
    gathered = asyncio.create_task(group.write(transactions.line(1), more_follow=True))
    await asyncio.sleep(0)
    await database.write(transactions.line(100))
    assert transactions.written == [[100]]
    await group.ended()
    await gathered
    assert transactions.written == [[100], [1]]


@pytest.mark.usefixtures("for_ever")
async def test_what_was_gathered_is_written_before_the_file_is_closed(tmp_path: Path) -> None:
    def insert(sql: Sql) -> None:
        sql.execute("INSERT INTO line VALUES (1)")

    opened = await Database.open(tmp_path / "y.db", bytes(32))
    await opened.execute("CREATE TABLE line (number INTEGER) STRICT")
    gathered = asyncio.create_task(opened.in_groups(run).write(insert, more_follow=True))
    await asyncio.sleep(0)
    await opened.close()
    await gathered
    again = await Database.open(tmp_path / "y.db", bytes(32))
    assert await numbers(again) == [1]
    await again.close()
