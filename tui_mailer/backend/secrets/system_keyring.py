"""The system's keyring, through the library of that name.

Imported when first needed (0.1 s), and used in a thread: it may wait for the user to unlock it.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from tui_mailer.domain.errors import SecretUnavailable

SERVICE: Final = "tui-mailer"

T = TypeVar("T")


async def read_password(user: str) -> str | None:
    """The password kept for `user`, None when there is none.

    Raises:
        SecretUnavailable: no keyring on this machine, or it stays locked.
    """

    def work() -> str | None:
        import keyring

        return keyring.get_password(SERVICE, user)

    return await _in_thread(work)


async def keep_password(user: str, password: str) -> None:
    """Keep or replace the password of `user`.

    Raises:
        SecretUnavailable: no keyring on this machine, or it stays locked.
    """

    def work() -> None:
        import keyring

        keyring.set_password(SERVICE, user, password)

    await _in_thread(work)


async def _in_thread(work: Callable[[], T]) -> T:
    def guarded() -> T:
        from keyring.errors import KeyringError, NoKeyringError

        try:
            return work()
        except NoKeyringError as error:
            raise SecretUnavailable(subject="ce poste n’a pas de trousseau") from error
        except KeyringError as error:
            raise SecretUnavailable(subject="le trousseau est verrouillé ou refuse") from error
        except Exception:  # noqa: BLE001  (back ends are plug-ins, and raise what they like)
            # From None: what a plug-in says may quote what it was given.
            raise SecretUnavailable(subject="le trousseau ne fonctionne pas") from None

    return await asyncio.to_thread(guarded)
