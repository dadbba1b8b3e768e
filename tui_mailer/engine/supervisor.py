"""Loops that must outlive their own faults: a loop that ends in silence is mail that stands still."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from tui_mailer.domain.errors import MailerError
from tui_mailer.engine.backoff import Backoff

_log = logging.getLogger(__name__)


async def keep_running(
    loop: Callable[[], Awaitable[None]], tell: Callable[[MailerError], None], backoff: Backoff
) -> NoReturn:
    """Run `loop` again whenever it ends, after a pause; `tell` hears why it ended.

    A `MailerError` is told as it is. Anything else is a fault of ours: its type is logged, its
    text is not, since it could hold a patient's data.
    """
    while True:
        try:
            await loop()
        except MailerError as problem:
            tell(problem)
        except Exception as fault:  # noqa: BLE001  (see above)
            _log.error("%s failed: %s", loop.__qualname__, type(fault).__name__)
            tell(MailerError())
        await asyncio.sleep(backoff.next_s())
