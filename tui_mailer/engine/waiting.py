"""Waiting that can always be cancelled."""

import asyncio


async def happens_within(event: asyncio.Event, timeout_s: float | None) -> bool:
    """Wait for `event`, at most `timeout_s` (None: for ever); True when it happened.

    Python 3.11's `asyncio.wait_for` loses a cancellation that comes together with the event: a
    loop that is told to end would go on for ever.
    """
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True


def stop_if_cancelled() -> None:
    """Go on ending: a submission that was cancelled tells first what became of it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
