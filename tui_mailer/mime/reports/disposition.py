"""Message disposition notifications: read receipts, and failures to take a message in.

RFC 8098; older senders wrote `processed/Error: <code>^<text>` in Disposition, newer ones an
`Error` field, under the subject `[KO Intégration système !]`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tui_mailer.domain.report import Report, ReportKind
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.mime.reports.envelope import Envelope
from tui_mailer.mime.reports.fields import Fields, blocks_of, mailbox_in, message_ids_in, typed

_DISPOSITION: Final = (
    "message/disposition-notification",
    "message/global-disposition-notification",
)
_NOT_INTEGRATED: Final = re.compile(r"\[KO Intégration système ?!\]", re.IGNORECASE)
_BY_TYPE: Final = {
    "displayed": ReportKind.READ,
    "processed": ReportKind.DELIVERED,
    "dispatched": ReportKind.DELIVERED,
    "deleted": ReportKind.UNREAD,
    "denied": ReportKind.UNREAD,
    "failed": ReportKind.NOT_PROCESSED,
}
_FAILED: Final = re.compile(r"/\s*(?:[\w-]+\s*,\s*)*(?:error|failure|failed)\b", re.IGNORECASE)
_LONGEST_TEXT: Final = 2_000


def disposition_reports(envelope: Envelope) -> Sequence[Report]:
    """The report of a receipt; none when this is no disposition notification."""
    part = envelope.part(*_DISPOSITION)
    if part is None or not envelope.is_report:
        return ()
    fields = next(iter(blocks_of(part)), {})
    value = typed(fields.get("disposition", ""))
    word = re.split(r"[/,;\s^]", value.strip().lower(), maxsplit=1)[0]
    kind = _BY_TYPE.get(word)
    if kind is None:
        return ()
    if _is_failure(envelope, fields, value):
        kind = ReportKind.NOT_PROCESSED
    return [
        Report(
            kind,
            tuple(dict.fromkeys(_message_ids(envelope, fields))),
            safe_line(_recipient(envelope, fields)),
            server_words=safe_block(_words(envelope, fields, value)[:_LONGEST_TEXT]),
        )
    ]


def _is_failure(envelope: Envelope, fields: Fields, value: str) -> bool:
    return (
        bool(_NOT_INTEGRATED.match(envelope.subject))
        or bool(_FAILED.search(value))
        or any(fields.get(name) for name in ("error", "failure"))
    )


def _message_ids(envelope: Envelope, fields: Fields) -> Iterator[str]:
    yield from message_ids_in(fields.get("original-message-id", ""))
    yield from envelope.returned_ids()
    yield from envelope.threaded_ids()


def _recipient(envelope: Envelope, fields: Fields) -> str:
    for name in ("original-recipient", "final-recipient"):
        if found := mailbox_in(typed(fields.get(name, ""))):
            return found
    return envelope.sender


def _words(envelope: Envelope, fields: Fields, value: str) -> str:
    """What the other side says went wrong, else its text."""
    found = [fields[name] for name in ("error", "failure", "warning") if fields.get(name)]
    if not found and "^" in value:
        found = [value.partition(":")[2].replace("^", " : ").strip()]
    return "\n".join(found) or envelope.text().strip()
