"""What was acknowledged is on the disk, encrypted, and stays there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from contract.message_store_contract import INBOX, letter, to_send, with_folders

from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener
from tui_mailer.backend.store.connection import Sql
from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.errors import StoreFull
from tui_mailer.domain.message import FolderView

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

WRITER = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from tui_mailer.backend.store import EncryptedStoreOpener, KeyDerivation
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.draft import Draft, Outgoing, OutgoingState
from tui_mailer.domain.safe_text import SafeText

NOW = datetime(2026, 3, 2, tzinfo=UTC)

async def write():
    host = Endpoint("mail.exemple.fr", 143)
    opener = EncryptedStoreOpener(Path(sys.argv[1]), KeyDerivation(1, 8, 1))
    store = await opener.open(Account(sys.argv[2], host, host), sys.argv[3])
    for number in itertools.count():
        kept = await store.save_draft(Draft(body=f"gardé {number}" * 500), NOW)
        print("draft", kept.id, number, flush=True)
        sent = await store.save_draft(Draft(body=f"à envoyer {number}"), NOW)
        message = Outgoing(0, f"<{number}@x>", SafeText(""), (), "", OutgoingState.QUEUED, NOW, 3)
        queued = await store.queue(message, b"%d" % number, sent)
        print("queued", queued.id, number, flush=True)

asyncio.run(write())
"""


def start(command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_what_was_acknowledged_survives_a_killed_process(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "boîtes"), account.address, passphrase]
    with start(command) as writer:
        assert writer.stdout is not None
        lines = [await asyncio.to_thread(writer.stdout.readline) for _ in range(100)]
        writer.kill()
        lines += writer.stdout.read().splitlines(keepends=True)
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    store = await opener.open(account, passphrase)
    for kind, local_id, number in acknowledged:
        if kind == "draft":
            draft = await store.draft(int(local_id))
            assert draft is not None
            assert draft.body == f"gardé {number}" * 500
        else:
            assert await store.outgoing_content(int(local_id)) == number.encode()
    assert len(acknowledged) >= 100
    await store.close()


async def test_every_commit_waits_for_the_disk(store: EncryptedMessageStore) -> None:
    def settings(sql: Sql) -> tuple[str, int, int]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        mode, synchronous, keys = (sql.execute(f"PRAGMA {n}").fetchone()[0] for n in names)
        return mode, synchronous, keys

    full = 2
    assert await store._database.write(settings) == ("wal", full, 1)


async def test_nothing_is_on_the_disk_in_clear(
    store: EncryptedMessageStore, tmp_path: Path
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1, "MARQUEUR")])
    (row,) = await store.rows(FolderView(inbox), 0, 1)
    await store.save_content(row.id, b"MARQUEUR" * 1_000, "MARQUEUR")
    draft = await store.save_draft(Draft(body="MARQUEUR"), NOON)
    await store.queue(to_send(), b"MARQUEUR", draft)

    def on_disk() -> bytes:
        return b"".join(file.read_bytes() for file in (tmp_path / "boîtes").iterdir())

    while_open = on_disk()
    await store.close()
    for found in (while_open, on_disk()):
        assert len(found) > 50_000
        for clear in (b"MARQUEUR", b"marqueur", b"mssante", b"CREATE TABLE", b"SQLite"):
            assert clear not in found


async def test_a_full_disk_is_said_and_loses_nothing(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1)])
    kept = await store.save_draft(Draft(body="gardé"), NOON)
    await _limit_pages(store, 0)
    too_long = Draft(id=kept.id, body="x" * 1_000_000)
    with pytest.raises(StoreFull):
        await store.save_draft(too_long, NOON)
    with pytest.raises(StoreFull):
        await store.queue(to_send(), b"x" * 1_000_000, kept)
    with pytest.raises(StoreFull):
        await store.add_messages(inbox, [letter(uid) for uid in range(2, 2_000)])
    assert await store.drafts() == [kept]
    assert await store.outbox() == []
    assert await store.count(FolderView(inbox)) == 1
    await _limit_pages(store, 1_000_000)
    saved = await store.save_draft(too_long, NOON)
    assert await store.draft(kept.id) == saved


async def test_queueing_is_all_or_nothing(store: EncryptedMessageStore) -> None:
    draft = await store.save_draft(Draft(body="texte"), NOON)

    def break_the_last_step(sql: Sql) -> None:
        sql.execute(
            "CREATE TEMP TRIGGER broken BEFORE DELETE ON main.draft"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )

    await store._database.write(break_the_last_step)
    with pytest.raises(Exception, match="no"):
        await store.queue(to_send(), b"bytes", draft)
    assert await store.outbox() == []
    assert await store.drafts() == [draft]
    await store._database.execute("DROP TRIGGER broken")
    queued = await store.queue(to_send(), b"bytes", draft)
    assert await store.outgoing_content(queued.id) == b"bytes"


async def test_a_cancelled_call_is_done_or_not_begun(store: EncryptedMessageStore) -> None:
    draft = await store.save_draft(Draft(body="texte"), NOON)
    task = asyncio.create_task(store.queue(to_send(), b"bytes", draft))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await store.discard_draft(draft.id + 1)  # the next write waits for the one that was left
    assert len(await store.outbox()) + len(await store.drafts()) == 1


async def test_a_list_is_read_while_a_long_write_goes_on(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1)])
    may_end = threading.Event()

    def long_write(sql: Sql) -> bool:
        sql.execute("DELETE FROM message")
        return may_end.wait(timeout=30)

    writing = asyncio.create_task(store._database.write(long_write))
    async with asyncio.timeout(20):
        assert await store.count(FolderView(inbox)) == 1
        assert len(await store.rows(FolderView(inbox), 0, 5)) == 1
    assert not writing.done()
    may_end.set()
    assert await writing
    assert await store.count(FolderView(inbox)) == 0


async def test_states_of_the_outbox_survive(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    store = await opener.open(account, passphrase)
    for state in OutgoingState:
        await store.queue(to_send(f"<{state.value}@x>", state=state), b"", Draft())
    before = await store.outbox()
    await store.close()
    store = await opener.open(account, passphrase)
    assert await store.outbox() == before
    assert {held.state for held in before} == set(OutgoingState) - {OutgoingState.SENT}
    await store.close()


async def _limit_pages(store: EncryptedMessageStore, spare: int) -> None:
    def limit(sql: Sql) -> None:
        (used,) = sql.execute("PRAGMA page_count").fetchone()
        sql.execute(f"PRAGMA max_page_count = {used + spare}").fetchall()

    await store._database.write(limit)
