"""What a conversation of its own thread came to is never lost, however often its caller is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from tui_mailer.backend.smtp.apart import run_apart


async def told_to_stop(began: asyncio.Future[None]) -> str:
    """Waits until it is cancelled, and learns a moment later that it was accepted."""
    began.get_loop().call_soon_threadsafe(began.set_result, None)
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(0.3)
    return "accepted"


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_a_cancelled_caller_gets_the_outcome(times: int) -> None:
    began = asyncio.get_running_loop().create_future()
    calling = asyncio.create_task(run_apart(told_to_stop(began)))
    await began
    for _ in range(times):
        calling.cancel()
        await asyncio.sleep(0.02)
    assert await calling == "accepted"


async def test_work_that_has_nothing_to_say_is_cancelled() -> None:
    calling = asyncio.create_task(run_apart(asyncio.sleep(60)))
    await asyncio.sleep(0.05)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
