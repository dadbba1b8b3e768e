"""Why a message was not delivered, and what can be done about it, in the words of the field.

Mon espace santé names four causes (ENS V1.3 §6): messaging closed, patient not found, invalid
address, more than 25 Mo. Its exact wording and codes are not public: a code is believed first
(RFC 3463), then the words in French or English.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tui_mailer.domain.accents import without_accents

ACTIVATION_SITE: Final = "www.monespacesante.fr"


class Cause(Enum):
    """Why; `UNKNOWN` when the report says nothing that is understood."""

    CLOSED = "closed"
    NOT_FOUND = "not_found"
    INVALID_ADDRESS = "invalid_address"
    TOO_LARGE = "too_large"
    FULL = "full"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def patient_can_activate(self) -> bool:
        """True where the patient can mend it alone, by activating the account."""
        return self in {Cause.CLOSED, Cause.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Two French sentences: what happened, what to do."""

    what: str
    advice: str


_BY_STATUS: Final = {
    "1.1": Cause.NOT_FOUND,
    "1.10": Cause.NOT_FOUND,  # Exchange
    "1.2": Cause.INVALID_ADDRESS,
    "1.3": Cause.INVALID_ADDRESS,
    "1.6": Cause.CLOSED,
    "2.1": Cause.CLOSED,
    "2.2": Cause.FULL,
    "2.3": Cause.TOO_LARGE,
    "3.4": Cause.TOO_LARGE,
    "4.4": Cause.INVALID_ADDRESS,
}
_REFUSALS: Final = "7."


_OWNER: Final = r"(?:patient|usager|destinataire|utilisateur)"
_BY_WORDS: Final = tuple(
    (cause, re.compile(pattern, re.IGNORECASE))
    for cause, pattern in (
        (
            Cause.TOO_LARGE,
            (
                r"trop (?:volumineu|gros)|taille (?:maximale|limite|du message)|25 ?Mo\b"
                r"|(?:size|message) (?:limit )?exceed|exceeds? .{0,30}(?:size|limit)"
                r"|(?:message|mail) (?:is )?too (?:large|big)|size limit|too large"
            ),
        ),
        (
            Cause.FULL,
            (
                r"boite .{0,30}pleine|espace .{0,30}(?:plein|insuffisant|satur)|quota"
                r"|mailbox .{0,40}full|insufficient (?:system )?storage|out of storage"
            ),
        ),
        (
            Cause.CLOSED,
            (
                rf"messagerie .{{0,40}}(?:ferme|clos|desactiv|non ouverte|non activ)|{_OWNER} .{{0,60}}"
                r"(?:pas (?:encore )?(?:active|ouvert)|ferme|cloture)"
                r"|(?:compte|boite) .{0,40}(?:ferm|clos|desactiv|suspend|clotur)"
                r"|(?:mailbox|account|user) .{0,30}(?:closed|disabled|inactive|suspended|no longer)"
            ),
        ),
        (
            Cause.INVALID_ADDRESS,
            (
                r"adresse .{0,40}(?:invalide|incorrecte|non valide|mal form|erron)|syntax"
                r"|bad (?:destination|address|recipient)|invalid (?:recipient|address|mailbox)"
                r"|(?:host|domain)[^\n]{0,30}not found|unrouteable|no such (?:host|domain)"
            ),
        ),
        (
            Cause.NOT_FOUND,
            (
                rf"{_OWNER}.{{0,30}}(?:non trouve|introuvable|inconnu|n.existe pas)"
                r"|(?:adresse|boite).{0,40}(?:introuvable|inconnue|n.existe pas|non trouvee)"
                r"|(?:user|recipient|mailbox|address) .{0,30}(?:unknown|not found)|unknown (?:user|recipient)"
                r"|no such (?:user|recipient|mailbox)|(?:does ?n.t|does not) exist|no mailbox here"
            ),
        ),
        (Cause.REFUSED, r"refus|reject|blocked|denied|policy|not authori[sz]ed|bloqu|interdit"),
    )
)
_LONGEST_WORDS: Final = 4_000
_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")


