"""What a template's fields stand for in the message that is being written."""

from datetime import datetime

from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ins import MONTHS
from tui_mailer.domain.template import TemplateFields, sender_name


def fields_for(
    draft: Draft, account: Account, now: datetime, known_name: str = ""
) -> TemplateFields:
    """The names of the patient written to and of the sender, and today.

    Args:
        draft: the message.
        account: written from.
        now: local, aware.
        known_name: of the patient whose identity was confirmed, which goes before any label.
    """
    labels = [a.name for a in draft.to if a.matricule(account.patient_domain) and a.name]
    day = "1er" if now.day == 1 else str(now.day)
    return TemplateFields(
        patient=known_name or next(iter(labels), ""),
        sender=sender_name(account.sender_label) or account.address,
        date=f"{day} {MONTHS[now.month - 1]} {now.year}",
    )
