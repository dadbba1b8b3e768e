"""What stands in the INS search bar: digits, or a whole datamatrix typed or pasted by a scanner.

A datamatrix tells more than the digits: name, full date, place. It also may contradict them, and
each contradiction is named. It is never believed against the matricule: the address is made of the
digits alone, once their key is right.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from tui_mailer.domain.address import PATIENT_DOMAIN, Address
from tui_mailer.domain.datamatrix import HEADER, DatamatrixIns, InvalidDatamatrix, parse
from tui_mailer.domain.errors import InvalidAddress
from tui_mailer.domain.ins import InsProblem, InsReading, Severity, read

_FIRST_LETTERS = "IS0"
# What the digits of the header become when a scanner set to an American keyboard types for a French one.
_WRONG_KEYBOARD = re.compile("\\s*IS[àÀ][&1]", re.IGNORECASE)
_KEYBOARD_ADVICE = (
    "Le lecteur écrit pour un autre clavier : réglez-le sur « français (AZERTY) », "
    "ou saisissez le matricule INS."
)


@dataclass(frozen=True, slots=True)
class IdentityEntry:
    """A text of the search bar, understood.

    Attributes:
        reading: what the digits tell; of a datamatrix, its matricule, with the full year of birth.
        scanned: the datamatrix, or None.
        contradictions: where the datamatrix contradicts the digits, in French.
        fault: why a text that begins like a datamatrix is none (yet), in French, or "".
    """

    reading: InsReading
    scanned: DatamatrixIns | None = None
    contradictions: tuple[InsProblem, ...] = field(default=(), repr=False)
    fault: str = ""


def read_entry(
    text: str,
    today: date,
    *,
    test_identities: bool = False,
    patient_domain: str = PATIENT_DOMAIN,
) -> IdentityEntry:
    """Read the search bar; it raises nothing, whatever the text.

    Args:
        text: what was typed, pasted or scanned; a second scan behind other text counts alone.
        today: the day that decides which births lie in the future.
        test_identities: the profile is for tests; see `ins.read`.
        patient_domain: of the addresses that may be pasted, for the INS in them.
    """
    text = _without_domain(text, patient_domain) if "@" in text else text
    if _WRONG_KEYBOARD.match(text):
        return IdentityEntry(read("", today), fault=_KEYBOARD_ADVICE)
    candidate = _last_scan(text)
    if not candidate:
        return IdentityEntry(read(text, today, test_identities=test_identities))
    try:
        scanned = parse(candidate)
    except InvalidDatamatrix as invalid:
        return IdentityEntry(read("", today), fault=str(invalid.advice))
    return _of_scan(scanned, today, test_identities=test_identities)


def _without_domain(text: str, patient_domain: str) -> str:
    """What stands before the ``@`` of an address of the patients' domain; any other text as it is."""
    try:
        address = Address.typed(text)
    except InvalidAddress:
        return text
    return address.local_part if address.domain == patient_domain.lower() else text


def _last_scan(text: str) -> str:
    """The part of `text` that is meant as a datamatrix, or ""."""
    upper = text.upper()
    if (start := upper.rfind(HEADER)) >= 0:
        return upper[start:]
    stripped = upper.strip()
    return stripped if stripped.startswith(_FIRST_LETTERS) else ""


def _of_scan(scanned: DatamatrixIns, today: date, *, test_identities: bool) -> IdentityEntry:
    reading = read(scanned.matricule, today, test_identities=test_identities)
    found = scanned.contradictions(today, test_identities=test_identities)
    contradictions = tuple(problem for problem in found if problem not in reading.problems)
    refusals = tuple(p for p in contradictions if p.severity is Severity.ERROR)
    if refusals:
        return IdentityEntry(
            replace(reading, matricule=None, problems=reading.problems + refusals),
            scanned,
            contradictions,
        )
    year = scanned.birth_date.year
    if year % 100 in {candidate % 100 for candidate in reading.birth_years}:
        reading = replace(reading, birth_years=(year,))
    return IdentityEntry(reading, scanned, contradictions)
