"""The fictional practice, its colleague and its patients, as the servers know them."""

from __future__ import annotations

from dataclasses import dataclass

PATIENT_DOMAIN = "patient.mssante.fr"
DOMAINS = (PATIENT_DOMAIN, "cabinet-martin.aura.mssante.fr", "hopital-sud.aura.mssante.fr")

SENT, DRAFTS, TRASH = "Éléments envoyés", "Brouillons", "Corbeille"
JUNK, ARCHIVE = "Indésirables", "Archives"
SPECIAL_USE = {
    SENT: r"\Sent",
    DRAFTS: r"\Drafts",
    TRASH: r"\Trash",
    JUNK: r"\Junk",
    ARCHIVE: r"\Archive",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox: its address is its login; `quota_bytes` is None for as good as unlimited.

    Attributes:
        login: another name that it may log in with, or "".
    """

    address: str
    password: str = "Motdepasse-1!"
    quota_bytes: int | None = None
    login: str = ""


def patient_address(matricule: str) -> str:
    """The address of the patient with this matricule (15 characters, key included)."""
    return f"{matricule}@{PATIENT_DOMAIN}"


PRACTICE = Account("dr.martin@cabinet-martin.aura.mssante.fr", login="899700123456")
FULL = Account("plein@cabinet-martin.aura.mssante.fr", quota_bytes=20 * 1024)
COLLEAGUE = Account("dr.durand@hopital-sud.aura.mssante.fr")
PATIENT = Account(patient_address("279035121518989"))
OTHER_PATIENT = Account(patient_address("180017505600301"))
CORSICAN_PATIENT = Account(patient_address("284052A32102552"))
FOURTH_PATIENT = Account(patient_address("255081416802538"))

ACCOUNTS = (
    PRACTICE,
    FULL,
    COLLEAGUE,
    PATIENT,
    OTHER_PATIENT,
    CORSICAN_PATIENT,
    FOURTH_PATIENT,
)

UNKNOWN_PATIENT = patient_address("154079612345687")
"""A valid INS without a mailbox: refused with 550 5.1.1 at RCPT."""

BOUNCES = {
    "5.1.1": patient_address("260058815400233"),
    "5.2.1": patient_address("277076322082910"),
    "5.2.2": patient_address("146026322000196"),
    "5.3.4": patient_address("178059933010817"),
}
"""Valid INS accepted at RCPT and then returned, each with its enhanced status (RFC 3463)."""
