"""Logging in: credentials from where the account says, a refused token fetched anew once."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.errors import LoginRefused, SecretUnavailable, TokenRefused
from tui_mailer.domain.ports import SecretSource

T = TypeVar("T")


async def with_credentials(
    account: Account, secrets: SecretSource, login: Callable[[Credentials], Awaitable[T]]
) -> T:
    """Run `login`; a refused token is replaced by a fresh one, once.

    Raises:
        SecretUnavailable: nothing to log in with.
        LoginRefused: password refused; `TokenRefused` for a token, the fresh one too.
    """
    first = await _credentials(account, secrets)
    try:
        return await login(first)
    except LoginRefused:
        if account.secret_origin is not SecretOrigin.TOKEN_COMMAND:
            raise
    try:
        return await login(await _credentials(account, secrets, refused=first))
    except LoginRefused as refused:
        raise TokenRefused(refused.server_words) from refused


async def _credentials(
    account: Account, secrets: SecretSource, *, refused: Credentials | None = None
) -> Credentials:
    credentials = await secrets.credentials(account, refused=refused)
    if credentials is None:
        raise SecretUnavailable
    return credentials