def status_in(text: str) -> str:
    """The first enhanced status code in `text` (RFC 3463), or ""."""
    found = _STATUS.search(text[:_LONGEST_WORDS])
    return found[0] if found else ""


def cause_of(status: str, words: str) -> Cause:
    """The cause that an enhanced status code names, else the one that the server's words do."""
    detail = status.partition(".")[2]
    if detail in _BY_STATUS:
        return _BY_STATUS[detail]
    said = without_accents(words[:_LONGEST_WORDS])
    for cause, pattern in _BY_WORDS:
        if pattern.search(said):
            return cause
    return Cause.REFUSED if detail.startswith(_REFUSALS) else Cause.UNKNOWN


_ACTIVATE: Final = (
    f"Le patient peut activer Mon espace santé sur {ACTIVATION_SITE} ; "
    "d’ici là, joignez-le autrement."
)
_TO_PATIENT: Final = {
    Cause.CLOSED: Explanation(
        "La messagerie Mon espace santé de ce patient est fermée ou n’a pas été ouverte.",
        _ACTIVATE,
    ),
    Cause.NOT_FOUND: Explanation(
        "Aucune messagerie Mon espace santé ne correspond à cette INS.",
        f"Vérifiez l’INS dans votre logiciel métier. Si elle est juste : {_ACTIVATE[0].lower()}"
        f"{_ACTIVATE[1:]}",
    ),
    Cause.INVALID_ADDRESS: Explanation(
        "L’adresse du patient n’est pas valable.",
        "Vérifiez l’INS dans votre logiciel métier, puis écrivez de nouveau.",
    ),
    Cause.TOO_LARGE: Explanation(
        "Le message est trop volumineux : Mon espace santé accepte 25 Mo au plus.",
        "Réduisez les pièces jointes, ou envoyez-les en plusieurs messages.",
    ),
    Cause.FULL: Explanation(
        "L’espace de stockage du patient est plein.",
        "Demandez-lui de faire de la place, puis envoyez de nouveau.",
    ),
}
_TO_ANYBODY: Final = {
    Cause.CLOSED: Explanation(
        "La boîte du destinataire est fermée.",
        "Cherchez son adresse actuelle, ou joignez-le autrement.",
    ),
    Cause.NOT_FOUND: Explanation(
        "Le destinataire n’existe pas à cette adresse.",
        "Vérifiez l’adresse lettre par lettre, puis écrivez de nouveau.",
    ),
    Cause.INVALID_ADDRESS: Explanation(
        "L’adresse du destinataire n’est pas valable.",
        "Vérifiez l’adresse, surtout après le @, puis écrivez de nouveau.",
    ),
    Cause.TOO_LARGE: Explanation(
        "Le message est trop volumineux pour la boîte du destinataire.",
        "Réduisez les pièces jointes, ou envoyez-les en plusieurs messages.",
    ),
    Cause.FULL: Explanation(
        "La boîte du destinataire est pleine.",
        "Prévenez-le autrement, puis envoyez de nouveau.",
    ),
    Cause.REFUSED: Explanation(
        "Le serveur du destinataire a refusé le message.",
        "Lisez sa réponse, ou joignez le destinataire autrement.",
    ),
    Cause.UNKNOWN: Explanation(
        "Le serveur ne dit pas clairement pourquoi.",
        "Lisez sa réponse, et joignez le destinataire autrement si c’est pressé.",
    ),
}


def explain(cause: Cause, *, to_patient: bool) -> Explanation:
    """What a non-delivery means and what to do, for a patient or for anybody else."""
    if to_patient and cause in _TO_PATIENT:
        return _TO_PATIENT[cause]
    return _TO_ANYBODY[cause]
