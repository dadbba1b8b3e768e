"""A running practice, for blocking clients: its servers live in their own thread."""

import asyncio
from collections.abc import Iterator

import pytest

from tui_mailer.demo import DemoPractice


@pytest.fixture(scope="module")
def practice() -> Iterator[DemoPractice]:
    with asyncio.Runner() as runner:
        running = DemoPractice(answer_delay_s=0.05)
        runner.run(running.__aenter__())
        yield running
        runner.run(running.__aexit__(None, None, None))
