"""The store of one account: its parts together, and who opens it."""

from collections.abc import Awaitable
from typing import Protocol

from tui_mailer.domain.account import Account
from tui_mailer.domain.ports.journal import Journal
from tui_mailer.domain.ports.mail_store import FlagStore, FolderStore, HeldMessages, MoveStore
from tui_mailer.domain.ports.people_store import ExchangeStore, PatientStore, PeopleStore
from tui_mailer.domain.ports.report_store import ReceiptStore, ReportStore
from tui_mailer.domain.ports.writing_store import DraftCopyStore, DraftStore, OutboxStore


class MessageStore(
    FolderStore,
    HeldMessages,
    FlagStore,
    MoveStore,
    PeopleStore,
    PatientStore,
    ExchangeStore,
    ReportStore,
    ReceiptStore,
    DraftStore,
    DraftCopyStore,
    OutboxStore,
    Protocol,
):
    """The local encrypted copy of one account; see `backend/store`.

    Each method is one transaction. Raises `StoreFull` when the disk is, `StoreDamaged` on a
    broken file.
    """

    async def close(self) -> None:
        """Close the file and let another instance open it."""
        ...


class AccountStore(MessageStore, Journal, Protocol):
    """All that is kept of one account, in one file."""


class MessageStoreOpener(Protocol):
    """Opens the store of an account, or makes it."""

    def exists(self, account: Account) -> bool:
        """True when this account has a store on this machine."""
        ...

    async def open(
        self, account: Account, passphrase: str, *, proof: Awaitable[None] | None = None
    ) -> AccountStore:
        """Open, or make anew when there is none.

        Args:
            account: whose store it is.
            passphrase: what opens it.
            proof: what is waited for before anything is written; what it raises is raised.

        Raises:
            WrongPassphrase: it does not open this store.
            StoreDamaged: no store of ours, or broken.
            StoreEmptied: nothing is left of it; `set_aside` makes way for another.
            StoreInUse: another instance holds it.
            StoreFull: no room.
        """
        ...

    async def set_aside(self, account: Account) -> str:
        """Keep what is left of an emptied store under another name, which is given.

        Raises:
            StoreInUse: another instance holds it.
        """
        ...

    async def change_passphrase(self, account: Account, old: str, new: str) -> None:
        """Wrap the content key anew; the content is not rewritten.

        Raises:
            WrongPassphrase: `old` does not open the store.
        """
        ...
