"""The INS search bar's understanding of what is typed, at every key.

`read` takes any text and says what the digits tell so far: sex, candidate years, month, place of
birth, what is missing and what is wrong. Only a complete and right text yields a `Matricule`, the one
value from which a patient's address is made (ECO.2.2.6, Ref#2 §3.4.2).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from tui_mailer.domain.ins_characters import (
    LENGTH,
    LENGTH_WITHOUT_KEY,
    clean,
    computed_key,
    stray_position,
)
from tui_mailer.domain.ins_checks import SEXES, InsProblem, Severity, problems_in
from tui_mailer.domain.matricule import PATIENT_DOMAIN, InvalidIns, Matricule, is_ins_local_part
from tui_mailer.domain.places import Department, PlaceKind, locate

__all__ = [
    "PATIENT_DOMAIN",
    "InsProblem",
    "InsReading",
    "InvalidIns",
    "Matricule",
    "Segment",
    "Severity",
    "Sex",
    "birth_years",
    "clean",
    "computed_key",
    "is_ins_local_part",
    "read",
]

Sex = Literal["M", "F"]

OLDEST_AGE_YEARS = 120
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
          "octobre", "novembre", "décembre")  # fmt: skip

_SEX_NAMES = {"M": "masculin", "F": "féminin"}
_SEX_REMARKS = {"34": " (en cours d’immatriculation)", "78": " (numéro d’attente ou NIA)"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a matricule, explained.

    Attributes:
        label: French name of the part ("sexe", "année"...).
        typed: its characters, as many as were typed and have their place.
        meaning: what they say, in French; empty while they say nothing yet.
    """

    label: str
    typed: str = field(repr=False)
    meaning: str = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class InsReading:
    """What a text says, read as a matricule INS. What it does not say (yet) is None or empty.

    Attributes:
        cleaned: the text without separators, in upper case; it may hold any other character.
        matricule: the value to address the patient with; None unless the text is complete and right.
        problems: what is missing or wrong, in the order of the characters.
        missing_count: characters still to type.
        expected_key: for 13 right characters, the key to compare with the document and to ask for.
        sex: "M" or "F".
        birth_years: candidate years, four digits, ascending; never in the future.
        birth_month: 1 to 12; None for the special months 20 to 99, which mean "unknown".
        department: place of birth.
        segments: the seven parts, in order.
    """

    cleaned: str
    matricule: Matricule | None
    problems: tuple[InsProblem, ...]
    missing_count: int
    expected_key: str | None
    sex: Sex | None
    birth_years: tuple[int, ...]
    birth_month: int | None
    department: Department | None
    segments: tuple[Segment, ...]

    @property
    def is_valid(self) -> bool:
        """True when an address can be made."""
        return self.matricule is not None

    @property
    def key_is_wrong(self) -> bool:
        """True for a test identity that was let through although its key is wrong."""
        return self.matricule is not None and self.matricule.key_is_wrong

    def __repr__(self) -> str:
        """Show codes only: an INS has no place in a log."""
        return f"InsReading({', '.join(problem.code for problem in self.problems) or 'valid'})"


def read(text: str, today: date, *, test_identities: bool = False) -> InsReading:
    """Read a text as a matricule INS, complete or not. It raises nothing, whatever the text.

    Args:
        text: what was typed or pasted, separators included.
        today: the day that decides which birth years lie in the future.
        test_identities: let a wrong key through with a warning, as official test identities need;
            never in production.
    """
    cleaned = clean(text)
    problems = problems_in(cleaned)
    if test_identities:
        problems = tuple(_tolerate(problem) for problem in problems)
    told = cleaned[: stray_position(cleaned)]
    years = birth_years(told[1:3], today)
    month = told[3:5]
    return InsReading(
        cleaned=cleaned,
        matricule=_matricule(cleaned, problems),
        problems=problems,
        missing_count=max(0, LENGTH - len(cleaned)),
        expected_key=_expected_key(told, problems),
        sex=_sex(told),
        birth_years=years,
        birth_month=int(month) if month in _KNOWN_MONTHS else None,
        department=locate(told[5:10], years),
        segments=_segments(told, years),
    )


def birth_years(two_digits: str, today: date) -> tuple[int, ...]:
    """Return the years that two digits can stand for: none in the future, none over 120 years ago.

    The century is not in the number: "24" is 1924 or 2024 for whoever reads it in 2026.
    """
    if len(two_digits) != len("00"):
        return ()
    first = today.year - OLDEST_AGE_YEARS
    return tuple(y for y in range(first, today.year + 1) if y % 100 == int(two_digits))


_KNOWN_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


def _tolerate(problem: InsProblem) -> InsProblem:
    if problem.code != "wrong_key":
        return problem
    return replace(
        problem,
        message="La clé est fausse : accepté pour une identité de test seulement.",
        severity=Severity.WARNING,
    )


def _matricule(cleaned: str, problems: tuple[InsProblem, ...]) -> Matricule | None:
    if any(problem.severity is not Severity.WARNING for problem in problems):
        return None
    return Matricule(cleaned, key_is_wrong=bool(problems))


def _expected_key(told: str, problems: tuple[InsProblem, ...]) -> str | None:
    wrong = any(problem.severity is Severity.ERROR for problem in problems)
    return None if wrong or len(told) != LENGTH_WITHOUT_KEY else computed_key(told)


def _sex(told: str) -> Sex | None:
    letter = SEXES.get(told[:1])
    return "M" if letter == "M" else "F" if letter == "F" else None


def _segments(told: str, years: tuple[int, ...]) -> tuple[Segment, ...]:
    department = locate(told[5:10], years)
    abroad = department is not None and department.kind is PlaceKind.ABROAD
    split = 8 if told[5:7] in {"97", "98"} else 7
    commune = told[split:10]
    return (
        Segment("sexe", told[:1], _sex_meaning(told)),
        Segment("année", told[1:3], " ou ".join(str(year) for year in years)),
        Segment("mois", told[3:5], _month_meaning(told[3:5])),
        Segment("département", told[5:split], department.name if department else ""),
        Segment("pays" if abroad else "commune", commune, f"code {commune}" if commune else ""),
        Segment("ordre", told[10:13], f"naissance n° {told[10:13]}" if told[12:13] else ""),
        Segment("clé", told[13:LENGTH], _key_meaning(told)),
    )


def _sex_meaning(told: str) -> str:
    name = _SEX_NAMES.get(_sex(told) or "", "")
    remark = next((text for digits, text in _SEX_REMARKS.items() if told[:1] in digits), "")
    return name + remark if name else ""


def _month_meaning(month: str) -> str:
    if month in _KNOWN_MONTHS:
        return MONTHS[int(month) - 1]
    return "inconnu" if len(month) == len("01") and month >= "20" else ""


def _key_meaning(told: str) -> str:
    if len(told) < LENGTH:
        return ""
    right = told[LENGTH_WITHOUT_KEY:LENGTH] == computed_key(told[:LENGTH_WITHOUT_KEY])
    return "juste" if right else "fausse"
