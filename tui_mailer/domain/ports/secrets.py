"""Passwords and tokens."""

from typing import Protocol

from tui_mailer.domain.account import Account, Credentials


class SecretSource(Protocol):
    """Where passwords and tokens come from."""

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials | None:
        """The account's credentials; None when they must be typed.

        `refused`: what this gave, and a server refused; a token is fetched anew unless that was
        done since.

        Raises:
            SecretUnavailable: the command failed, the keyring is locked.
        """
        ...

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """Keep a typed password where the account says (the keyring), or in memory only.

        Raises:
            SecretNotKept: the keyring does not take it; it is kept in memory all the same.
        """
        ...
