"""The encrypted local copy of an account: SQLCipher behind aiosqlite, implementing `MessageStore`."""

from tui_mailer.backend.store.failures import StoreTooNew, StoreUnreachable
from tui_mailer.backend.store.keys import KeyDerivation
from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.backend.store.store import EncryptedMessageStore

__all__ = [
    "EncryptedMessageStore",
    "EncryptedStoreOpener",
    "KeyDerivation",
    "StoreTooNew",
    "StoreUnreachable",
]
