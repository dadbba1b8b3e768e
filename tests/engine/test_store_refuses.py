"""A disk that is full for days: no login every few seconds, and all is there once there is room."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import World, letter, opened, until_online

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.domain.errors import StoreFull
from tui_mailer.domain.events import ConnectivityChanged
from tui_mailer.engine import worker


async def test_the_server_is_asked_less_and_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_STORE_FIRST_S", 0.05)
    world, is_full = World(tmp_path), True
    add_messages: Any = EncryptedMessageStore.add_messages

    async def refused(*arguments: Any, **more: Any) -> None:
        if is_full:
            raise StoreFull
        await add_messages(*arguments, **more)

    async with opened(world, second_chance_s=0.02, poll_s=0.2) as office:
        await until_online(office)
        monkeypatch.setattr(EncryptedMessageStore, "add_messages", refused)
        logged_in = world.connector.connection_count
        world.mailbox.deliver(letter("Résultat"))
        await asyncio.sleep(2.0)
        assert world.connector.connection_count < logged_in + 20
        told = [e.error for e in office.events if isinstance(e, ConnectivityChanged)]
        assert any(isinstance(error, StoreFull) for error in told)
        is_full = False
        office.engine.reconnect()
        await office.until_row(await office.inbox(), "Résultat")
