r"""The INS datamatrix: the text that a scanner types from a printed, qualified identity.

ANS, "INS - Format datamatrix" v2.2: a header of 26 characters (`IS`, version `01`, 22 zeros), then
blocks of a two-character id and a value, in any order; the control character GS closes a variable
value. Scanners that act as keyboards write GS as `^]`, `<GS>`, `\x1d`, `␝` or a space, or leave it
out. Names hold no digit (A-Z, space, apostrophe, hyphen), so the next id always tells where a name
ends: nothing is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.ins import MONTHS, InsProblem, InsReading, Severity, read
from tui_mailer.domain.places import places_agree

HEADER: Final = "IS01" + "0" * 22
GS: Final = "\x1d"

_LONGEST_INPUT: Final = 1000
_SPELLED_GS = re.compile(r"\^\]|<GS>|\\x1d|\N{SYMBOL FOR GROUP SEPARATOR}", re.IGNORECASE)
_BLOCK_ID = re.compile(r"S([0-9])")
_NAME = r"[A-Z][A-Z '\-]{0,99}?(?=[\x1d ]*(?:\Z|\x1d|S[0-9]))"
_VALUES: Final[dict[str, tuple[str, re.Pattern[str]]]] = {
    "1": ("matricule INS", re.compile(r"[0-9A-Z]{15}")),
    "2": ("OID", re.compile(r"[0-9]+(?:\.[0-9]+)+")),
    "3": ("prénoms", re.compile(_NAME)),
    "4": ("nom de naissance", re.compile(_NAME)),
    "5": ("sexe", re.compile(r"[MF]")),
    "6": ("date de naissance", re.compile(r"[0-9]{2}-[0-9]{2}-[0-9]{4}")),
    "7": ("lieu de naissance", re.compile(r"[0-9][0-9AB][0-9]{3}")),
}
_OPTIONAL: Final = frozenset({"7"})


class DatamatrixFault(StrEnum):
    """Why a text is no INS datamatrix, as a French sentence; `{block}` is the block concerned."""

    TOO_LONG = "Le texte est trop long."
    HEADER = "L’en-tête attendu (IS01 et 22 zéros) manque."
    BLOCK_UNKNOWN = "Un bloc n’est pas de ceux d’une INS (S1 à S7)."
    BLOCK_MALFORMED = "Le bloc {block} est mal formé."
    BLOCK_TWICE = "Le bloc {block} figure deux fois."
    BLOCK_MISSING = "Le bloc {block} manque."
    NO_SUCH_DAY = "La date de naissance (S6) n’existe pas."


class InvalidDatamatrix(InvalidInput):
    """A text is no INS datamatrix; `advice` says why and repeats nothing of the text."""

    what = "Ce datamatrix INS est illisible"

    def __init__(self, fault: DatamatrixFault, number: str = "") -> None:
        """`number` is that of the block concerned, where there is one."""
        super().__init__()
        self.fault = fault
        block = f"S{number} ({_VALUES[number][0]})" if number else ""
        reason = fault.format(block=block)
        self.advice = f"{reason} Scannez-le à nouveau, ou saisissez le matricule INS."


class OidKind(StrEnum):
    """What authority an OID gives a matricule (ANS, list of the INS OIDs)."""

    NIR = "INS-NIR"
    NIA = "INS-NIA"
    TEST = "test"
    DEMO = "démonstration"
    UNKNOWN = "inconnu"


_OID_KINDS: Final = {
    "1.2.250.1.213.1.4.8": OidKind.NIR,
    "1.2.250.1.213.1.4.9": OidKind.NIA,
    "1.2.250.1.213.1.4.10": OidKind.TEST,
    "1.2.250.1.213.1.4.11": OidKind.DEMO,
}


@dataclass(frozen=True, slots=True, repr=False)
class DatamatrixIns:
    """The identity of an INS datamatrix, as printed: it may contradict itself.

    Attributes:
        matricule: 15 characters, not checked; `contradictions` checks them.
        oid: dotted OID of the authority.
        given_names: birth given names, upper case, separated by spaces.
        birth_name: birth family name, upper case.
        sex: "M" or "F".
        birth_date: full date of birth; it settles the century.
        birth_place: COG code of the birthplace, 5 characters, or None when not printed.
    """

    matricule: str
    oid: str
    given_names: str
    birth_name: str
    sex: str
    birth_date: date
    birth_place: str | None = None

    @property
    def oid_kind(self) -> OidKind:
        """What authority the OID gives the matricule."""
        return _OID_KINDS.get(self.oid, OidKind.UNKNOWN)

    def contradictions(
        self, today: date, *, test_identities: bool = False
    ) -> tuple[InsProblem, ...]:
        """List what does not fit together, for the user to see before confirming the identity.

        Args:
            today: the day after which no birth can lie.
            test_identities: the profile is for tests: a test or demonstration OID is no surprise
                and a wrong key only a warning.

        Returns:
            The problems of the matricule itself, then each mismatch between its digits and the
            traits; nothing when all agree.
        """
        reading = read(self.matricule, today, test_identities=test_identities)
        mismatches = (
            self._authority_problem(test_identities=test_identities),
            self._sex_problem(reading),
            *self._date_problems(reading, today),
            self._place_problem(reading),
        )
        return reading.problems + tuple(problem for problem in mismatches if problem)

    def _authority_problem(self, *, test_identities: bool) -> InsProblem | None:
        kind = self.oid_kind
        if kind is OidKind.UNKNOWN:
            return InsProblem(
                "unknown_oid", "L’autorité (OID) du datamatrix n’est pas celle d’une INS."
            )
        if kind in {OidKind.TEST, OidKind.DEMO} and not test_identities:
            return InsProblem(
                "test_identity",
                f"Identité de {kind} : ce n’est pas celle d’un patient. N’écrivez pas à cette adresse.",
            )
        return None

    def _sex_problem(self, reading: InsReading) -> InsProblem | None:
        if reading.sex in {None, self.sex}:
            return None
        return _mismatch("sex_differs", "Le sexe", _SEXES[self.sex], _SEXES[reading.sex or "M"])

    def _date_problems(self, reading: InsReading, today: date) -> tuple[InsProblem | None, ...]:
        years, month = reading.birth_years, reading.birth_month
        year_differs = bool(years) and years[0] % 100 != self.birth_date.year % 100
        return (
            InsProblem("birth_in_future", "La date de naissance est dans le futur.")
            if self.birth_date > today
            else None,
            _mismatch(
                "year_differs",
                "L’année de naissance",
                str(self.birth_date.year),
                f"{years[0] % 100:02}",
            )
            if year_differs
            else None,
            _mismatch(
                "month_differs",
                "Le mois de naissance",
                MONTHS[self.birth_date.month - 1],
                MONTHS[month - 1],
            )
            if month is not None and month != self.birth_date.month
            else None,
        )

    def _place_problem(self, reading: InsReading) -> InsProblem | None:
        if self.birth_place is None or reading.department is None:
            return None
        if places_agree(self.matricule[5:10], self.birth_place, self.birth_date.year):
            return None
        return _mismatch(
            "department_differs",
            "Le lieu de naissance",
            f"code {self.birth_place}",
            reading.department.name,
        )

    def __repr__(self) -> str:
        """Show no trait: an identity has no place in a log."""
        return "DatamatrixIns(•••)"


_SEXES: Final = {"F": "féminin", "M": "masculin"}


def _mismatch(code: str, what: str, printed: str, digits: str) -> InsProblem:
    """What is printed and what the digits say, side by side; a warning, for the user to judge."""
    sentence = f"{what} : {printed} sur le document, {digits} dans le matricule."
    return InsProblem(code, sentence, Severity.WARNING)


def parse(text: str) -> DatamatrixIns:
    """Read the text of an INS datamatrix: blocks in any order, GS in any of its disguises.

    Args:
        text: what the scanner typed or the user pasted.

    Raises:
        InvalidDatamatrix: anything else, whatever the text.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidDatamatrix(DatamatrixFault.TOO_LONG)
    body = _SPELLED_GS.sub(GS, text.strip(" \t\r\n"))
    if not body.startswith(HEADER):
        raise InvalidDatamatrix(DatamatrixFault.HEADER)
    values = _blocks(body[len(HEADER) :])
    for number in _VALUES:
        if number not in values and number not in _OPTIONAL:
            raise InvalidDatamatrix(DatamatrixFault.BLOCK_MISSING, number)
    return DatamatrixIns(
        matricule=values["1"],
        oid=values["2"],
        given_names=values["3"],
        birth_name=values["4"],
        sex=values["5"],
        birth_date=_day(values["6"]),
        birth_place=values.get("7"),
    )


def _blocks(body: str) -> dict[str, str]:
    """Cut the text after the header into values by block number."""
    values: dict[str, str] = {}
    rest = body.strip(GS + " ")
    while rest:
        block = _BLOCK_ID.match(rest)
        if block is None or block[1] not in _VALUES:
            raise InvalidDatamatrix(DatamatrixFault.BLOCK_UNKNOWN)
        number = block[1]
        value = _VALUES[number][1].match(rest, block.end())
        if value is None:
            raise InvalidDatamatrix(DatamatrixFault.BLOCK_MALFORMED, number)
        if number in values:
            raise InvalidDatamatrix(DatamatrixFault.BLOCK_TWICE, number)
        values[number] = value[0]
        rest = rest[value.end() :].lstrip(GS + " ")
    return values


def _day(text: str) -> date:
    """Read JJ-MM-AAAA."""
    day, month, year = text.split("-")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise InvalidDatamatrix(DatamatrixFault.NO_SUCH_DAY) from None
