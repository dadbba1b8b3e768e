"""What a message must satisfy before it may leave: pure rules, in one place.

Every way of sending passes here: new message, reply, forward, draft taken up again, queue
replayed, command line.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft

# Members of the trust space whose domain does not end in mssante.fr.
_OTHER_TRUSTED_DOMAINS: Final = ("mssante.apicrypt.org", "interop-mssante.apicrypt.org")
_TRUSTED_SUFFIX: Final = ".mssante.fr"


class Question(Enum):
    """What the user is asked before sending; each value is the French sentence."""

    EMPTY_SUBJECT = "Ce message n’a pas d’objet. L’envoyer ainsi ?"
    PATIENT_WITH_OTHERS = (
        "Un patient est destinataire avec d’autres personnes : chacun lira le message et saura "
        "que le patient l’a reçu. L’envoyer ainsi ?"
    )


@dataclass(frozen=True, slots=True)
class Review:
    """What stands between a draft and its sending.

    Attributes:
        refusals: French sentences; the message cannot leave while there is one.
        questions: to be answered by the user, each once.
        patient: matricule of the patient written to, or "".
        unconfirmed: True when that identity must be confirmed first.
    """

    refusals: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    patient: str = ""
    unconfirmed: bool = False


def patients_of(draft: Draft, account: Account) -> tuple[str, ...]:
    """Distinct matricules among the recipients."""
    found = (patient_of(address, account) for address in draft.recipients)
    return tuple(dict.fromkeys(matricule for matricule in found if matricule))


def patient_of(address: Address, account: Account) -> str | None:
    """The matricule of a patient's address, None for anybody else's."""
    return address.matricule(account.patient_domain, test_identities=account.test_identities)


def review(draft: Draft, account: Account, confirmed: Collection[str]) -> Review:
    """Hold `draft` against the rules; `confirmed` are matricules that need no new confirmation."""
    patients = patients_of(draft, account)
    return Review(
        refusals=tuple(_refusals(draft, account, patients)),
        questions=tuple(_questions(draft, patients)),
        patient=patients[0] if len(patients) == 1 else "",
        unconfirmed=any(matricule not in confirmed for matricule in patients),
    )


def _refusals(draft: Draft, account: Account, patients: tuple[str, ...]) -> list[str]:
    refusals = []
    if not draft.recipients and not any(draft.incomplete_recipients):
        refusals.append("Indiquez au moins un destinataire.")
    refusals += [
        f"« {text} » n’est pas une adresse valable." for text in draft.incomplete_recipients if text
    ]
    for address in draft.recipients:
        refusals += _address_refusals(address, account)
    if len(patients) > 1:
        refusals.append("Un message ne peut avoir qu’un seul patient : retirez les autres.")
    if len(draft.recipients) > 1 and any(patient_of(a, account) for a in draft.bcc):
        refusals.append(
            "Un patient ne peut pas être en copie cachée d’un message adressé à d’autres."
        )
    return refusals


def _address_refusals(address: Address, account: Account) -> list[str]:
    if not address.is_sendable:
        return [f"« {address.mailbox} » n’est pas une adresse valable."]
    if address.resembles_patient(account.patient_domain):
        sentence = (
            f"« {address.domain} » ressemble au domaine des patients sans l’être : "
            f"l’adresse d’un patient finit toujours par @{account.patient_domain}."
        )
        return [sentence]
    if not patient_of(address, account) and address.misspells_patient(account.patient_domain):
        sentence = (
            f"« {address.mailbox} » n’est l’adresse d’aucun patient : avant le @, il faut les "
            "15 caractères de l’INS, avec une clé juste."
        )
        return [sentence]
    if not _is_trusted(address.domain, account):
        sentence = (
            f"« {address.domain} » n’appartient pas à l’espace de confiance MSSanté : "
            "un message de santé ne peut pas y être envoyé."
        )
        return [sentence]
    return []


def _is_trusted(domain: str, account: Account) -> bool:
    return (
        domain == account.patient_domain.lower()
        or domain.endswith(_TRUSTED_SUFFIX)
        or domain in _OTHER_TRUSTED_DOMAINS
    )


def _questions(draft: Draft, patients: tuple[str, ...]) -> list[Question]:
    questions = []
    if not draft.subject.strip():
        questions.append(Question.EMPTY_SUBJECT)
    if patients and len(draft.recipients) > len(patients):
        questions.append(Question.PATIENT_WITH_OTHERS)
    return questions
