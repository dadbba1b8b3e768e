"""What every part of the store shares: the open file and whose mailbox it is."""

from dataclasses import dataclass

from tui_mailer.backend.store.database import Database
from tui_mailer.domain.account import Account


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is: `mailbox` without case, `patient_domain` in lower case."""

    mailbox: str
    patient_domain: str

    @classmethod
    def of(cls, account: Account) -> "Owner":
        """The owner of an account."""
        return cls(account.address.casefold(), account.patient_domain.lower())


class Part:
    """A group of the store's methods; `EncryptedMessageStore` is all of them together."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self._database = database
        self._owner = owner
