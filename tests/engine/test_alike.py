"""Messages that nothing tells apart: none is taken for another and removed in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from engine_fakes import World, letter, opened, until_online
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import ActionNotDone


def unnamed(subject: str) -> bytes:
    """As some devices write: many a second, and no Message-ID."""
    lines = letter(subject).splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"Message-ID"))


@pytest.mark.parametrize("done", ["first moved", "second moved", "first copied", "second copied"])
async def test_a_move_that_was_half_done_loses_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: str
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Labo")
    uids = {which: world.mailbox.deliver(unnamed(which)) for which in ("first ", "second")}
    one = uids[done[:6]]
    usual = FakeMailServer.move

    async def move(server: FakeMailServer, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        inbox = world.mailbox.folders["INBOX"].messages
        message = inbox[one]
        await usual(server, [one], folder)
        if "copied" in done:
            inbox[one] = message
        raise CommandRefused("NO")

    monkeypatch.setattr(FakeMailServer, "move", move)
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        inbox = await office.inbox()
        rows = await office.rows(inbox)
        (labo,) = [f for f in await office.engine.reading.folders() if f.name == "Labo"]
        await office.engine.actions.move([row.id for row in rows], labo.id)
        await office.until(lambda: any(isinstance(event, ActionNotDone) for event in office.events))
    there = [m.content for f in world.mailbox.folders.values() for m in f.messages.values()]
    assert set(there) == {unnamed("first "), unnamed("second")}
    assert len(there) == (3 if "copied" in done else 2)
