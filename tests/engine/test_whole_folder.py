"""What is done to a whole folder goes to the server in parts, and holds nothing up here."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.action import ActionKind
from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags
from tui_mailer.engine import replay

BATCH = 2


@pytest.mark.parametrize("refused_from", [0, 1, 9])
async def test_marks_and_removals_of_a_whole_folder_go_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_from: int
) -> None:
    """What the server took before it refused is done; the rest is said."""
    monkeypatch.setattr(replay, "_BATCH", BATCH)
    world = World(tmp_path)
    world.mailbox.add_folder("Corbeille", FolderRole.TRASH)
    for number in range(5):
        world.mailbox.deliver(letter(f"n° {number}"))
        world.mailbox.deliver(letter(f"n° {number}"), "Corbeille")
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        inbox, trash = await office.inbox(), await office.view(FolderRole.TRASH)
        kept = [row.id for row in await office.rows(inbox)]
        removed = [row.id for row in await office.rows(trash)]
    async with opened(world, start=False) as away:
        await away.engine.actions.mark(kept, ActionKind.READ)
        await away.engine.actions.expunge(removed)
    parts: dict[str, list[int]] = {}

    def in_parts(name: str) -> None:
        usual = getattr(FakeMailServer, name)

        async def heard(server: FakeMailServer, uids: Sequence[int], *rest: Any) -> None:
            parts.setdefault(name, []).append(len(uids))
            if len(parts[name]) > refused_from:
                raise CommandRefused
            await usual(server, uids, *rest)

        monkeypatch.setattr(FakeMailServer, name, heard)

    in_parts("change_flags")
    in_parts("expunge")
    sorting: list[threading.Thread] = []
    by_effect = replay._by_effect

    def noting(changes: Any) -> Any:
        sorting.append(threading.current_thread())
        return by_effect(changes)

    monkeypatch.setattr(replay, "_by_effect", noting)
    async with opened(world, poll_s=3600.0) as back:
        await until_online(back)
        counts = [event.count for event in back.events if isinstance(event, ActionNotDone)]
        shown = [row.flags for row in await back.rows(await back.inbox())]
    left = max(5 - BATCH * refused_from, 0)
    assert counts == [2 * left] * (left > 0)
    assert parts == dict.fromkeys(("change_flags", "expunge"), [2, 2, 1][: refused_from + 1])
    assert threading.main_thread() not in sorting
    there = world.mailbox.folders
    unread = [m for m in there["INBOX"].messages.values() if Flags.SEEN not in m.flags]
    assert len(unread) == shown.count(Flags.NONE) == len(there["Corbeille"].messages) == left
