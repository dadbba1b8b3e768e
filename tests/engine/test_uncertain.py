"""A message whose sending is in doubt has left once a report names it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import COLLEAGUE, World, opened, states, until_online
from engine_helpers import letter
from fakes.mail_server import FakeSubmission
from mime import report_corpus as corpus

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import DeliveryUncertain
from tui_mailer.domain.events import FateLearnt
from tui_mailer.domain.folder import FolderRole
from tui_mailer.engine.outbox import Outbox


def bounce(message_id: str) -> bytes:
    raw = corpus.postfix(5, corpus.REFUSALS[0], COLLEAGUE)
    return raw.replace(corpus.sent_id(5).encode(), message_id.encode())


async def test_it_has_left_when_a_report_names_it_and_no_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.submission.faults = [DeliveryUncertain(), DeliveryUncertain()]
    async with opened(world, poll_s=0.05) as office:
        await until_online(office)
        one = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        other = await office.engine.writing.send(letter(COLLEAGUE, "Autre avis"))
        await office.until_outgoing(other, OutgoingState.UNCERTAIN)
        world.mailbox.deliver(bounce(one.message_id))
        await office.until_outgoing(one, OutgoingState.SENT)
        assert [o.id for o in await office.engine.outbox.unsettled()] == [other.id]
        await office.until_row(await office.view(FolderRole.SENT), "Avis")
    assert world.submission.accepted == []


class SlowToAnswer(FakeSubmission):
    """The report is there before the server's answer is given up."""

    office: Any
    mailbox: Any

    async def submit(self, *_: Any, **__: Any) -> Any:
        (outgoing,) = await self.office.engine.outbox.unsettled()
        self.mailbox.deliver(bounce(outgoing.message_id))
        await self.office.until(
            lambda: any(isinstance(event, FateLearnt) for event in self.office.events)
        )
        raise DeliveryUncertain


async def test_so_it_has_when_the_report_came_first(tmp_path: Path) -> None:
    world = World(tmp_path, submission=SlowToAnswer())
    world.submission.mailbox = world.mailbox
    async with opened(world, poll_s=0.05) as office:
        world.submission.office = office
        await until_online(office)
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        await office.until_outgoing(outgoing, OutgoingState.SENT)
        assert states(office) == ["queued", "sending", "uncertain", "copy_missing", "sent"]


async def test_so_it_has_when_the_program_ended_once_the_report_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.submission.faults = [DeliveryUncertain()]
    is_kept = asyncio.Event()

    async def reported(*_: object) -> None:
        is_kept.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as ended:
        ended.setattr(Outbox, "reported", reported)
        async with opened(world, poll_s=0.05) as office:
            await until_online(office)
            outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
            await office.until_outgoing(outgoing, OutgoingState.UNCERTAIN)
            world.mailbox.deliver(bounce(outgoing.message_id))
            await is_kept.wait()
    async with opened(world) as back:
        await back.until_outgoing(outgoing, OutgoingState.SENT)
    assert world.submission.accepted == []
