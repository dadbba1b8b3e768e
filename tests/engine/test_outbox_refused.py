"""What the outbox does when it may not go on: a refused login, other settings, a full disk."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from engine_fakes import ACCOUNT, COLLEAGUE, INS, PATIENT, World, opened, until_online
from engine_helpers import Office, letter
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import (
    LineLost,
    LoginRefused,
    MailerError,
    SendRefused,
    StoreFull,
    SubmissionRefused,
    Unreachable,
)
from tui_mailer.domain.events import OutgoingChanged, ProblemMet


def is_refused(office: Office) -> bool:
    return any(
        isinstance(event, OutgoingChanged) and isinstance(event.error, LoginRefused)
        for event in office.events
    )


class Counting(FakeSubmission):
    logins = 0

    async def submit(self, *args: Any, **options: Any) -> Any:
        self.logins += 1
        return await super().submit(*args, **options)


async def test_a_refused_login_is_not_tried_for_each_message_that_waits(tmp_path: Path) -> None:
    submission = Counting()
    world = World(tmp_path, submission=submission)
    async with opened(world, poll_s=3600.0, start=False) as office:
        first = await office.engine.writing.send(letter(COLLEAGUE, "0"))
        for number in range(1, 6):
            await office.engine.writing.send(letter(COLLEAGUE, str(number)))
    submission.password = "un autre"
    async with opened(world, poll_s=3600.0) as office, asyncio.timeout(20):
        await office.until(lambda: is_refused(office))
        await until_online(office)
        office.engine.outbox.nudge()
        await asyncio.sleep(0.3)
        assert submission.logins == 1
        kept = await office.engine.outbox.unsettled()
        waiting = [OutgoingState.QUEUED] * 5
        assert [outgoing.state for outgoing in kept] == [OutgoingState.FAILED, *waiting]
        # A new one is tried: its author is there.
        await office.engine.writing.send(letter(COLLEAGUE, "6"))
        await asyncio.sleep(0.3)
        assert submission.logins == 2
        submission.password = None
        office.engine.reconnect()
        assert await office.engine.outbox.retry(first.id)
        await office.until_outgoing(first, OutgoingState.SENT)
        while await office.engine.outbox.waiting_count():
            await asyncio.sleep(0.01)
    assert len(submission.accepted) == 6


async def test_what_waits_for_a_patient_of_another_domain_stays_when_the_settings_change(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    async with opened(world, poll_s=3600.0, start=False) as office:
        await office.confirm(INS)
        await office.engine.writing.send(letter(PATIENT, "Votre bilan"))
    tests = replace(ACCOUNT, patient_domain="patient.formation.mssante.fr")
    async with opened(world, poll_s=3600.0, account=tests) as office:
        await until_online(office)
        (kept,) = await office.engine.outbox.unsettled()
        changed = await office.until_outgoing(kept, OutgoingState.FAILED)
        assert isinstance(changed.error, SendRefused)
        assert "@patient.formation.mssante.fr" in changed.error.explanation
        with pytest.raises(SendRefused):
            await office.engine.writing.send(letter(PATIENT, "Votre bilan"))
    assert world.submission.accepted == []


class NeverEnding(FakeSubmission):
    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def submit(self, *_: Any, **__: Any) -> Any:
        self.begun.set()
        await asyncio.sleep(3600)


async def test_the_program_ends_on_a_full_disk_while_it_sends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = NeverEnding()
    async with opened(World(tmp_path, submission=submission), poll_s=3600.0) as office:
        await until_online(office)
        await office.engine.writing.send(letter(COLLEAGUE, "envoi"))
        await submission.begun.wait()

        async def no_room(*_: Any, **__: Any) -> Any:
            raise StoreFull

        monkeypatch.setattr(office.engine._store, "set_outgoing_state", no_room)
        async with asyncio.timeout(5):
            await office.engine.stop()
    async with opened(World(tmp_path), poll_s=3600.0) as office:
        await until_online(office)
        (kept,) = await office.engine.outbox.unsettled()
        assert kept.state is OutgoingState.UNCERTAIN


class Cut(FakeSubmission):
    """The line ends in the midst of each message, as of one that is too large for the server."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s: list[float] = []

    async def submit(self, *_: Any, **__: Any) -> Any:
        self.at_s.append(asyncio.get_running_loop().time())
        raise LineLost


async def test_a_message_at_which_the_line_ends_is_sent_less_and_less_often(
    tmp_path: Path,
) -> None:
    submission = Cut()
    world = World(tmp_path, submission=submission)
    async with opened(world, poll_s=3600.0, retry_most_s=0.05) as office:
        await office.engine.writing.send(letter(COLLEAGUE, "Vingt mégaoctets"))
        async with asyncio.timeout(10):
            while len(submission.at_s) < 5:
                await asyncio.sleep(0.01)
    pauses_s = [later - earlier for earlier, later in pairwise(submission.at_s)]
    assert pauses_s[3] >= 0.4
    assert pauses_s[0] < 0.3


async def test_a_message_that_the_server_puts_off_is_not_said_to_need_correcting(
    tmp_path: Path,
) -> None:
    submission = FakeSubmission()
    submission.faults = [SubmissionRefused("450 4.2.0 greylisted", permanent=False)] * 2
    async with opened(World(tmp_path, submission=submission), poll_s=3600.0) as office:
        outgoing = await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        await office.until_outgoing(outgoing, OutgoingState.COPY_MISSING, OutgoingState.SENT)
        words = {
            e.error.explanation for e in office.events if isinstance(e, OutgoingChanged) and e.error
        }
        assert len(words) == 1
        assert "réessaie de lui-même" in words.pop()
    assert len(submission.accepted) == 1


@pytest.mark.parametrize(
    "fault", [SubmissionRefused("450 4.2.0 greylisted", permanent=False), Unreachable()]
)
async def test_a_message_that_has_waited_for_long_is_told_of_once(
    tmp_path: Path, fault: MailerError
) -> None:
    submission = FakeSubmission()
    submission.faults = [fault] * 1_000
    world = World(tmp_path, submission=submission)
    async with opened(world, poll_s=3600.0) as office:
        await office.engine.writing.send(letter(COLLEAGUE, "Avis"))
        async with asyncio.timeout(10):
            while len(submission.faults) > 997:
                await asyncio.sleep(0.01)
            assert told(office) == []
            world.clock.offset += timedelta(minutes=61)
            while not told(office):
                await asyncio.sleep(0.01)
        assert "Avis" in told(office)[0].headline
        world.clock.offset += timedelta(minutes=61)
        left = len(submission.faults)
        async with asyncio.timeout(10):
            while len(submission.faults) > left - 2:
                await asyncio.sleep(0.01)
        assert len(told(office)) == 1


def told(office: Office) -> list[MailerError]:
    return [event.error for event in office.events if isinstance(event, ProblemMet)]
