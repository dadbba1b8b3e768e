"""Waiting for what follows once messages are in a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.domain.message import RemoteMessage


async def added(
    store: EncryptedMessageStore, folder_id: int, messages: Sequence[RemoteMessage]
) -> None:
    """Add messages; all that follows is done when this returns."""
    await store.add_messages(folder_id, messages)
    await until_tidy(store)


async def until_tidy(store: EncryptedMessageStore) -> None:
    """Wait until the store has nothing left to do by itself."""
    running = store._upkeep._running
    assert running is not None
    async with asyncio.timeout(30):
        await running
