"""A message as its row, and a row as a line of the list."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.values import (
    from_stamp,
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
_MOST_RECIPIENTS: Final = 200
# No safe line has one of these, and the text index takes them for spaces.
_LABEL_AND_MAILBOX: Final = "\t"
_PEOPLE: Final = "\n"

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


def message_row(message: RemoteMessage, owner: Owner) -> tuple[str | int, ...]:
    """The columns of a message that its folder has no part in."""
    # Taken apart at once: to ask for each by its name takes as long as all the rest.
    (uid, flags, size_bytes, received, subject, sender, to, cc, bcc, sent, message_id, _,
     has_attachment, media_type) = message  # fmt: skip
    recipients = to + cc + bcc
    first = recipients[0] if recipients else _NOBODY
    others = recipients[1:_MOST_RECIPIENTS]
    from_owner = sender.mailbox.casefold() == owner.mailbox
    patient = _patient(sender, recipients, owner.patient_domain)
    received_at = to_stamp(received)
    sent_at = None if sent is None else to_stamp(sent)
    return (
        uid,
        storable(message_id),
        received_at,
        received_at if sent_at is None or sent_at > received_at else sent_at,
        subject,
        sender.mailbox,
        sender.name,
        first.mailbox,
        first.name,
        # The others; rows of an earlier version repeat the first here, with spaces in between.
        _PEOPLE.join([f"{a.name}{_LABEL_AND_MAILBOX}{a.mailbox}" for a in others])
        if others
        else "",
        int(from_owner),
        patient,
        _copy_key(message, sent_at or 0, patient) if patient and message_id else "",
        to_size(size_bytes),
        flags.value,
        flags.value,
        int(has_attachment),
        # A receipt of ours is no report.
        int(not from_owner and may_be_report(sender.mailbox, subject, media_type)),
    )


def others_of(recipients: str) -> Sequence[tuple[str, str]]:
    """Mailbox and label of each that a row's `recipients` holds."""
    if not recipients:
        return ()
    people = (one.partition(_LABEL_AND_MAILBOX) for one in recipients.split(_PEOPLE))
    return [(mailbox, name) for name, _, mailbox in people]


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
    if matricule := _matricule(sender.mailbox, domain):
        return matricule
    for address in recipients:
        if matricule := _matricule(address.mailbox, domain):
            return "" if sender.passes_for_patient(domain) else matricule
    return ""


# The same people write again and again: of 100,000 messages, one in six was from nobody of the last
# 2,048, one in twelve from nobody of 4,096.
@lru_cache(maxsize=4096)
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
