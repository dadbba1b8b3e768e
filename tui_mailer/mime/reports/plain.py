"""Bounces without a status part: Exim, sendmail, qmail, and texts in French.

Only a mail server's own letter counts: its sender or its empty return path says so, its subject
or its first words are those of a report, and it names whom the message did not reach. People
quote and forward bounces, and postmasters are people too.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tui_mailer.domain.accents import without_accents
from tui_mailer.domain.nondelivery import cause_of, status_in
from tui_mailer.domain.report import Report, ReportKind
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.mime.reports.envelope import Envelope
from tui_mailer.mime.reports.fields import mailboxes_in, message_ids_in, read_fields

_OPENING: Final = re.compile(
    r"this (?:message|is the) .{0,40}(?:was created automatically|mail delivery|mail system)"
    r"|this is the (?:mail system|qmail-send program)|could not be delivered|(?:was|were) not delivered"
    r"|(?:permanent|fatal) (?:error|failure)|transient non-fatal errors|(?:unable|able) to deliver|delivery has failed"
    r"|n.a (?:pas )?pu etre (?:remis|distribue|delivre|envoye|achemine)|n.a pas ete (?:remis|distribue|delivre)"
    r"|echec de (?:la )?(?:remise|distribution|livraison)|message non (?:distribue|remis|delivre)",
    re.IGNORECASE | re.DOTALL,
)
_DELAYED: Final = re.compile(
    r"(?:still|will) (?:be )?(?:retr(?:y|ied|ying)|attempt|keep trying)|not yet been delivered"
    r"|warning message only|delayed \d|sera (?:a nouveau )?(?:reessaye|retente)|nouvelle tentative"
    r"|(?:remise|message) (?:est )?(?:retarde|differe)e?",
    re.IGNORECASE,
)
# Where the server stops talking and the message that came back begins.
_RETURNED: Final = re.compile(
    r"^[ \t]*-{2,}\s*(?:below this line|this is a copy|the body of the message|original message"
    r"|message d.origine|en-t[eê]tes|message original|copie d)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_RECIPIENT_LINE: Final = re.compile(
    r"^[ \t>]*(?:(?:destinataires?|recipients?|to|adresse|pour|à)[^\n:@]{0,20}:[ \t]*)?"
    r"[<«\" ]*([^\s<>;,\"'()\[\]:«»]+@[\w.-]+\w)[>»\"]*[ \t]*[:.)]?(?:[ \t\n]|$)",
    re.IGNORECASE | re.MULTILINE,
)
_OPENING_LENGTH: Final = 1_500
_LONGEST_TEXT: Final = 2_000


def plain_reports(envelope: Envelope) -> Sequence[Report]:
    """The reports of a bounce in plain text, one a recipient; none for any other message."""
    if not envelope.is_from_machine or _is_answering_machine(envelope):
        return ()
    text = envelope.text()
    said, returned = _parted(text)
    if not (
        envelope.has_report_subject and _OPENING.search(without_accents(said[:_OPENING_LENGTH]))
    ):
        return ()
    recipients = _recipients(envelope, said)
    if not recipients:
        return ()
    kind = (
        ReportKind.DELAYED if _DELAYED.search(without_accents(said)) else ReportKind.NOT_DELIVERED
    )
    message_ids = tuple(dict.fromkeys(_message_ids(envelope, returned)))
    return [_report(kind, message_ids, mailbox, said) for mailbox in recipients]


def _is_answering_machine(envelope: Envelope) -> bool:
    """An absence notice leaves no return path either (RFC 3834 §3.3)."""
    return any(envelope.header(name) for name in ("X-Autoreply", "X-Auto-Response-From"))


def _parted(text: str) -> tuple[str, str]:
    """What the server says, and the message that it returns below."""
    mark = _RETURNED.search(text)
    return (text, "") if mark is None else (text[: mark.start()], text[mark.end() :])


def _recipients(envelope: Envelope, said: str) -> Sequence[str]:
    """Whom the message did not reach, by the surest place where somebody is named."""
    header = envelope.header("X-Failed-Recipients")
    for found in (mailboxes_in(header), _RECIPIENT_LINE.findall(said), mailboxes_in(said)):
        others = {m.lower(): m for m in found if m.lower() not in envelope.correspondents}
        if others:
            return list(others.values())
    return ()


def _message_ids(envelope: Envelope, returned: str) -> Iterator[str]:
    yield from envelope.returned_ids()
    for block in returned.lstrip("\n").split("\n\n")[:2]:
        yield from message_ids_in(read_fields(block).get("message-id", ""))[:1]
    yield from envelope.threaded_ids()


def _report(kind: ReportKind, message_ids: tuple[str, ...], mailbox: str, said: str) -> Report:
    status = status_in(said)
    return Report(
        kind,
        message_ids,
        safe_line(mailbox),
        cause_of(status, said),
        status,
        safe_block(said[:_LONGEST_TEXT].strip()),
    )
