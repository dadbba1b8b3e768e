"""The credentials of an account, from the place that its settings name."""

import asyncio

from tui_mailer.backend.secrets.command import TIMEOUT_S, first_line
from tui_mailer.backend.secrets.system_keyring import keep_password, read_password
from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.errors import SecretNotKept, SecretUnavailable


class Secrets:
    """A `SecretSource`.

    What was typed and what is a token live in this object only, as long as the program runs: a
    token of Pro Santé Connect must not be stored (SC.MSS/CONF.28).

    Args:
        timeout_s: how long a command or the keyring may take.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._typed: dict[str, Credentials] = {}
        self._tokens: dict[str, Credentials] = {}
        self._fetching = asyncio.Lock()

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials | None:
        """The account's credentials; None when they must be typed.

        `refused`: what this gave, and a server refused; a token is fetched anew unless that was
        done since.

        Raises:
            SecretUnavailable: the command failed, the keyring is locked.
        """
        match account.secret_origin:
            case SecretOrigin.TYPED:
                return self._typed.get(account.address)
            case SecretOrigin.COMMAND:
                password = await first_line(account.secret_command, self._timeout_s)
                return account.credentials(password)
            case SecretOrigin.KEYRING:
                return await self._from_keyring(account)
            case SecretOrigin.TOKEN_COMMAND:
                return await self._token(account, refused)

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """Keep a typed password where the account says (the keyring), or in memory only.

        Raises:
            SecretNotKept: the keyring does not take it; it is kept in memory all the same.
        """
        self._typed[account.address] = credentials
        if account.secret_origin is SecretOrigin.KEYRING:
            try:
                await keep_password(account.address, credentials.password, self._timeout_s)
            except SecretUnavailable as refused:
                raise SecretNotKept(subject=refused.subject) from refused

    async def _from_keyring(self, account: Account) -> Credentials | None:
        typed = self._typed.get(account.address)
        if typed is not None:
            return typed
        password = await read_password(account.address, self._timeout_s)
        return None if password is None else account.credentials(password)

    async def _token(self, account: Account, refused: Credentials | None) -> Credentials:
        """The token in memory; the command is run when there is none, or it is `refused`.

        IMAP and SMTP log in at the same time: one of them runs the command, the other waits for it
        instead of asking the user to sign in twice.
        """
        async with self._fetching:
            held = self._tokens.get(account.address)
            # The same object: what another fetched since may be the same token, and is no fresher
            # for being fetched a third time.
            if held is not None and held is not refused:
                return held
            token = await first_line(account.secret_command, self._timeout_s)
            self._tokens[account.address] = fresh = account.credentials(token=token)
            return fresh
