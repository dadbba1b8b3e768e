"""The program ends when it is told to, whatever it was doing."""

import asyncio
from pathlib import Path

from engine_fakes import World, opened
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import LineLost


class StubbornSubmission(FakeSubmission):
    """Tells what became of a conversation rather than that it was cancelled, as the port allows."""

    def __init__(self, fault: LineLost | None) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.fault = fault

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if self.fault is not None:
                raise self.fault from None
        return None


async def test_it_ends_while_a_submission_has_its_last_word(tmp_path: Path) -> None:
    for fault in (None, LineLost()):
        submission = StubbornSubmission(fault)
        async with opened(World(tmp_path, submission=submission)) as office:
            await submission.asked.wait()
            async with asyncio.timeout(5):
                await office.close()
