"""Messages: as the server lists them, as the store holds them, as they are read."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, Flag, auto
from typing import Final, NamedTuple

from tui_mailer.domain.address import Address
from tui_mailer.domain.receipt import ReceiptRequest
from tui_mailer.domain.report import Fate, is_machine
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.search import SearchQuery


class Flags(Flag):
    """System flags (RFC 3501 §2.3.2) and the two keywords that this field uses."""

    NONE = 0
    SEEN = auto()
    ANSWERED = auto()
    FLAGGED = auto()
    DRAFT = auto()
    DELETED = auto()
    FORWARDED = auto()
    MDN_SENT = auto()


class Aside(Enum):
    """Where a message with a patient lies that is no longer looked for in its exchange."""

    BIN = "trash"
    JUNK = "junk"


class RemoteMessage(NamedTuple):
    """One message of a folder as FETCH describes it, without its body.

    A tuple, because a first synchronisation makes 100,000: a frozen dataclass takes five times as
    long to make.

    Attributes:
        uid: unique in its folder under one UIDVALIDITY.
        size_bytes: RFC822.SIZE.
        received_at: INTERNALDATE, aware.
        sent_at: the Date header, aware; None when absent or unreadable.
        message_id: with its angle brackets, or "".
        has_attachment: read off BODYSTRUCTURE.
        media_type: of the root part, in lower case, read off BODYSTRUCTURE; "" when not told.
    """

    uid: int
    flags: Flags
    size_bytes: int
    received_at: datetime
    subject: SafeText
    sender: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    sent_at: datetime | None = None
    message_id: str = ""
    in_reply_to: str = ""
    has_attachment: bool = False
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class MessageSummary:
    """A row of the message list.

    Attributes:
        id: local, never reused; what the interface and the engine call a message by.
        correspondent: who wrote, or for a message of ours its first recipient.
        outgoing: written by the account's owner.
        patient: matricule INS of the patient it was exchanged with, or "".
        shown_at: the time the list sorts by, aware: INTERNALDATE.
        body_held: True when the store holds the whole message.
        patient_name: the confirmed name of that patient, or "".
        after_end: a patient wrote it after the exchange had been ended.
        fate: what was reported about a message of ours, None when nothing was: a message that
            was not reported on is sent, and no more is known.
        aside: where it lies, when that is the bin or the junk and it is with a patient.
        is_report: it was looked at, and reports on a message.
    """

    id: int
    folder_id: int
    uid: int
    message_id: str
    subject: SafeText
    correspondent: Address
    outgoing: bool
    patient: str
    shown_at: datetime
    size_bytes: int
    flags: Flags
    has_attachment: bool
    body_held: bool
    patient_name: SafeText = SafeText("")
    after_end: bool = False
    fate: Fate | None = None
    aside: Aside | None = None
    is_report: bool = False

    @property
    def is_from_nobody(self) -> bool:
        """True for a mail server's report: no person would read an answer."""
        return self.is_report and is_machine(self.correspondent.mailbox)


@dataclass(frozen=True, slots=True)
class PendingFlags:
    """A change of flags that the server has not seen yet; `id` is local."""

    id: int
    folder_name: str
    uid: int
    add: Flags
    remove: Flags


@dataclass(frozen=True, slots=True)
class FolderView:
    """The messages of one folder, newest first."""

    folder_id: int
    with_patients: bool = True


@dataclass(frozen=True, slots=True)
class PatientsView:
    """The view "Echanges patient": all messages with patients, or with one (`matricule`)."""

    matricule: str = ""


@dataclass(frozen=True, slots=True)
class SearchView:
    """The newest messages that a search finds, `MOST_HITS` at most; `within` one list, or in all.

    Attributes:
        found: see `domain.server_search.ServerHits`: messages that join, if the rest of the query
            holds for them.
    """

    query: SearchQuery
    within: FolderView | PatientsView | None = None
    found: tuple[tuple[int, ...], ...] = ()


MOST_HITS: Final = 1_000
"""A search that finds more lists the newest: who reads that far types another word instead."""

ListView = FolderView | PatientsView | SearchView


@dataclass(frozen=True, slots=True)
class Link:
    """A numbered link of a body.

    Attributes:
        number: from 1, as ``[1]`` in the text.
        target: the whole address, safe to show.
        host: the true host, or "" for a scheme that has none.
        deceptive: the text names another host than the target's, or the scheme is no web one.
    """

    number: int
    target: SafeText
    host: SafeText
    deceptive: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment of a received message.

    Attributes:
        index: from 0, in the order of the message; what `mime` finds the part by.
        name: the sender's file name, safe to show, not safe to save under as it is.
        size_bytes: decoded.
        inside: it belongs to a message that is attached, and goes with it wherever that is sent.
    """

    index: int
    name: SafeText
    media_type: str
    size_bytes: int
    inside: bool = False


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A whole message, ready to be read or answered.

    Attributes:
        text: the body as plain text; HTML is rendered, with ``[n]`` after each link's text.
        references: Message-IDs, oldest first (RFC 5322 §3.6.4).
        receipt: who asks to be told that it was read, where that may be answered.
        mss_mes: value of ``X-MSS-MES``, or "".
        flaws: what was wrong with the message, in French; it is shown all the same.
    """

    subject: SafeText
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    sent_at: datetime | None
    message_id: str
    references: tuple[str, ...]
    text: SafeText
    was_html: bool = False
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    receipt: ReceiptRequest | None = None
    mss_mes: str = ""
    flaws: tuple[SafeText, ...] = field(default=())
