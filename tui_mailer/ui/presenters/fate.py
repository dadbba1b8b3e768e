"""What became of a sent message, as the list and the reader say it.

Without a report nothing is said: a message that left is not a message that arrived.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.message import ReadMessage
from tui_mailer.domain.patient import called
from tui_mailer.domain.report import Fate, KeptReport, ReportKind, explain_report
from tui_mailer.ui.text import Part, french_date, french_moment

ACTIVATION_HINT: Final = "i : texte à remettre au patient"
WORDS_HINT: Final = "F2 : réponse exacte du serveur"
_FAILURES: Final = tuple(kind for kind in ReportKind if kind.is_failure)
_SHORT: Final = {
    ReportKind.NOT_DELIVERED: "✕ non distribué",
    ReportKind.NOT_PROCESSED: "✕ non intégré",
    ReportKind.READ: "✓ lu",
    ReportKind.UNREAD: "✕ supprimé non lu",
    ReportKind.DELIVERED: "✓ remis",
    ReportKind.DELAYED: "◐ retardé",
}
_LONG: Final = {
    ReportKind.NOT_DELIVERED: "✕ Non distribué",
    ReportKind.NOT_PROCESSED: "✕ Reçu, mais non intégré par le logiciel du destinataire",
    ReportKind.READ: "✓ Lu",
    ReportKind.UNREAD: "✕ Supprimé sans être lu, ou accusé de lecture refusé",
    ReportKind.DELIVERED: "✓ Remis",
    ReportKind.DELAYED: "◐ Retardé : le serveur essaie encore",
}


def short_words(fate: Fate, now: datetime) -> str:
    """A mark and a word for a row: "✓ lu 14:05", "✕ non distribué"."""
    words = _SHORT[fate.kind]
    return f"{words} {french_date(fate.at, now)}" if fate.kind is ReportKind.READ else words


@dataclass(frozen=True, slots=True)
class News:
    """What was reported on the message of ours that is read, or by the report that is.

    Attributes:
        kept: the gravest first.
        about: of a report, the subject of the message that it is about; "" of any other message.
        names: of patients among the recipients reported, by matricule, as far as they are known.
    """

    kept: Sequence[KeptReport] = ()
    about: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


def reader_lines(
    message: ReadMessage, news: News, now: datetime, patient_domain: str
) -> list[Part]:
    """For the reader: each recipient's news, and for a failure why and what to do."""
    parts: list[Part] = []
    if news.about:
        parts += ["Concerne votre message ", (f"« {news.about} »\n", "bold")]
    for one in news.kept:
        matricule = patient_reported(one, patient_domain)
        whom = called(matricule, news.names.get(matricule, "")) if matricule else ""
        parts += _told(one, whom or one.report.recipient, now)
        if one.report.kind.is_failure:
            parts += _explained(one, patient_domain)
    return parts + _awaited(message, news.kept)


def _awaited(message: ReadMessage, kept: Sequence[KeptReport]) -> list[Part]:
    """That a receipt was asked for a message of ours, until somebody has told anything."""
    answered = {ReportKind.READ, ReportKind.UNREAD, *(_FAILURES)}
    if message.receipt is None or any(one.report.kind in answered for one in kept):
        return []
    return [("Accusé de lecture demandé, pas encore reçu\n", "dim")]


def can_activate(one: KeptReport, patient_domain: str) -> bool:
    """True when the patient can mend it by activating Mon espace santé."""
    report = one.report
    to_patient = patient_reported(one, patient_domain) is not None
    return (
        to_patient and report.kind is ReportKind.NOT_DELIVERED and report.cause.patient_can_activate
    )


def patient_reported(one: KeptReport, patient_domain: str) -> str | None:
    """The matricule of the patient whose news it is, None for anybody else's."""
    return Address(one.report.recipient).matricule(patient_domain)


def _told(one: KeptReport, whom: str, now: datetime) -> list[Part]:
    kind = one.report.kind
    style = "bold $error" if kind.is_failure else "bold"
    who = f" : {whom}" if whom else ""
    return [(_LONG[kind], style), f" le {french_moment(one.reported_at, now)}{who}\n"]


def _explained(one: KeptReport, patient_domain: str) -> list[Part]:
    to_patient = patient_reported(one, patient_domain) is not None
    told = explain_report(one.report, to_patient=to_patient)
    hints = [WORDS_HINT] if one.report.server_words else []
    hints += [ACTIVATION_HINT] if can_activate(one, patient_domain) else []
    return [f"{told.what}\n{told.advice}\n", (" · ".join(hints) + "\n" if hints else "", "dim")]
