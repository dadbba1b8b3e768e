"""Work beside the screen: what waits for the engine does not hold the keys up."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker

Work = Callable[[], Coroutine[Any, Any, None]]


def run_aside(node: DOMNode, work: Work, *, group: str, exclusive: bool = False) -> Worker[None]:
    """Run `work` until it ends or `node` goes.

    Args:
        node: the screen, widget or app that it belongs to.
        work: called when it starts, so that nothing is left over when it never does.
        group: what it may be replaced by, and what it is looked for by.
        exclusive: the work of the same group that is under way is cancelled first.
    """
    return node.run_worker(work, group=group, exclusive=exclusive, exit_on_error=False)


def is_running(node: DOMNode, group: str) -> bool:
    """True while some work of `group` has not ended, whatever node of the app it belongs to."""
    return any(worker.group == group and not worker.is_finished for worker in node.workers)
