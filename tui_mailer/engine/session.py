"""From the login screen to a running engine, and back.

first start:  connect ─▶ log in ─▶ folders ─▶ submission ─▶ store made ─▶ engine
              (the store's key is derived meanwhile; the engine goes on with the connection)
next starts:  passphrase ─▶ store opened ─▶ engine (the list shows) ─▶ connects by itself
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from contextlib import suppress
from hmac import compare_digest
from typing import Any, Final

from tui_mailer.domain.accents import composed
from tui_mailer.domain.account import Account, Credentials, SecretOrigin
from tui_mailer.domain.errors import (
    MailerError,
    SecretNotKept,
    SecretUnavailable,
    SettingsInvalid,
    SettingsNotSaved,
    StoreEmptied,
    TlsRefused,
    WrongPassphrase,
)
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.journal import Deed
from tui_mailer.domain.ports import AccountBook, MessageStoreOpener, OnStep
from tui_mailer.engine.access import with_credentials
from tui_mailer.engine.engine import Engine, Outside
from tui_mailer.engine.journal_answers import DONE
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.proof import Proof
from tui_mailer.engine.waiting import stop_if_cancelled

_GIVEN: Final = frozenset({SecretOrigin.COMMAND, SecretOrigin.KEYRING})
# Those whose password is the passphrase of their store.
_OPENS_STORE: Final = frozenset(SecretOrigin) - {SecretOrigin.TOKEN_COMMAND}
_SOON_S: Final = 1.0
_NOT_YET_KEPT: Final = "Ce compte n’est pas encore enregistré sur ce poste ; rien n’y a été écrit."


class Session:
    """Opens accounts. One engine at a time."""

    def __init__(
        self,
        outside: Outside,
        opener: MessageStoreOpener,
        book: AccountBook,
        options: EngineOptions,
    ) -> None:
        self._outside = outside
        self._opener = opener
        self._book = book
        self._options = options
        self._passphrase = ""
        self._told_emptied: set[str] = set()
        self._behind: set[asyncio.Task[None]] = set()
        # By the stem of an account: what its store does not open by yet, and who is not in the book.
        self._newer: dict[str, str] = {}
        self._unsaved: set[str] = set()

    def accounts(self) -> Sequence[Account]:
        """Accounts of the settings file, the usual one first.

        Raises:
            SettingsInvalid: a line of the file cannot be used.
        """
        return self._book.accounts()

    def has_store(self, account: Account) -> bool:
        """True when the account was opened on this machine before."""
        return self._opener.exists(account)

    def opens_by_itself(self, account: Account) -> bool:
        """True when it has a store, and a command or the keyring is to give the passphrase."""
        return self.has_store(account) and account.secret_origin in _GIVEN

    async def open_by_itself(self, account: Account) -> Engine | None:
        """As `open`, asking nobody; None when the passphrase must be typed.

        Raises:
            SecretUnavailable: the command or the keyring failed.
            StoreProblem: as `open`.
        """
        passphrase = await self.passphrase_from_elsewhere(account)
        if not passphrase:
            return None
        try:
            return await self.open(account, passphrase)
        except WrongPassphrase:
            if account.secret_origin is SecretOrigin.COMMAND:
                self._newer[account.file_stem] = passphrase
            raise

    async def passphrase_from_elsewhere(self, account: Account) -> str:
        """The password of the command or the keyring, which also opens the store; "" if typed.

        Raises:
            SecretUnavailable: the command or the keyring failed.
        """
        if account.secret_origin not in _GIVEN:
            return ""
        credentials = await self._outside.secrets.credentials(account)
        return credentials.password if credentials else ""

    def is_asked_of_command(self, account: Account) -> bool:
        """True when whoever unlocks the screen may type nothing: a command is asked."""
        return account.secret_origin is SecretOrigin.COMMAND

    async def is_user(self, engine: Engine, typed: str) -> bool:
        """True when whoever unlocks the screen is who logged in.

        They type what opened the store; where a command gives it, that can be asked once more instead.
        The keyring is not: it gives to whoever sits at the machine.

        Raises:
            SecretUnavailable: the command failed.
        """
        if not typed and self.is_asked_of_command(engine.account):
            return bool(await self.passphrase_from_elsewhere(engine.account))
        return compare_digest(composed(typed), composed(self._passphrase))

    async def first_login(self, account: Account, passphrase: str, on_step: OnStep) -> Engine:
        """Prove the account on both servers, then make its store and remember it.

        Args:
            account: as the user filled it in.
            passphrase: the mailbox's password; with a token, what the local store opens with.
            on_step: hears each step as it succeeds.

        Raises:
            MailerError: the first step that failed; nothing was kept.
        """
        proof: Proof | None = None

        async def prove() -> None:
            nonlocal proof
            proof = await self._prove_account(account, passphrase, on_step)

        try:
            engine = await self.open(account, passphrase, proof=prove())
        except BaseException as error:
            if proof is not None:
                await proof.server.close()
            if isinstance(error, WrongPassphrase) and account.secret_origin in _OPENS_STORE:
                self._newer[account.file_stem] = passphrase
                self._unsaved.add(account.file_stem)
            raise
        try:
            engine.journal.note(Deed.LOGIN, detail="première connexion à ce compte", answer=DONE)
            if proof is not None:
                engine.begin_with(proof)
            self._save(engine)
        except BaseException:
            await engine.stop()
            raise
        return engine

    async def _prove_account(self, account: Account, passphrase: str, on_step: OnStep) -> Proof:
        try:
            if account.is_password_typed:
                # Kept nowhere before the server has accepted it.
                typed = account.credentials(passphrase)
                return await self._prove(account, typed, on_step)
            return await with_credentials(
                account,
                self._outside.secrets,
                lambda found: self._prove(account, found, on_step),
            )
        except MailerError as error:
            if not isinstance(error, TlsRefused):  # whose own words are about the password
                error.meaning = _NOT_YET_KEPT
            raise

    async def _prove(self, account: Account, credentials: Credentials, on_step: OnStep) -> Proof:
        server = await self._outside.connector.connect(account, credentials, on_step)
        try:
            await server.list_folders()
            on_step(ConnectionStep.FOLDERS)
            size_limit_bytes = await self._outside.submission.check(account, credentials)
            stop_if_cancelled()
            on_step(ConnectionStep.SUBMISSION)
        except BaseException:
            await server.close()
            raise
        return Proof(server, size_limit_bytes)

    async def open(
        self, account: Account, passphrase: str, *, proof: Awaitable[None] | None = None
    ) -> Engine:
        """Open the local store and give an engine that is not started yet.

        Args:
            account: whose store it is.
            passphrase: what opens it.
            proof: as in `MessageStoreOpener.open`.

        Raises:
            StoreEmptied: the first time; who opens it again after that has it made anew.
            StoreProblem: wrong passphrase, damaged, in use, no room.
        """
        aside = ""
        try:
            store = await self._opener.open(account, passphrase, proof=proof)
        except StoreEmptied:
            if account.file_stem not in self._told_emptied:
                self._told_emptied.add(account.file_stem)
                raise
            aside = await self._opener.set_aside(account)
            store = await self._opener.open(account, passphrase)
        self._passphrase = passphrase
        engine = Engine(account, store, self._outside, self._options)
        if aside:
            engine.journal.note(Deed.REMADE, detail=f"l’ancienne était vide, gardée dans {aside}")
        newer = self._newer.pop(account.file_stem, passphrase)
        try:
            # The server has taken that one already.
            await self._remember_typed(engine, newer)
        except BaseException:
            await engine.stop()
            raise
        if newer != passphrase:
            self._run_behind(self._catch_up(engine, newer))
        if account.file_stem in self._unsaved:
            self._unsaved.discard(account.file_stem)
            self._save(engine)
        return engine

    def _save(self, engine: Engine) -> None:
        try:
            self._book.save(engine.account)
        except (SettingsInvalid, SettingsNotSaved) as problem:
            engine.tell(problem)  # the mail is there all the same

    async def _catch_up(self, engine: Engine, password: str) -> None:
        """The store was opened by an older password: from now on by this one, if the server takes it."""
        with suppress(MailerError):  # as long as it does not, the older one is asked for
            await engine.prove(engine.account.credentials(password))
            await self._opener.change_passphrase(engine.account, self._passphrase, password)
            self._passphrase = password

    def _run_behind(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)
        return task

    async def change_password(self, engine: Engine, password: str) -> None:
        """The password changed on the server: use it from now on, for the store too.

        Only once the server has taken it: who mistypes it is not to be locked out of the store.

        Raises:
            SecretUnavailable: this account's password is not typed here.
            LoginRefused: the server does not take it; all is as before.
            ConnectionProblem: it could not be asked; all is as before.
        """
        if not engine.account.is_password_typed:
            raise SecretUnavailable
        await engine.prove(engine.account.credentials(password))
        # All of it, once it has begun: the store opens by the new one from then on.
        await asyncio.shield(self._take_password(engine, password))

    async def _take_password(self, engine: Engine, password: str) -> None:
        await self._opener.change_passphrase(engine.account, self._passphrase, password)
        self._passphrase = password
        await self._remember_typed(engine, password)
        engine.reconnect()

    async def _remember_typed(self, engine: Engine, password: str) -> None:
        account = engine.account
        if not account.is_password_typed:
            return
        keeping = self._run_behind(self._keep(engine, account.credentials(password)))
        # A keyring that takes its time, or asks on a screen that nobody sees, keeps nobody waiting.
        await asyncio.wait({keeping}, timeout=_SOON_S)
        if keeping.done():
            keeping.result()

    async def _keep(self, engine: Engine, credentials: Credentials) -> None:
        try:
            await self._outside.secrets.remember(engine.account, credentials)
        except SecretNotKept as problem:
            engine.tell(problem)  # it serves all the same
