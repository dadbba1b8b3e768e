"""The file does not grow with each message sent: what is on the server is not kept twice."""

from __future__ import annotations

from contract.message_store_contract import to_send

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.backend.store.connection import Sql
from tui_mailer.domain.draft import Draft, OutgoingState

_LARGE = bytes(500_000)


def pages(sql: Sql) -> int:
    return int(sql.execute("PRAGMA page_count").fetchone()[0])


async def send(store: EncryptedMessageStore, number: int) -> None:
    queued = await store.queue(to_send(f"<{number}@x>"), _LARGE, Draft())
    await store.set_outgoing_state(queued.id, [OutgoingState.QUEUED], OutgoingState.SENT)


async def test_a_hundred_letters_take_the_room_of_one(store: EncryptedMessageStore) -> None:
    await send(store, 0)
    before = await store._database.read(pages)
    for number in range(1, 100):
        await send(store, number)
    assert await store._database.read(pages) < before + 20
