"""What is known of a patient beyond the matricule, and whether a From label agrees with it.

Order of authority for a name: the strict traits of a datamatrix that the user confirmed, then a
label that stood on the screen when the user confirmed the identity. A label alone is never kept: it
is the sender's own text.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from tui_mailer.domain.datamatrix import DatamatrixIns
from tui_mailer.domain.names import name_words
from tui_mailer.domain.safe_text import SafeText, safe_line


class TraitsSource(Enum):
    """Where the traits come from; each was confirmed by the user."""

    LABEL = "label"
    DATAMATRIX = "datamatrix"


class NameAgreement(Enum):
    """How far a label says the stored name."""

    SAME = "same"
    OTHER_FAMILY_NAME = "other_family_name"
    OTHER_GIVEN_NAME = "other_given_name"
    PARTLY = "partly"
    OTHER_PERSON = "other_person"


@dataclass(frozen=True, slots=True, repr=False)
class PatientTraits:
    """The stored identity of a patient.

    Attributes:
        matricule: 15 characters.
        name: as it is shown: first given name, then birth name.
        birth_name, given_names: strict traits in upper case, or "" when only a label is known.
        birth_date: or None.
        sex: "M", "F" or "".
        birth_place: COG code, or "".
        learnt_at: when the user confirmed them, aware.
    """

    matricule: str
    name: SafeText
    source: TraitsSource
    learnt_at: datetime
    birth_name: str = ""
    given_names: str = ""
    birth_date: date | None = None
    sex: str = ""
    birth_place: str = ""

    @classmethod
    def of_datamatrix(cls, found: DatamatrixIns, now: datetime) -> "PatientTraits":
        """Strict traits as printed; `now` is aware."""
        first = found.given_names.split()[0].title()
        return cls(
            found.matricule,
            safe_line(f"{first} {found.birth_name}"),
            TraitsSource.DATAMATRIX,
            now,
            found.birth_name,
            found.given_names,
            found.birth_date,
            found.sex,
            found.birth_place or "",
        )

    @classmethod
    def of_label(cls, matricule: str, label: SafeText, now: datetime) -> "PatientTraits":
        """The name by which the patient was shown when the user confirmed; `now` is aware."""
        return cls(matricule, label, TraitsSource.LABEL, now)

    def outranks(self, other: "PatientTraits | None") -> bool:
        """True when these traits take the place of `other`: a label never that of a datamatrix."""
        return other is None or not (
            self.source is TraitsSource.LABEL and other.source is TraitsSource.DATAMATRIX
        )

    def agreement(self, label: str) -> NameAgreement:
        """Compare a From label with the stored name; accents, case and order do not count.

        A label that says less, an initial or one name alone, contradicts nothing.
        """
        said = name_words(label)
        if not said:
            return NameAgreement.SAME
        if self.source is TraitsSource.LABEL:
            return _whole_names_agree(name_words(self.name), said)
        given, family = name_words(self.given_names), name_words(self.birth_name)
        initials = {word[0] for word in given}
        if said <= given | family | initials:
            return NameAgreement.SAME
        return _AGREEMENTS[not said.isdisjoint(given), not said.isdisjoint(family)]

    def __repr__(self) -> str:
        """Show no trait: an identity has no place in a log."""
        return "PatientTraits(•••)"


_AGREEMENTS = {
    (True, True): NameAgreement.SAME,
    (True, False): NameAgreement.OTHER_FAMILY_NAME,
    (False, True): NameAgreement.OTHER_GIVEN_NAME,
    (False, False): NameAgreement.OTHER_PERSON,
}


def _whole_names_agree(known: frozenset[str], said: frozenset[str]) -> NameAgreement:
    if known <= said or said <= known:
        return NameAgreement.SAME
    return NameAgreement.OTHER_PERSON if known.isdisjoint(said) else NameAgreement.PARTLY
