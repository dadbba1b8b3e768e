"""A sent message whose copy finds no place on the server: it is said why, and the next one is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from engine_fakes import COLLEAGUE, World, opened, until_online
from engine_helpers import letter
from fakes.mail_server import FakeMailServer

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import OutgoingChanged
from tui_mailer.domain.folder import FolderRole, FolderState


async def refuse(*_: object, **__: object) -> str:
    raise CommandRefused("NO [NOPERM] Permission denied")


async def test_a_folder_that_may_not_be_made_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeMailServer, "create_folder", refuse)
    world = World(tmp_path)
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        await office.until(
            lambda: any(
                isinstance(event, OutgoingChanged) and event.error is not None
                for event in office.events
            )
        )
        (kept,) = await office.engine.outbox.unsettled()
        assert (kept.id, kept.state) == (outgoing.id, OutgoingState.COPY_MISSING)
        assert "NOPERM" in kept.server_words
        assert "bien parti" in kept.explanation


async def test_a_folder_that_does_not_open_holds_up_no_other_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.mailbox.add_folder("Envoyés", FolderRole.SENT)
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        open_folder, refused = FakeMailServer.open_folder, list[str]()

        async def _open(server: FakeMailServer, name: str) -> FolderState:
            if name == "Envoyés" and not refused:
                refused.append(name)
                raise CommandRefused("NO [UNAVAILABLE] busy")
            return await open_folder(server, name)

        monkeypatch.setattr(FakeMailServer, "open_folder", _open)
        first = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        await office.until(
            lambda: any(
                isinstance(event, OutgoingChanged) and event.error is not None
                for event in office.events
            )
        )
        office.engine.synchronise()
        await office.until_outgoing(first, OutgoingState.SENT)
        assert len(world.mailbox.folders["Envoyés"].messages) == 1
