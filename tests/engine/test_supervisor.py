"""A loop that fails is told and run again."""

import asyncio
import logging

import pytest

from tui_mailer.domain.errors import MailerError, StoreFull
from tui_mailer.engine.backoff import Backoff
from tui_mailer.engine.supervisor import keep_running


@pytest.mark.parametrize("fault", [StoreFull(), ValueError("279035121518989")])
async def test_a_failed_loop_is_told_and_run_again(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[int] = []
    told: list[MailerError] = []
    again = asyncio.Event()

    async def loop() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise fault
        again.set()
        await asyncio.Event().wait()

    with caplog.at_level(logging.DEBUG):
        task = asyncio.create_task(keep_running(loop, told.append, Backoff(0.001, 0.001)))
        await asyncio.wait_for(again.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(runs) == 2
    assert len(told) == 1
    assert isinstance(told[0], StoreFull if isinstance(fault, StoreFull) else MailerError)
    assert "279035121518989" not in caplog.text
