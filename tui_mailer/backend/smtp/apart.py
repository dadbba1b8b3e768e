"""Run a conversation on an event loop of its own, in a thread of its own.

Encrypting and writing 20 MB stalls the loop it runs on for some 400 ms: not the interface's.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of `work`.

    When the caller is cancelled, `work` is cancelled too and its end is awaited, however often the
    caller is cancelled: if it still has a result, or an error that says more than the cancellation,
    that is the outcome. A message that was accepted would else be sent again.
    """
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # from here on it ends by `_run` alone
    Thread(target=_run, args=(loop, task, outcome), name="submission", daemon=True).start()
    waiting = asyncio.wrap_future(outcome)
    is_told = False
    while not waiting.done():
        try:
            await asyncio.wait({waiting})
        except asyncio.CancelledError:
            if not is_told:
                is_told = True
                with suppress(RuntimeError):  # its loop has just closed: there is an outcome
                    loop.call_soon_threadsafe(task.cancel)
    return waiting.result()


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[T], outcome: Future[T]) -> None:
    try:
        result = loop.run_until_complete(task)
    except BaseException as error:  # noqa: BLE001  (a cancellation too: the caller decides)
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
    finally:
        loop.close()
