"""Opening, making and re-keying the stores of a directory."""

import asyncio
from pathlib import Path

from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.failures import domain_errors
from tui_mailer.backend.store.files import InstanceLock, StoreFiles, write_new, write_over
from tui_mailer.backend.store.keys import KeyDerivation, new_content_key, unwrap, wrap
from tui_mailer.backend.store.part import Owner
from tui_mailer.backend.store.store import EncryptedMessageStore
from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import StoreDamaged


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
        files = StoreFiles.of(self._directory, account)
        return files.key.exists() or files.database.exists()

    async def open(self, account: Account, passphrase: str) -> EncryptedMessageStore:
        """Open, or make anew when there is none.

        Raises:
            WrongPassphrase: it does not open this store.
            StoreDamaged: no store of ours, or broken.
            StoreTooNew: made by a newer version of the program.
            StoreInUse: another instance holds it.
            StoreFull: no room.
            StoreUnreachable: the directory may not be written.
        """
        files = StoreFiles.of(self._directory, account)
        with domain_errors():
            files.make_directory()
            lock = InstanceLock(files.lock)
        try:
            content_key = await asyncio.to_thread(self._unlock_or_make, files, passphrase)
            database = await Database.open(files.database, content_key)
        except BaseException:
            lock.release()
            raise
        return EncryptedMessageStore(database, Owner.of(account), lock)

    async def change_passphrase(self, account: Account, old: str, new: str) -> None:
        """Wrap the content key anew; the content is not rewritten, an open store stays open.

        Raises:
            WrongPassphrase: `old` does not open the store.
            StoreDamaged: there is no key file, or it is broken.
            StoreFull: no room; the old passphrase still opens.
        """
        files = StoreFiles.of(self._directory, account)
        await asyncio.to_thread(self._wrap_anew, files, old, new)

    def _unlock_or_make(self, files: StoreFiles, passphrase: str) -> bytes:
        with domain_errors():
            if files.key.exists():
                content_key = unwrap(files.key.read_bytes(), passphrase)
            elif files.database.exists():
                raise StoreDamaged  # its key is gone: nothing opens it, and nothing may replace it
            else:
                content_key = new_content_key()
                write_new(files.key, wrap(content_key, passphrase, self._derivation))
            files.make_database()
            return content_key

    def _wrap_anew(self, files: StoreFiles, old: str, new: str) -> None:
        with domain_errors():
            try:
                text = files.key.read_bytes()
            except FileNotFoundError as error:
                raise StoreDamaged from error
            write_over(files.key, wrap(unwrap(text, old), new, self._derivation))
