"""Which patients a draft is written to."""

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft


def patients_of(draft: Draft, account: Account) -> tuple[str, ...]:
    """Distinct matricules among the recipients."""
    found = (patient_of(address, account) for address in draft.recipients)
    return tuple(dict.fromkeys(matricule for matricule in found if matricule))


def patient_of(address: Address, account: Account) -> str | None:
    """The matricule of a patient's address, None for anybody else's."""
    return address.matricule(account.patient_domain, test_identities=account.test_identities)
