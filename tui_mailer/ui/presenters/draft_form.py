"""A draft as the fields of the composer, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.ui.presenters.recipients import Recipients, format_recipients


@dataclass(frozen=True, slots=True)
class DraftFields:
    """What stands in the three fields of recipients when a draft is opened.

    Attributes:
        locked: the patient's address, when the message was opened for a patient: not to be edited.
    """

    to: str
    cc: str
    bcc: str
    locked: Address | None = None


def fields_of(draft: Draft, locked_matricule: str, patient_domain: str) -> DraftFields:
    """Fill the fields; the patient's own address is taken out of them and locked."""
    locked = next(
        (
            a
            for a in draft.to
            if locked_matricule and a.matricule(patient_domain) == locked_matricule
        ),
        None,
    )
    to = [address for address in draft.to if address is not locked]
    parts = zip((to, draft.cc, draft.bcc), draft.incomplete_recipients, strict=True)
    to_text, cc_text, bcc_text = (format_recipients(found, rest) for found, rest in parts)
    return DraftFields(to_text, cc_text, bcc_text, locked)


def with_recipients(draft: Draft, locked: Address | None, fields: Sequence[Recipients]) -> Draft:
    """`draft` with the recipients of the fields To, Cc and Bcc, the locked one first."""
    to, cc, bcc = fields
    first = () if locked is None else (locked,)
    others = tuple(a for a in to.addresses if locked is None or not a.same_mailbox(locked))
    return replace(
        draft,
        to=first + others,
        cc=cc.addresses,
        bcc=bcc.addresses,
        incomplete_recipients=(to.incomplete_text, cc.incomplete_text, bcc.incomplete_text),
    )


def title_of(draft: Draft) -> str:
    """What is being written, in French."""
    if draft.forwards:
        return "Transférer un message"
    return "Répondre" if draft.in_reply_to else "Nouveau message"


def is_blank(draft: Draft, signature: str = "") -> bool:
    """True for a draft in which nothing but the signature stands: not worth keeping."""
    return not (
        draft.id or draft.recipients or any(draft.incomplete_recipients) or draft.subject.strip()
    ) and not (draft.body.strip() not in {"", signature.strip()} or draft.attachments)
