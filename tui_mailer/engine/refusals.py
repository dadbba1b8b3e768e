"""A patient's address refused while sending, told as a report that comes back later would be."""

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import RecipientsRefused
from tui_mailer.domain.nondelivery import cause_of, explain, status_in
from tui_mailer.engine.before_sending.patients import patient_of


def explained(refused: RecipientsRefused, account: Account) -> RecipientsRefused:
    """The same refusal; where it is a patient's, with its cause and what the patient can do."""
    for mailbox, words in refused.refusals.items():
        if patient_of(Address.received(mailbox), account):
            told = explain(cause_of(status_in(words), words), to_patient=True)
            refused.meaning = f"{told.what} {RecipientsRefused.meaning}"
            refused.advice = told.advice
    return refused
