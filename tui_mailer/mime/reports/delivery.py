"""Delivery status notifications: `message/delivery-status` and its international form.

RFC 3464; RFC 6533 §3 for `message/global-delivery-status`.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from tui_mailer.domain.nondelivery import Cause, cause_of
from tui_mailer.domain.report import Report, ReportKind
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.mime.reports.envelope import Envelope
from tui_mailer.mime.reports.fields import Fields, blocks_of, mailbox_in, message_ids_in, typed

_STATUS_PARTS: Final = ("message/delivery-status", "message/global-delivery-status")
_BY_ACTION: Final = {
    "failed": ReportKind.NOT_DELIVERED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
}
_BY_CLASS: Final = {"5": "failed", "4": "delayed", "2": "delivered"}
_LONGEST_TEXT: Final = 2_000


def delivery_reports(envelope: Envelope) -> Sequence[Report]:
    """One report a recipient; none when this is no delivery status notification.

    `relayed` and `expanded` say nothing about delivery (RFC 3464 §2.3.3), and give none.
    """
    part = envelope.part(*_STATUS_PARTS)
    if part is None or not (envelope.is_report or envelope.is_from_machine):
        return ()
    message, *recipients = [*blocks_of(part)] or [{}]
    if "final-recipient" in message:
        recipients.insert(0, message)
    message_ids = tuple(dict.fromkeys(_message_ids(envelope, message)))
    text = envelope.text()
    return [
        report
        for fields in recipients
        if (report := _report(fields, message_ids, text)) is not None
    ]


def _message_ids(envelope: Envelope, message: Fields) -> Iterator[str]:
    yield from message_ids_in(message.get("original-message-id", ""))
    yield from message_ids_in(message.get("x-original-message-id", ""))
    yield from envelope.returned_ids()
    yield from envelope.threaded_ids()


def _report(fields: Fields, message_ids: tuple[str, ...], text: str) -> Report | None:
    status = (fields.get("status", "").split() or [""])[0]
    action = (fields.get("action", "").lower().split() or [_BY_CLASS.get(status[:1], "")])[0]
    kind = _BY_ACTION.get(action)
    if kind is None:
        return None
    words = typed(fields.get("diagnostic-code", ""))
    failed = kind is not ReportKind.DELIVERED
    cause = cause_of(status, words) if failed else Cause.UNKNOWN
    if failed and cause in {Cause.UNKNOWN, Cause.REFUSED}:
        # The server's own words first, then what the report says to its reader.
        by_text = cause_of("", text)
        cause = by_text if by_text is not Cause.UNKNOWN else cause
    return Report(
        kind,
        message_ids,
        safe_line(_recipient(fields)),
        cause,
        str(safe_line(status[:20])),
        safe_block(_all_words(fields, words, text)),
    )


def _all_words(fields: Fields, words: str, text: str) -> str:
    """The code, the reply, and what the report says to its reader."""
    code = fields.get("status", "")
    reply = words if code and code in words else f"{code} {words}".strip()
    return f"{reply}\n\n{text}".strip()[:_LONGEST_TEXT]


def _recipient(fields: Fields) -> str:
    """Whom we wrote to, where the report still knows it; else where the message got to."""
    for name in ("original-recipient", "final-recipient"):
        value = typed(fields.get(name, ""))
        if found := mailbox_in(value):
            return found
    return ""
