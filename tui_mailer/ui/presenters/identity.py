"""An INS that is being typed, and the identity it tells, in the words of the screen."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import pairwise

from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.identity_entry import IdentityEntry
from tui_mailer.domain.ins import MONTHS, InsReading, Matricule, Severity
from tui_mailer.domain.patient import IdentityPoint
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits
from tui_mailer.ui.presenters.patient_words import birth_words, minor_note

_SEXES = {"F": "Femme", "M": "Homme"}
_GROUP_ENDS = (1, 3, 5, 7, 10, 13)


class Tone(Enum):
    """How a line is to be taken; always said by a mark as well as by a colour."""

    NEUTRAL = "·"
    INCOMPLETE = "…"
    WRONG = "✗"
    WARNING = "!"
    RIGHT = "✓"


@dataclass(frozen=True, slots=True)
class Status:
    """The live line under the search bar."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class ConfirmedPatient:
    """Who the user wants to write to, once every point was confirmed; `traits` where known."""

    matricule: Matricule
    traits: PatientTraits | None = None

    @property
    def name(self) -> SafeText:
        """The confirmed name, or ""."""
        return self.traits.name if self.traits else SafeText("")


@dataclass(frozen=True, slots=True)
class PatientBanner:
    """What stays above a message to a patient.

    Attributes:
        name: as the mailbox knows it, or "".
        sex: "Femme" or "Homme".
        birth: "mars 1979, Marne (51)", or with the day where it is known.
        caution: the reminder that a minor's address is the minor's own, or "".
    """

    matricule: Matricule
    name: SafeText
    sex: str
    birth: str
    caution: str = ""


def status(entry: IdentityEntry, typed: str, found_count: int = 0) -> Status:
    """Say where the search stands: an INS under way, wrong or complete, or a name.

    Args:
        entry: of `typed`.
        typed: the text of the search bar.
        found_count: patients of this mailbox that answer to it.
    """
    reading = entry.reading
    if is_name(typed):
        return _name_status(found_count)
    if entry.fault:
        return Status(Tone.INCOMPLETE, f"Datamatrix INS : {entry.fault}")
    if reading.key_is_wrong:
        return Status(
            Tone.WARNING, "Clé fausse : accepté parce que ce compte est réglé sur des tests."
        )
    if reading.matricule is not None:
        return _complete_status(entry)
    errors = [problem for problem in reading.problems if problem.severity is Severity.ERROR]
    if errors:
        return Status(Tone.WRONG, errors[0].message)
    if reading.expected_key is not None:
        return Status(Tone.WARNING, _key_sentence(reading))
    return Status(Tone.INCOMPLETE, reading.problems[0].message)


def _complete_status(entry: IdentityEntry) -> Status:
    if entry.scanned is None:
        return Status(Tone.RIGHT, "INS complète, clé juste. Contrôlez maintenant l’identité.")
    if entry.contradictions:
        return Status(
            Tone.WARNING,
            "Datamatrix lu, mais il contredit le matricule : vérifiez le document avant d’écrire.",
        )
    return Status(Tone.RIGHT, "Datamatrix lu, clé juste. Contrôlez maintenant l’identité.")


def is_name(typed: str) -> bool:
    """True for a text that can only be a patient's name: letters, and no digit at all."""
    return any(c.isalpha() for c in typed) and not any(c.isdigit() for c in typed)


def _name_status(found_count: int) -> Status:
    if found_count == 0:
        return Status(
            Tone.NEUTRAL,
            "Aucun patient de ce nom dans cette boîte. Une INS n’a que des chiffres, "
            "sauf 2A ou 2B pour la Corse.",
        )
    plural = "s" if found_count > 1 else ""
    return Status(
        Tone.NEUTRAL,
        f"{found_count} patient{plural} de cette boîte : choisissez avec ↓ puis Entrée.",
    )


def _key_sentence(reading: InsReading) -> str:
    warnings = [p.message for p in reading.problems if p.severity is Severity.WARNING]
    sentence = (
        f"Il manque la clé (2 chiffres). Clé calculée : {reading.expected_key}. "
        "Comparez-la avec celle de votre logiciel métier ; F4 l’ajoute."
    )
    return " ".join([sentence, *warnings])


def grouped(cleaned: str) -> str:
    """An INS typed in part, in the groups of the printed number."""
    bounds = (0, *_GROUP_ENDS, max(len(cleaned), _GROUP_ENDS[-1]))
    parts = (cleaned[start:end] for start, end in pairwise(bounds))
    return " ".join(part for part in parts if part)


