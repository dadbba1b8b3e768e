"""After much came, it is told once the store has followed it up: names are known that were not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.domain.events import FoldersChanged
from tui_mailer.engine import sync


async def test_the_screen_hears_when_what_came_is_followed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "_MUCH", 5)
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(EncryptedMessageStore, "settle", lambda _, at_end: ends.append(at_end))
    world = World(tmp_path)
    for number in range(5):
        world.mailbox.deliver(letter(f"n° {number}"))
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        (at_end,) = ends
        told = [event for event in office.events if isinstance(event, FoldersChanged)]
        at_end()
        told_again = [event for event in office.events if isinstance(event, FoldersChanged)]
        assert len(told_again) == len(told) + 1
