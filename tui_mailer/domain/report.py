"""What servers and readers report about a message of ours: not delivered, delayed, read.

A report changes nothing by itself: it is shown on the sent message whose Message-ID it names.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Final

from tui_mailer.domain.accents import without_accents
from tui_mailer.domain.nondelivery import Cause, Explanation, explain
from tui_mailer.domain.safe_text import SafeText


class ReportKind(Enum):
    """What became of a message, the gravest first: of several reports, that one is shown."""

    NOT_DELIVERED = "not_delivered"
    NOT_PROCESSED = "not_processed"
    READ = "read"
    UNREAD = "unread"
    DELIVERED = "delivered"
    DELAYED = "delayed"

    @property
    def is_failure(self) -> bool:
        """True when somebody has to do something."""
        return self in {ReportKind.NOT_DELIVERED, ReportKind.NOT_PROCESSED}


@dataclass(frozen=True, slots=True)
class Report:
    """What one report says about one recipient.

    Attributes:
        kind: NOT_PROCESSED is a receipt that the other side's software could not take the
            message in; UNREAD one that it was deleted, or the receipt refused, without reading.
        message_ids: what may be the Message-ID of the message reported on, best evidence first.
        recipient: mailbox as reported, or "".
        status: enhanced status code (RFC 3463), or "".
        server_words: as the other side said it.
    """

    kind: ReportKind
    message_ids: tuple[str, ...]
    recipient: SafeText
    cause: Cause = Cause.UNKNOWN
    status: str = ""
    server_words: SafeText = SafeText("")


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as the store holds it.

    Attributes:
        sent_id: Message-ID of the message of ours.
        reported_at: when the report arrived, aware.
    """

    sent_id: str
    report: Report
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """What the list shows of a sent message: the gravest report, and when it arrived (aware)."""

    kind: ReportKind
    at: datetime


_NOT_PROCESSED: Final = Explanation(
    "Le logiciel du destinataire a reçu le message, mais n’a pas pu l’intégrer.",
    "Lisez sa réponse, et assurez-vous par un autre moyen que le contenu est connu.",
)


def explain_report(report: Report, *, to_patient: bool) -> Explanation:
    """What a failure means and what to do."""
    if report.kind is ReportKind.NOT_PROCESSED:
        return _NOT_PROCESSED
    return explain(report.cause, to_patient=to_patient)


_MACHINES: Final = re.compile(
    r"\A(?:mailer-daemon|postmaster|mail-?daemon|mdaemon|mmdf|microsoftexchange[0-9a-f]*"
    r"|bounces?|mail-?delivery|delivery-?system)\Z",
    re.IGNORECASE,
)
_SUBJECTS: Final = re.compile(
    r"\A\s*(?:\[KO Integration systeme ?!\]|undeliver(?:ed|able)\b|undelivered mail returned to sender"
    r"|failure notice|returned mail\b|mail delivery (?:failed|failure|system)|mail (?:system )?failure"
    r"|delivery (?:status notification|failure|notification|has failed|report)"
    r"|(?:warning: )?(?:message|could not send message)\b.{0,60}(?:delayed|for past|undelivered)"
    r"|delayed mail\b|message delayed|(?:votre )?message .{0,20}non[- ](?:distribue|remis|delivre)"
    r"|non[- ](?:distribue|remis|delivre)\b|notification d.etat de (?:la )?remise"
    r"|echec de (?:la )?(?:remise|distribution|livraison)|(?:avis|rapport) de non[- ](?:remise|distribution)"
    r"|retour a l.expediteur|courrier (?:non distribue|retourne)"
    r"|remise (?:retardee|differee))",
    re.IGNORECASE,
)


# The same people write again and again.
@lru_cache(maxsize=4096)
def is_machine(mailbox: str) -> bool:
    """True for the mailbox of a mail server, which no person writes from."""
    return bool(_MACHINES.match(mailbox.partition("@")[0]))


def is_report_subject(subject: str) -> bool:
    """True for a subject that servers give to their reports, in French or English."""
    return bool(_SUBJECTS.match(without_accents(subject[:200])))


def may_be_report(mailbox: str, subject: str, media_type: str) -> bool:
    """True for a message worth being looked at whole; `media_type` is the root part's."""
    return media_type == "multipart/report" or is_machine(mailbox) or is_report_subject(subject)
