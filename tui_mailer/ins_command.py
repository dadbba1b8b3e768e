"""What `tui-mailer ins <matricule>` answers, for programs (`--json`) and for people.

Pure functions: the command line prints the text and exits with the code.
"""

import json
from datetime import date
from typing import TypedDict

from tui_mailer.domain.ins import MONTHS, PATIENT_DOMAIN, InsReading, Severity, read
from tui_mailer.domain.ins_characters import LENGTH


class DepartmentFields(TypedDict):
    """A place of birth: "51", "2A", "974", or five characters abroad ("99330", 99 and the country)."""

    code: str
    name: str


class ErrorFields(TypedDict):
    """What is missing or wrong: a stable English code, and a French sentence."""

    code: str
    message: str


class InsFields(TypedDict):
    """The JSON object of `tui-mailer ins --json`; these keys, always all of them.

    `matricule` is the cleaned text whenever it is 15 digits or letters, valid or not; `address` is
    null when invalid; what the digits cannot say is null or an empty list.
    """

    valid: bool
    matricule: str | None
    sex: str | None
    birth_years: list[int]
    birth_month: int | None
    birth_department: DepartmentFields | None
    address: str | None
    errors: list[ErrorFields]


def describe(
    text: str, today: date, domain: str = PATIENT_DOMAIN, *, test_identities: bool = False
) -> InsFields:
    """Describe a matricule INS as `--json` prints it.

    Args:
        text: what the user gave, separators included.
        today: the day that decides which birth years lie in the future.
        domain: the patients' domain of the profile.
        test_identities: let a wrong key through, for a test profile only.
    """
    reading = read(text, today, test_identities=test_identities)
    place = reading.department
    return {
        "valid": reading.is_valid,
        "matricule": _fifteen(reading),
        "sex": reading.sex,
        "birth_years": list(reading.birth_years),
        "birth_month": reading.birth_month,
        "birth_department": {"code": place.code, "name": place.name} if place else None,
        "address": reading.matricule.address(domain) if reading.matricule else None,
        "errors": [
            {"code": problem.code, "message": problem.message}
            for problem in reading.problems
            if problem.severity is not Severity.WARNING
        ],
    }


def as_json(fields: InsFields) -> str:
    """Write the object on one line, in ASCII: it survives any terminal and any pipe."""
    return json.dumps(fields)


def exit_code(fields: InsFields) -> int:
    """Return 0 for a valid matricule, 1 for anything else."""
    return 0 if fields["valid"] else 1


def render(
    text: str, today: date, domain: str = PATIENT_DOMAIN, *, test_identities: bool = False
) -> str:
    """Describe a matricule INS in French, one fact a line, without a final newline.

    A refused text is not echoed: it may hold anything.
    """
    reading = read(text, today, test_identities=test_identities)
    remarks = [f"  - {problem.message}" for problem in reading.problems]
    if reading.matricule is None:
        return "\n".join(["Ce matricule INS n’est pas valable :", *remarks])
    place = reading.department
    facts = [
        f"Matricule INS : {reading.matricule.grouped}",
        f"Sexe : {'masculin' if reading.sex == 'M' else 'féminin'}",
        f"Année de naissance : {' ou '.join(str(year) for year in reading.birth_years)}",
        f"Mois de naissance : {MONTHS[reading.birth_month - 1] if reading.birth_month else 'inconnu'}",
        f"Lieu de naissance : {f'{place.name} ({place.code})' if place else 'inconnu'}",
        f"Adresse : {reading.matricule.address(domain)}",
    ]
    if place and place.note:
        facts.insert(-1, f"  - {place.note}")
    return "\n".join([*facts, *remarks])


def _fifteen(reading: InsReading) -> str | None:
    cleaned = reading.cleaned
    return cleaned if len(cleaned) == LENGTH and cleaned.isascii() and cleaned.isalnum() else None
