"""A patient's address refused while sending, told as a report that comes back later would be."""

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import RecipientsRefused
from tui_mailer.domain.nondelivery import cause_of, explain, status_in
from tui_mailer.domain.patient import called
from tui_mailer.domain.safe_text import safe_block
from tui_mailer.engine.before_sending.patients import patient_of


def explained(refused: RecipientsRefused, account: Account) -> RecipientsRefused:
    """The same refusal; where it is a patient's, with its cause and what the patient can do."""
    named: list[str] = []
    for mailbox, words in refused.refusals.items():
        matricule = patient_of(Address.received(mailbox), account)
        named.append(called(matricule) if matricule else mailbox)
        if matricule:
            told = explain(cause_of(status_in(words), words), to_patient=True)
            refused.meaning = f"{told.what} {RecipientsRefused.meaning}"
            refused.advice = told.advice
    refused.subject = safe_block(", ".join(named))
    return refused


def patient_can_activate(outgoing: Outgoing, account: Account) -> bool:
    """True for a message that its patient could get after activating Mon espace santé."""
    if outgoing.state is not OutgoingState.FAILED or not outgoing.patient:
        return False
    words = "\n".join(_said_of(outgoing.patient, outgoing, account))
    return bool(words) and cause_of(status_in(words), words).patient_can_activate


def _said_of(matricule: str, outgoing: Outgoing, account: Account) -> list[str]:
    """The lines of the refusal that are about a patient: each recipient's begin with his name."""
    said: list[str] = []
    about = ""
    for line in outgoing.server_words.splitlines():
        mailbox = line.partition(" : ")[0]
        about = mailbox if mailbox in outgoing.recipients else about
        if patient_of(Address.received(about), account) == matricule:
            said.append(line.removeprefix(f"{about} : "))
    return said
