"""Which patients a draft is written to, and which addresses only pass for a patient's."""

from dataclasses import replace

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


def addressed(draft: Draft, account: Account) -> Draft:
    """`draft` with each patient's address as it is built from the INS: 2A and 2B in upper case.

    No text says that case is without meaning there, and SMTP gives it one.
    """

    def built(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
        return tuple(_built(address, account) for address in addresses)

    return replace(draft, to=built(draft.to), cc=built(draft.cc), bcc=built(draft.bcc))


def _built(address: Address, account: Account) -> Address:
    matricule = patient_of(address, account)
    if matricule is None:
        return address
    return Address.received(f"{matricule}@{account.patient_domain}", address.name)


def why_no_patient(address: Address, account: Account) -> str:
    """Why `address`, meant as a patient's, is none of this account's patients; French, or "".

    No identity would be confirmed for it; outside Mon espace santé, whose box it is nobody knows.
    """
    domain = account.patient_domain.lower()
    if address.resembles_patient(domain):
        return (
            f"« {address.domain} » ressemble au domaine des patients sans l’être : "
            f"l’adresse d’un patient finit toujours par @{domain}."
        )
    if address.domain != domain and _is_real_patient(address):
        return (
            f"« {address.mailbox} » est une adresse de patient réel, et ce compte est réglé pour "
            f"n’écrire qu’aux patients de @{domain} : corrigez l’adresse, ou le réglage "
            "« domaine_patients »."
        )
    if address.passes_for_patient(domain):
        return (
            f"« {address.mailbox} » n’est l’adresse d’aucun patient : "
            f"après l’INS, l’adresse d’un patient finit toujours par @{domain}."
        )
    return ""


def _is_real_patient(address: Address) -> bool:
    """True in the patients' domain of real use for an INS and for what can only be meant as one."""
    return address.matricule() is not None or address.misspells_patient()
