"""What is known of a patient beyond the digits, in the words of the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tui_mailer.domain.age import Minority, minority
from tui_mailer.domain.ins import MONTHS, InsReading
from tui_mailer.domain.opposition import OppositionEntry, Towards
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.domain.traits import NameAgreement, PatientTraits, TraitsSource

TOWARDS = {
    Towards.PATIENT: "messages au patient",
    Towards.PROFESSIONALS: "messages à des professionnels à son sujet",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the patient on the screen.

    Attributes:
        traits: just scanned, else stored, else of the label last seen; None when nothing is known.
        label: the From label last seen, or "".
        oppositions: those in force.
    """

    traits: PatientTraits | None = None
    label: SafeText = SafeText("")
    oppositions: tuple[OppositionEntry, ...] = ()


def traits_line(traits: PatientTraits | None) -> str:
    """The name with what proves it: "PAT-TROIS Dominique, né(e) le 28/03/1979 (lieu 51215)"."""
    if traits is None:
        return ""
    if traits.source is TraitsSource.LABEL:
        return f"{traits.name}, tel que le patient se nomme"
    born = f", né(e) le {traits.birth_date:%d/%m/%Y}" if traits.birth_date else ""
    place = f" (lieu {traits.birth_place})" if traits.birth_place else ""
    return f"{safe_line(traits.birth_name)} {safe_line(traits.given_names)}{born}{place}"


def minor_note(reading: InsReading, today: date, born: date | None = None) -> str:
    """The reminder that a child's address is the child's own; a question where it may be one."""
    match minority(reading.birth_years, reading.birth_month, today, born):
        case Minority.YES:
            return "Patient mineur : cette adresse est la sienne, jamais celle d’un parent."
        case Minority.POSSIBLE:
            return (
                f"Né(e) en {max(reading.birth_years)} ? Ce patient serait mineur : l’adresse est "
                "la sienne, jamais celle d’un parent."
            )
        case Minority.NO:
            return ""


def birth_words(traits: PatientTraits | None) -> str:
    """The full date of birth where it is known, "28 mars 1979", else ""."""
    if traits is None or traits.birth_date is None:
        return ""
    born = traits.birth_date
    day = "1er" if born.day == 1 else str(born.day)
    return f"{day} {MONTHS[born.month - 1]} {born.year}"


def opposition_words(entry: OppositionEntry) -> str:
    """What was opposed, when it was noted and by whom."""
    noted = f"{entry.noted_at.astimezone():%d/%m/%Y} par {safe_line(entry.author)}"
    return f"Opposition aux {TOWARDS[entry.towards]}, notée le {noted}."


def opposition_notes(entries: Sequence[OppositionEntry]) -> list[str]:
    """A line for each opposition in force."""
    return [opposition_words(entry) for entry in entries]


def other_name_note(scanned: PatientTraits | None, stored: PatientTraits | None) -> str:
    """What to say when a document names the patient otherwise than a document before."""
    if scanned is None or stored is None:
        return ""
    if TraitsSource.LABEL in {scanned.source, stored.source}:
        return ""
    if stored.agreement(f"{scanned.given_names} {scanned.birth_name}") is NameAgreement.SAME:
        return ""
    return f"Un document précédent donnait à cette INS un autre nom : « {stored.name} »."


def label_note(traits: PatientTraits | None, label: str) -> str:
    """What to say of a From label beside the stored name, or "" when they agree."""
    if traits is None:
        return ""
    match traits.agreement(label):
        case NameAgreement.SAME:
            return ""
        case NameAgreement.OTHER_FAMILY_NAME:
            return (
                f"Le nom affiché « {label} » n’est pas le nom de naissance confirmé avec cette "
                f"INS, « {traits.name} » : nom d’usage ? Vérifiez de qui il s’agit."
            )
        case NameAgreement.OTHER_GIVEN_NAME:
            return (
                f"Le prénom affiché « {label} » n’est pas celui confirmé avec cette INS, "
                f"« {traits.name} » : un proche écrit-il à sa place ?"
            )
        case NameAgreement.PARTLY:
            return (
                f"Le nom affiché « {label} » n’est qu’en partie celui confirmé avec cette INS, "
                f"« {traits.name} » : vérifiez de qui il s’agit."
            )
        case NameAgreement.OTHER_PERSON:
            return (
                f"Le nom affiché « {label} » n’est pas celui confirmé avec cette INS, "
                f"« {traits.name} » : l’INS fait foi ; vérifiez avant de répondre."
            )
