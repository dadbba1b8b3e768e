"""Opening, making and re-keying the stores of a directory."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.failures import (
    NoRoomToOpen,
    StoreKeyLost,
    StoreUnreachable,
    domain_errors,
    naming,
)
from tui_mailer.backend.store.files import InstanceLock, StoreFiles, write_new, write_over
from tui_mailer.backend.store.keys import KeyDerivation, NewKey, unwrap, wrap
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.store import EncryptedMessageStore
from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import StoreDamaged, StoreEmptied, StoreFull


class EncryptedStoreOpener:
    """A `MessageStoreOpener` over one directory: an encrypted file an account.

    Args:
        directory: made private (0700) when a store is opened.
        derivation: what a new passphrase costs to try; a file's own cost is in the file.
    """

    def __init__(self, directory: Path, derivation: KeyDerivation | None = None) -> None:
        self._directory = directory
        self._derivation = derivation or KeyDerivation()

    def exists(self, account: Account) -> bool:
        """True when this account has a store on this machine."""
        return _exist(StoreFiles.of(self._directory, account))

    async def open(
        self, account: Account, passphrase: str, *, proof: Awaitable[None] | None = None
    ) -> EncryptedMessageStore:
        """Open, or make anew when there is none.

        Args:
            account: whose store it is.
            passphrase: what opens it.
            proof: what is waited for before anything is written; what it raises is raised. The key
                of a new store is derived meanwhile.

        Raises:
            WrongPassphrase: it does not open this store.
            StoreDamaged: no store of ours, or broken; its key is lost.
            StoreEmptied: its key is there, and nothing else; see `set_aside`.
            StoreTooNew: made by a newer version of the program.
            StoreInUse: another instance holds it.
            StoreFull: no room.
            StoreUnreachable: the directory may not be written, or has no locks.
        """
        files = StoreFiles.of(self._directory, account)
        new_key = None if proof is None else await self._after(proof, files, passphrase)
        try:
            with naming(files.directory):
                return await self._open(account, files, passphrase, new_key)
        except (StoreFull, StoreUnreachable) as problem:
            if isinstance(problem, StoreFull) or not await asyncio.to_thread(files.has_room):
                raise NoRoomToOpen from problem
            raise

    async def _open(
        self, account: Account, files: StoreFiles, passphrase: str, new_key: NewKey | None
    ) -> EncryptedMessageStore:
        with domain_errors():
            files.make_directory()
            lock = InstanceLock(files.lock)
        unlocking = asyncio.ensure_future(
            asyncio.to_thread(self._unlock_or_make, files, passphrase, new_key)
        )
        try:
            content_key, is_new = await asyncio.shield(unlocking)
            with naming(files.database):
                database = await Database.open(files.database, content_key, is_new=is_new)
                if is_new:
                    await self._finish(files, database)
        except BaseException:
            try:
                # Cancelled, it may still be writing the key: nobody else may begin to meanwhile.
                await asyncio.wait([unlocking])
                if unlocking.exception() is None and unlocking.result()[1]:
                    with suppress(OSError):  # the next time, then
                        await asyncio.to_thread(files.discard)
            finally:
                lock.release()
            raise
        return EncryptedMessageStore(database, Owner.of(account), lock)

    async def _finish(self, files: StoreFiles, database: Database) -> None:
        finishing = asyncio.ensure_future(asyncio.to_thread(files.finish))
        try:
            with domain_errors():
                await asyncio.shield(finishing)
        except BaseException:
            await asyncio.wait([finishing])
            await database.close()
            raise

    async def set_aside(self, account: Account) -> str:
        """Keep what is left of an emptied store under another name, which is given.

        Raises:
            StoreInUse: another instance holds it.
            StoreUnreachable: the directory may not be written.
        """
        files = StoreFiles.of(self._directory, account)
        with domain_errors():
            lock = InstanceLock(files.lock)
            try:
                return await asyncio.to_thread(files.set_aside)
            finally:
                lock.release()

    async def change_passphrase(self, account: Account, old: str, new: str) -> None:
        """Wrap the content key anew; the content is not rewritten, an open store stays open.

        Raises:
            WrongPassphrase: `old` does not open the store.
            StoreDamaged: there is no key file, or it is broken.
            StoreFull: no room; the old passphrase still opens.
        """
        files = StoreFiles.of(self._directory, account)
        await asyncio.to_thread(self._wrap_anew, files, old, new)

    async def _after(
        self, proof: Awaitable[None], files: StoreFiles, passphrase: str
    ) -> NewKey | None:
        """Wait for `proof`; a key, if it seems that one is to be made."""
        if _exist(files):
            await proof
            return None
        making = asyncio.create_task(asyncio.to_thread(NewKey.make, passphrase, self._derivation))
        try:
            await proof
        except BaseException:
            making.cancel()  # its thread ends by itself, and nobody waits for it
            raise
        return await making

    def _unlock_or_make(
        self, files: StoreFiles, passphrase: str, new_key: NewKey | None
    ) -> tuple[bytes, bool]:
        """The content key, and whether it was made just now."""
        with domain_errors():
            if files.key.exists():
                with naming(files.key):
                    content_key = unwrap(files.key.read_bytes(), passphrase)
                if files.is_emptied:
                    raise StoreEmptied(subject=str(files.directory))
                files.make_database()
                return content_key, False
            if files.unfinished_key.exists():
                files.discard()  # the program ended while it was made
            elif files.database.exists():
                # Nothing opens it, and nothing may replace it.
                raise StoreKeyLost(subject=str(files.key))
            new_key = new_key or NewKey.make(passphrase, self._derivation)
            write_new(files.unfinished_key, new_key.file)
            try:
                files.make_database()
            except BaseException:
                with suppress(OSError):
                    files.discard()
                raise
            return new_key.content_key, True

    def _wrap_anew(self, files: StoreFiles, old: str, new: str) -> None:
        with domain_errors():
            try:
                text = files.key.read_bytes()
            except FileNotFoundError as error:
                raise StoreDamaged from error
            write_over(files.key, wrap(unwrap(text, old), new, self._derivation))


def _exist(files: StoreFiles) -> bool:
    # What may not even be looked at is said when it is opened.
    with suppress(OSError):
        is_made = not files.unfinished_key.exists()
        return files.key.exists() or (is_made and files.database.exists())
    return False
