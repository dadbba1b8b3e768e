"""What about a received message deserves a second look at who wrote it.

The INS in the address is the identity; the label beside it is the sender's own text. A carer may write
for a patient: Mon espace santé then ends the body with "Ce message a été rédigé par X, l'aidant de Y."
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from tui_mailer.domain.message import ReadMessage
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.domain.traits import NameAgreement, PatientTraits

_TAIL_LENGTH: Final = 600
_CARER: Final = re.compile(
    r"ce message a été rédigé par (?P<carer>\S.{0,120}?), l['’]aidante? de .{1,120}?\.?$",
    re.IGNORECASE,
)


class DoubtKind(Enum):
    """The gravest first."""

    LOOK_ALIKE = "look_alike"
    REPLY_ELSEWHERE = "reply_elsewhere"
    OTHER_NAME = "other_name"
    CARER = "carer"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to look twice; `carer` is who wrote for the patient, of that kind alone."""

    kind: DoubtKind
    carer: SafeText = field(default=SafeText(""), repr=False)


def doubts(
    message: ReadMessage, traits: PatientTraits | None, patient_domain: str
) -> tuple[Doubt, ...]:
    """List what is doubtful, the gravest first.

    Args:
        message: as received; one of our own has no doubts, whoever it went to.
        traits: the stored identity of the patient it was exchanged with, None without one.
        patient_domain: the account's.
    """
    sender = message.sender
    found = []
    if sender.passes_for_patient(patient_domain):
        found.append(Doubt(DoubtKind.LOOK_ALIKE))
    if any(not address.same_mailbox(sender) for address in message.reply_to):
        found.append(Doubt(DoubtKind.REPLY_ELSEWHERE))
    matricule = sender.matricule(patient_domain)
    if matricule and not _is_named(sender.name, traits, matricule):
        found.append(Doubt(DoubtKind.OTHER_NAME))
    if matricule and (carer := written_by_carer(message.text)):
        found.append(Doubt(DoubtKind.CARER, carer))
    return tuple(found)


def _is_named(label: str, traits: PatientTraits | None, matricule: str) -> bool:
    """True unless the stored name of this very patient is another one."""
    if traits is None or traits.matricule != matricule:
        return True
    return traits.agreement(label) is NameAgreement.SAME


def written_by_carer(text: str) -> SafeText:
    """Who wrote for the patient, if the body ends by saying so, else ""."""
    own = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))
    tail = unicodedata.normalize("NFC", " ".join(own.split())[-_TAIL_LENGTH:])
    found = _CARER.search(tail)
    return safe_line(found["carer"]) if found else SafeText("")
