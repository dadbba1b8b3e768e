"""A message is stopped, or the program ended, when the server has it already: it is sent once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import World, opened, until_online
from engine_helpers import Office, OpenOffice, letter
from fakes.mail_server import FakeSubmission
from faults.proxy import Fault, Kind, Towards
from faults.stage import BadLines
from faults.test_smtp_steps import arrived, arrives_once, ready, send
from servers.people import COLLEAGUE
from servers.practice import RealServers

from tui_mailer.backend.smtp import line as smtp_line
from tui_mailer.backend.smtp.apart import run_apart
from tui_mailer.backend.smtp.line import Patience
from tui_mailer.domain.draft import Outgoing, OutgoingState

SUBJECT = "une seule fois"


@pytest.fixture
def patience() -> Patience:
    """As in the program: a slow reply to the final dot is waited for."""
    return Patience()


async def all_said(lines: BadLines, office: Office) -> Outgoing:
    """A message on its way: the final dot has passed, and its reply is held back."""
    lines.overheard.on("BODY", Fault(Kind.DELAY, Towards.CLIENT, amount=2.0))
    outgoing = await send(office, SUBJECT)
    await office.until_outgoing(outgoing, OutgoingState.SENDING)
    while not lines.overheard.count("BODY"):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    return outgoing


async def test_stopped_twice(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office = await ready(open_office)
    outgoing = await all_said(lines, office)
    for _ in range(3):
        assert office.engine.outbox.stop_sending(outgoing.id)
        await asyncio.sleep(0.1)
    await arrives_once(office, real_servers, outgoing)


async def test_stopped_and_then_the_program_ends(
    open_office: OpenOffice, real_servers: RealServers, lines: BadLines
) -> None:
    office = await ready(open_office)
    outgoing = await all_said(lines, office)
    assert office.engine.outbox.stop_sending(outgoing.id)
    await asyncio.sleep(0.1)
    await office.close()
    again = await ready(open_office)
    await again.until_outgoing(outgoing, OutgoingState.SENT)
    assert await asyncio.to_thread(arrived, real_servers, SUBJECT) == 1
    assert lines.overheard.count("BODY") == 1


@pytest.mark.parametrize("way", ["stopped", "the program ends"])
async def test_while_the_accepted_conversation_is_closed(
    open_office: OpenOffice,
    real_servers: RealServers,
    lines: BadLines,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    office = await ready(open_office)
    here, close = asyncio.get_running_loop(), smtp_line._Client.close
    sent: list[Outgoing] = []
    closing: list[asyncio.Task[None]] = []

    def stop() -> None:
        if way == "stopped":
            office.engine.outbox.stop_sending(sent[0].id)
        else:
            closing.append(asyncio.create_task(office.close()))

    def slow_close(client: Any) -> None:
        close(client)
        if sent and not closing and lines.overheard.count("BODY"):
            here.call_soon_threadsafe(stop)
            time.sleep(0.1)  # in its own thread; to abort TLS takes a while

    sent.append(await send(office, SUBJECT))
    monkeypatch.setattr(smtp_line._Client, "close", slow_close)
    if way == "stopped":
        await arrives_once(office, real_servers, sent[0])
        return
    while not closing:
        await asyncio.sleep(0.01)
    await closing[0]
    again = await ready(open_office)
    await again.until_outgoing(sent[0], OutgoingState.SENT)
    assert await asyncio.to_thread(arrived, real_servers, SUBJECT) == 1


class Apart(FakeSubmission):
    """Accepts in a thread of its own, as the real one does, and tells it."""

    on_accepted: Callable[[], None] = lambda: None

    async def submit(self, *args: Any, **options: Any) -> Any:
        words = await run_apart(super().submit(*args, **options))
        self.on_accepted()
        return words


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_the_program_ends_some_turns_of_the_loop_after_the_answer(
    tmp_path: Path, turns: int
) -> None:
    submission = Apart()
    world = World(tmp_path, submission=submission)
    here = asyncio.get_running_loop()

    def after(count: int, work: Callable[[], object]) -> None:
        here.call_soon(after, count - 1, work) if count else work()

    async with opened(world, poll_s=3600.0, retry_most_s=0.1) as office:
        await until_online(office)
        running = office.engine._running
        assert running is not None
        submission.on_accepted = lambda: after(turns, running.cancel)
        await office.engine.writing.send(letter(COLLEAGUE.address, SUBJECT))
        await asyncio.wait({running}, timeout=5)
    submission.on_accepted = lambda: None
    async with opened(world, poll_s=3600.0, retry_most_s=0.1) as office:
        await until_online(office)
        await asyncio.sleep(0.3)
    assert len(submission.accepted) == 1
