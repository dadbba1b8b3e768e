"""The engine ends when it is told to, whatever has just come to its end by itself."""

import asyncio
from pathlib import Path

from engine_fakes import World, opened
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.account import Account, Credentials


class AnswersAfterAll(FakeSubmission):
    """Has an answer just when it is cancelled, and gives it: see `Submission`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return 30_000_000
        return None


async def test_an_answer_that_comes_while_the_program_ends_does_not_keep_it(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, submission=AnswersAfterAll())
    async with opened(world) as office:
        await world.submission.asked.wait()
        async with asyncio.timeout(5):
            await office.close()
