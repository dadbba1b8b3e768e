"""What can be wrong with a typed matricule INS, each thing in its own words.

A matricule is 13 characters (sex 1, year 2, month 2, place of birth 5, order 3) and a key of 2.
The rules come from the comments of the CNAM's NIR checker and from INSEE's table of the NIR.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from tui_mailer.domain.ins_characters import (
    LENGTH,
    LENGTH_WITHOUT_KEY,
    computed_key,
    stray_position,
)

# 1 and 2: NIR. 3 and 4: being registered. 7 and 8: provisional, or NIA.
SEXES = {"1": "M", "2": "F", "3": "M", "4": "F", "7": "M", "8": "F"}

_MONTH = re.compile(r"0[1-9]|1[0-2]|[2-9][0-9]")


class Severity(StrEnum):
    """How much a problem stands in the way."""

    INCOMPLETE = "incomplete"
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class InsProblem:
    """One thing wrong with a matricule.

    Attributes:
        code: stable English word, for programs ("wrong_key", "too_short"...).
        message: French sentence for the user; it holds no character that could harm a terminal.
        severity: whether it only lacks something, is wrong, or deserves a look.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR


def problems_in(cleaned: str) -> tuple[InsProblem, ...]:
    """List what is missing from or wrong with a cleaned matricule; nothing when it is right."""
    if not cleaned:
        return (InsProblem("empty", "Saisissez le matricule INS du patient.", Severity.INCOMPLETE),)
    stray = stray_position(cleaned)
    if stray is not None:
        return (_stray(cleaned, stray),)
    found = [check(cleaned) for check in _CHECKS]
    return tuple([problem for problem in found if problem is not None])


def _stray(cleaned: str, index: int) -> InsProblem:
    character, position = cleaned[index], index + 1
    if "A" <= character <= "Z":
        return InsProblem(
            "unexpected_letter",
            f"La lettre « {character} » en position {position} n’a pas sa place : un matricule INS n’a "
            "que des chiffres, sauf 2A ou 2B pour une naissance en Corse.",
        )
    shown = character if " " < character <= "~" else f"U+{ord(character):04X}"
    kind = "Le caractère" if character.isprintable() else "Le caractère invisible"
    return InsProblem(
        "unexpected_character",
        f"{kind} « {shown} » en position {position} n’a pas sa place dans un matricule INS : "
        "effacez-le et vérifiez ce qui l’entoure.",
    )


def _check_sex(cleaned: str) -> InsProblem | None:
    first = cleaned[0]
    if first in SEXES:
        return None
    if first in "56":
        return InsProblem(
            "mig",
            f"Un numéro qui commence par {first} est un numéro de gestion de l’assurance maladie (MIG), "
            "pas une INS. Reprenez l’INS qualifiée dans votre logiciel métier.",
        )
    return InsProblem(
        "wrong_sex",
        f"Le premier chiffre indique le sexe : 1, 3 ou 7 (masculin), 2, 4 ou 8 (féminin). {first} "
        "n’existe pas.",
    )


def _check_month(cleaned: str) -> InsProblem | None:
    month = cleaned[3:5]
    if len(month) < len("01") or _MONTH.fullmatch(month):
        return None
    return InsProblem(
        "wrong_month",
        f"{month} n’est pas un mois de naissance : attendu de 01 à 12, ou de 20 à 99 si le mois est "
        "inconnu.",
    )


def _check_department(cleaned: str) -> InsProblem | None:
    if cleaned[5:7] != "00":
        return None
    return InsProblem(
        "wrong_department",
        "Le département de naissance 00 n’existe pas : attendu de 01 à 96, 2A, 2B, 97x ou 98x "
        "(outre-mer), ou 99 (étranger).",
    )


def _check_order(cleaned: str) -> InsProblem | None:
    if cleaned[10:13] != "000":
        return None
    return InsProblem(
        "wrong_order",
        "Le numéro d’ordre (positions 11 à 13) ne peut pas être 000 : attendu de 001 à 999.",
    )


def _check_nnp(cleaned: str) -> InsProblem | None:
    if len(cleaned) != LENGTH_WITHOUT_KEY or not re.match("[78][12]", cleaned):
        return None
    return InsProblem(
        "maybe_nnp",
        "Attention : un numéro de 13 caractères qui commence par 7 ou 8 peut être un numéro provisoire "
        "de caisse (NNP), qui n’a pas de clé et n’est pas une INS.",
        Severity.WARNING,
    )


def _check_length(cleaned: str) -> InsProblem | None:
    length = len(cleaned)
    if length == LENGTH:
        return None
    if length > LENGTH:
        return InsProblem(
            "too_long",
            f"{length} caractères saisis, {LENGTH} attendus : {length - LENGTH} de trop.",
        )
    if length == LENGTH_WITHOUT_KEY:
        return InsProblem(
            "missing_key",
            f"Il manque la clé (2 chiffres). La clé calculée est {computed_key(cleaned)} : comparez-la "
            "avec celle du document du patient avant de la saisir.",
            Severity.INCOMPLETE,
        )
    missing = LENGTH - length
    plural = "s" if missing > 1 else ""
    return InsProblem(
        "too_short",
        f"Il manque {missing} caractère{plural} : {length} saisi{'s' if length > 1 else ''}, "
        f"{LENGTH} attendus, clé comprise.",
        Severity.INCOMPLETE,
    )


def _check_key(cleaned: str) -> InsProblem | None:
    thirteen, key = cleaned[:LENGTH_WITHOUT_KEY], cleaned[LENGTH_WITHOUT_KEY:]
    if len(cleaned) != LENGTH or key == computed_key(thirteen):
        return None
    # The right key is not shown: the error is as likely in the 13 characters, and correcting the
    # key instead would make the address of somebody else.
    return InsProblem(
        "wrong_key",
        f"La clé {key} est fausse : au moins un des {LENGTH} caractères est une erreur de saisie. "
        "Relisez le matricule entier.",
    )


_CHECKS = (
    _check_sex,
    _check_month,
    _check_department,
    _check_order,
    _check_length,
    _check_nnp,
    _check_key,
)
