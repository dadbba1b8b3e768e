"""A message as its row, and a row as a line of the list."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, cast

from tui_mailer.backend.store.part import Owner
from tui_mailer.backend.store.values import (
    from_stamp,
    is_folded_otherwise,
    storable,
    to_flags,
    to_size,
    to_stamp,
)
from tui_mailer.domain.address import Address
from tui_mailer.domain.message import Aside, MessageSummary, RemoteMessage
from tui_mailer.domain.report import Fate, ReportKind, may_be_report
from tui_mailer.domain.safe_text import SafeText, safe_line

_NOBODY: Final = Address(SafeText(""))
# Beyond these, more recipients make no message easier to find; address bombs hold thousands.
_MOST_RECIPIENTS_INDEXED: Final = 200

SUMMARY_COLUMNS: Final = """
    m.id, m.folder_id, m.uid, m.message_id, m.subject, m.sender_mailbox, m.sender_name,
    m.first_mailbox, m.first_name, m.from_owner OR f.role IN ('sent', 'drafts'), m.patient,
    m.received_at, m.size_bytes, m.flags, m.has_attachment, m.body_held,
    coalesce((SELECT t.name FROM patient_traits AS t WHERE t.matricule = m.patient), ''),
    m.patient <> '' AND m.from_owner = 0 AND m.report_state <> 3 AND '[FIN]' = (
        SELECT subject FROM sent_to_patient
        WHERE patient = m.patient AND written_at <= m.received_at
        ORDER BY written_at DESC, received_at DESC, uid DESC LIMIT 1
    ),
    CASE WHEN m.from_owner OR f.role = 'sent' THEN (
        SELECT r.kind || ' ' || r.reported_at FROM report AS r
        WHERE r.sent_id = m.message_id ORDER BY r.gravity LIMIT 1
    ) END,
    CASE WHEN m.patient <> '' AND f.role IN ('trash', 'junk') THEN f.role ELSE '' END,
    m.report_state = 3
"""
"""What `summary` reads, of a message `m` and its folder `f`."""
LISTED_IF_NO_COPY: Final = "patient <> '' AND (from_owner = 0 OR flags & 8 = 0)"
"""What belongs to an exchange, copies included; each term as the partial indexes have it."""
LISTED: Final = f"{LISTED_IF_NO_COPY} AND is_copy = 0"
"""What an exchange consists of, in the terms of the partial indexes: no draft of ours."""
COUNTING: Final = f"{LISTED} AND set_aside = 0"
"""What of it says whose turn it is: nothing that lies in the bin or the junk."""


MESSAGE_COLUMNS: Final = (
    "uid",
    "message_id",
    "received_at",
    "written_at",
    "subject",
    "sender_mailbox",
    "sender_name",
    "first_mailbox",
    "first_name",
    "recipients",
    "from_owner",
    "patient",
    "copy_key",
    "size_bytes",
    "flags",
    "server_flags",
    "has_attachment",
    "report_state",
)
"""What `message_row` fills, in its order."""
_INDEXED: Final = slice(MESSAGE_COLUMNS.index("subject"), MESSAGE_COLUMNS.index("recipients") + 1)


def message_row(message: RemoteMessage, owner: Owner) -> tuple[str | int, ...]:
    """The columns of a message that its folder has no part in."""
    sender, recipients = message.sender, message.to + message.cc + message.bcc
    first = recipients[0] if recipients else _NOBODY
    from_owner = sender.mailbox.casefold() == owner.mailbox
    patient = _patient(sender, recipients, owner.patient_domain)
    flags = message.flags.value
    received_at = to_stamp(message.received_at)
    sent_at = None if message.sent_at is None else to_stamp(message.sent_at)
    return (
        message.uid,
        storable(message.message_id),
        received_at,
        received_at if sent_at is None or sent_at > received_at else sent_at,
        message.subject,
        sender.mailbox,
        sender.name,
        first.mailbox,
        first.name,
        # The others, for the text index; rows of an earlier version repeat the first here.
        " ".join([f"{a.name} {a.mailbox}" for a in recipients[1:_MOST_RECIPIENTS_INDEXED]]),
        int(from_owner),
        patient,
        _copy_key(message, sent_at or 0, patient) if patient and message.message_id else "",
        to_size(message.size_bytes),
        flags,
        flags,
        int(message.has_attachment),
        # A receipt of ours is no report.
        int(not from_owner and may_be_report(sender.mailbox, message.subject, message.media_type)),
    )


def is_indexed_otherwise(row: Sequence[str | int]) -> bool:
    """True when the text index must be given other words than a row of `message_row` holds."""
    return is_folded_otherwise("".join(cast("Sequence[str]", row[_INDEXED])))


def summary(row: tuple[Any, ...]) -> MessageSummary:
    """A row of `SUMMARY_COLUMNS` as a line of the list."""
    outgoing = bool(row[9])
    mailbox, name = row[7:9] if outgoing else row[5:7]
    return MessageSummary(
        id=row[0],
        folder_id=row[1],
        uid=row[2],
        message_id=row[3],
        subject=safe_line(row[4]),
        correspondent=Address(safe_line(mailbox), safe_line(name)),
        outgoing=outgoing,
        patient=row[10],
        shown_at=from_stamp(row[11]),
        size_bytes=row[12],
        flags=to_flags(row[13]),
        has_attachment=bool(row[14]),
        body_held=bool(row[15]),
        patient_name=safe_line(row[16]),
        after_end=bool(row[17]),
        fate=_fate(row[18]),
        aside=Aside(row[19]) if row[19] else None,
        is_report=bool(row[20]),
    )


def _fate(written: str | None) -> Fate | None:
    if not written:
        return None
    kind, _, stamp = written.partition(" ")
    return Fate(ReportKind(kind), from_stamp(int(stamp)))


def _patient(sender: Address, recipients: Sequence[Address], domain: str) -> str:
    """The matricule of the sender or of the first patient among the `recipients`, or "".

    Whoever passes for a patient is filed under none, however many patients he copies in: the mark
    would be his.
    """
    for address in (sender, *recipients):
        matricule = _matricule(address.mailbox, domain)
        if matricule:
            forged = address is not sender and sender.passes_for_patient(domain)
            return "" if forged else matricule
    return ""


# The same people write again and again.
@lru_cache(maxsize=2048)
def _matricule(mailbox: SafeText, domain: str) -> str:
    return Address(mailbox).matricule(domain) or ""


def _copy_key(message: RemoteMessage, sent_at: int, patient: str) -> str:
    """Equal for copies of one message (sent and archived), which are with one patient.

    The Message-ID alone is the sender's to choose: a second message under a used one would hide
    the first. So everything that the row shows must agree too. The date comes first: messages that
    are learnt together stand together in the index.
    """
    parts = (
        message.message_id,
        message.sender.mailbox,
        message.subject,
        str(message.sent_at),
        str(message.size_bytes),
    )
    digest = blake2b(storable("\0".join(parts)).encode(), digest_size=16).hexdigest()
    return f"{sent_at:016x}{digest}{patient}"
