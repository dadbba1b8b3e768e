"""Whose mailbox a store is of."""

from dataclasses import dataclass

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