def point_value(point: IdentityPoint, reading: InsReading) -> str:
    """What the digits say about one point to confirm; "" for the statement of qualification."""
    match point:
        case IdentityPoint.SEX:
            return _SEXES.get(reading.sex or "", "inconnu")
        case IdentityPoint.BIRTH_YEAR:
            return f"{years(reading)} (mois : {month(reading)})"
        case IdentityPoint.BIRTH_DEPARTMENT:
            return department(reading)
        case IdentityPoint.QUALIFIED:
            return ""


def point_label(point: IdentityPoint) -> str:
    """The words beside the box of one point."""
    match point:
        case IdentityPoint.SEX:
            return "Sexe"
        case IdentityPoint.BIRTH_YEAR:
            return "Année de naissance"
        case IdentityPoint.BIRTH_DEPARTMENT:
            return "Département de naissance"
        case IdentityPoint.QUALIFIED:
            return "L’INS est qualifiée dans mon logiciel métier"


def years(reading: InsReading) -> str:
    """The candidate years; the century is not in the number."""
    return " ou ".join(str(year) for year in reading.birth_years) or "inconnue"


def month(reading: InsReading) -> str:
    """The month of birth, or "inconnu" for the special months 20 to 99."""
    return MONTHS[reading.birth_month - 1] if reading.birth_month else "inconnu"


def department(reading: InsReading) -> str:
    """The place of birth by name, with its code where the name does not hold it."""
    place = reading.department
    if place is None:
        return "inconnu"
    return place.name if place.code in place.name else f"{place.name} ({place.code})"


def shown(reading: InsReading, patient_domain: str) -> str:
    """What the screen shows of an identity, in one line, for the journal of confirmations."""
    matricule = reading.matricule
    if matricule is None:
        return ""
    points = (IdentityPoint.SEX, IdentityPoint.BIRTH_YEAR, IdentityPoint.BIRTH_DEPARTMENT)
    told = "; ".join(f"{point_label(p)} : {point_value(p, reading)}" for p in points)
    warning = "; clé fausse (identité de test)" if reading.key_is_wrong else ""
    return f"{matricule.address(patient_domain)}; {told}{warning}"


def asking(*, from_bar: bool) -> str:
    """What to do with the points; Space writes a space while the focus is in the search bar."""
    if from_bar:
        return "Comparez avec votre logiciel métier ; Entrée pour cocher chaque ligne :"
    return "Comparez avec votre logiciel métier et cochez chaque ligne (Espace) :"


def still_to_confirm(missing: tuple[IdentityPoint, ...]) -> str:
    """The sentence beside the button."""
    if not missing:
        return "Identité confirmée."
    short = {
        IdentityPoint.SEX: "sexe",
        IdentityPoint.BIRTH_YEAR: "année",
        IdentityPoint.BIRTH_DEPARTMENT: "département",
        IdentityPoint.QUALIFIED: "INS qualifiée",
    }
    return "Reste : " + ", ".join(short[point] for point in missing) + "."


def exchange_line(exchange: Exchange, since: str, *, all_read: bool = True) -> str:
    """Where the exchange with this patient stands.

    Args:
        exchange: as far as it is known.
        since: a date in words.
        all_read: False while the mailbox is being read for the first time.
    """
    match exchange.state:
        case ExchangeState.OPEN:
            return f"Échange ouvert depuis le {since}."
        case ExchangeState.CLOSED:
            return f"Échange clos depuis le {since} : écrire le redémarre."
        case ExchangeState.NONE if not all_read:
            return "Boîte encore en cours de lecture : un échange passé peut manquer."
        case ExchangeState.NONE:
            return "Premier message à ce patient depuis cette boîte."


def banner(patient: ConfirmedPatient, reading: InsReading, today: date) -> PatientBanner:
    """The banner of a message to `patient`; `reading` is of that patient's INS."""
    digits = f"{month(reading)} {years(reading)}" if reading.birth_month else years(reading)
    born = birth_words(patient.traits) or digits
    birth_date = patient.traits.birth_date if patient.traits else None
    return PatientBanner(
        patient.matricule,
        patient.name,
        point_value(IdentityPoint.SEX, reading),
        f"{born}, {department(reading)}",
        minor_note(reading, today, birth_date),
    )
