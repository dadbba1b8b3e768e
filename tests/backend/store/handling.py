"""What several tests do with a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.domain.message import RemoteMessage, SearchView
from tui_mailer.domain.search import parse

COUNT = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT max(i) FROM n"
)
"""A statement that takes as long as one wants."""


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


async def found(store: EncryptedMessageStore, text: str) -> list[int]:
    """UIDs of what a search finds, ten at most."""
    view = SearchView(parse(text, date(2026, 3, 10)))
    return [row.uid for row in await store.rows(view, 0, 10)]


async def allow_pages(store: EncryptedMessageStore, pages: int) -> None:
    """Let the file grow to so many pages; with 1 the disk is full: SQLite takes what there is."""
    pragma = f"PRAGMA max_page_count = {pages}"
    await store._database._writer.run(lambda sql: sql.execute(pragma).fetchall())
