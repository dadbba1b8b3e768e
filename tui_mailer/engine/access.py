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
    try:
        return await login(await _credentials(account, secrets, renew=False))
    except LoginRefused:
        if account.secret_origin is not SecretOrigin.TOKEN_COMMAND:
            raise
    try:
        return await login(await _credentials(account, secrets, renew=True))
    except LoginRefused as refused:
        raise TokenRefused(refused.server_words) from refused


async def _credentials(account: Account, secrets: SecretSource, *, renew: bool) -> Credentials:
    credentials = await secrets.credentials(account, renew=renew)
    if credentials is None:
        raise SecretUnavailable
    return credentials
