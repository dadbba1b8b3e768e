"""The system's keyring, through the library of that name.

Imported when first needed (0.1 s), and used in a thread: it may wait for the user to unlock it, and
over SSH for ever, where nobody sees that question.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Final, TypeVar, cast

from tui_mailer.domain.errors import SecretUnavailable

SERVICE: Final = "tui-mailer"

T = TypeVar("T")


async def read_password(user: str, timeout_s: float) -> str | None:
    """The password kept for `user`, None when there is none.

    Raises:
        SecretUnavailable: no keyring on this machine, it stays locked, or is silent for that long.
    """

    def work() -> str | None:
        import keyring

        password = keyring.get_password(SERVICE, user)
        if not isinstance(password, str | None):
            raise TypeError  # the plug-in's
        return password

    return await _in_thread(work, timeout_s)


async def keep_password(user: str, password: str, timeout_s: float) -> None:
    """Keep or replace the password of `user`.

    Raises:
        SecretUnavailable: as `read_password`.
    """

    def work() -> None:
        import keyring

        keyring.set_password(SERVICE, user, password)

    await _in_thread(work, timeout_s)


async def _in_thread(work: Callable[[], T], timeout_s: float) -> T:
    """Run `work` on a thread that nobody waits for: one that hangs holds up no end of the program."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return  # nobody waits for it any more
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(cast("T", result))

    def run() -> None:
        result, failure = None, None
        try:
            result = _guarded(work)
        except SecretUnavailable as error:
            failure = error
        with suppress(RuntimeError):  # the loop may have ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    Thread(target=run, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(timeout_s):
            return await answer
    except TimeoutError as error:
        subject = f"le trousseau n’a pas répondu en {timeout_s:g} s"
        raise SecretUnavailable(subject=subject) from error


def _guarded(work: Callable[[], T]) -> T:
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return work()
    except NoKeyringError as error:
        raise SecretUnavailable(subject="ce poste n’a pas de trousseau") from error
    except KeyringError as error:
        raise SecretUnavailable(subject="le trousseau est verrouillé ou refuse") from error
    except BaseException:  # noqa: BLE001  (back ends are plug-ins, and raise what they like)
        # From None: what a plug-in says may quote what it was given.
        raise SecretUnavailable(subject="le trousseau ne fonctionne pas") from None
