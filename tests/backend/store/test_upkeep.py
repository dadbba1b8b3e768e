"""What can wait is done a little at a time, at nobody's cost; as merging the text index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Event

from backend.store.handling import COUNT, added, allow_pages, found, until_tidy
from contract.message_store_contract import INBOX, letter, with_folders

from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener
from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.upkeep import Upkeep
from tui_mailer.domain.account import Account
from tui_mailer.domain.message import FolderView

_BATCHES, _BATCH = 12, 400


def segments(sql: Sql) -> int:
    query = "SELECT count(DISTINCT segid) FROM message_text_idx"
    return int(sql.execute(query).fetchone()[0])


async def count_segments(store: EncryptedMessageStore) -> int:
    return await store._database.read(segments)


async def fill(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    for first in range(0, _BATCHES * _BATCH, _BATCH):
        uids = range(first + 1, first + 1 + _BATCH)
        await added(store, inbox, [letter(uid, f"Dossier {uid:06} revu") for uid in uids])


async def test_segments_are_merged_when_no_more_is_coming_and_the_same_is_found(
    store: EncryptedMessageStore,
) -> None:
    await fill(store)
    assert await count_segments(store) == _BATCHES
    before = [await found(store, text) for text in ("dossier", "000123", "revu")]
    store.settle()
    store.settle()
    await until_tidy(store)
    assert await count_segments(store) == 1
    assert [await found(store, text) for text in ("dossier", "000123", "revu")] == before
    assert before[1] == [123]


async def test_another_transaction_waits_for_a_piece_and_not_for_the_end(
    store: EncryptedMessageStore,
) -> None:
    await fill(store)
    store.settle()
    await asyncio.sleep(0)
    assert await store._database.write(segments) > 1
    await until_tidy(store)


async def test_closing_does_not_wait_for_the_end_and_the_next_time_goes_on(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    first = await opener.open(account, passphrase)
    await fill(first)
    first.settle()
    await asyncio.sleep(0)
    await first.close()
    first.settle()
    again = await opener.open(account, passphrase)
    assert await count_segments(again) > 1
    assert await found(again, "000123") == [123]
    again.settle()
    await until_tidy(again)
    assert await count_segments(again) == 1
    await again.close()


async def test_a_full_disk_leaves_the_index_as_it_was(store: EncryptedMessageStore) -> None:
    await fill(store)
    await allow_pages(store, 1)
    store.settle()
    await until_tidy(store)
    assert await count_segments(store) > 1
    assert await found(store, "000123") == [123]
    await allow_pages(store, 1_000_000)
    store.settle()
    await until_tidy(store)
    assert await count_segments(store) == 1


async def test_what_comes_by_ones_is_merged_as_it_comes(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    for uid in range(1, 41):
        await store.add_messages(inbox, [letter(uid, f"Dossier {uid:06} revu")])
        (row,) = await store.rows(FolderView(inbox), 0, 1)
        await store.save_content(row.id, b"x", "texte")
        await until_tidy(store)
    # Three at most of each size: of some messages, of four times as many, and so on.
    assert await count_segments(store) <= 3 * 4
    assert await found(store, "000023 texte") == [23]


async def test_nothing_is_done_while_batches_are_written(store: EncryptedMessageStore) -> None:
    done: list[bool] = []
    database = store._database

    def slowly(sql: Sql, items: Iterator[int]) -> None:
        for _ in items:
            sql.execute(COUNT.format(200_000)).fetchall()

    def piece(_: Sql) -> bool:
        done.append(group._is_running)
        return len(done) < 3

    group = database.in_groups(slowly)
    upkeep = database.in_pieces(piece)
    writes = [asyncio.create_task(group.write(number, more_follow=True)) for number in range(8)]
    await asyncio.sleep(0)
    upkeep.begin()
    await asyncio.gather(*writes)
    assert done == []
    assert upkeep._running is not None
    async with asyncio.timeout(30):
        await upkeep._running
    assert done == [False, False, False]


async def test_closing_does_not_wait_for_those_it_waits_for(store: EncryptedMessageStore) -> None:
    done: list[Sql] = []

    def piece(sql: Sql) -> bool:
        done.append(sql)
        return False

    upkeep = Upkeep(store._database._writer, piece, lambda: True)
    upkeep.begin()
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await upkeep.ended()
    upkeep.begin()
    assert done == []
    assert upkeep._running is not None
    assert upkeep._running.done()


async def test_a_piece_is_broken_off_for_whoever_wants_to_write_and_done_after_it(
    store: EncryptedMessageStore,
) -> None:
    tries: list[int] = []
    begun = Event()

    def piece(sql: Sql) -> bool:
        tries.append(1)
        begun.set()
        if len(tries) == 1:  # hours, were it not broken off
            sql.execute(COUNT.format(10**12)).fetchall()
        sql.execute("INSERT INTO done VALUES (1)")
        return False

    await store._database.execute("CREATE TABLE done (number INTEGER) STRICT")
    upkeep = store._database.in_pieces(piece)
    upkeep.begin()
    await asyncio.to_thread(begun.wait, 10)
    async with asyncio.timeout(60):
        assert await store._database.write(segments) == 0
        assert upkeep._running is not None
        await upkeep._running
    assert len(tries) == 2
    assert await store._database.fetch_all("SELECT number FROM done") == [(1,)]
