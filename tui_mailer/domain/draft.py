"""What a user is writing, and what has been handed over for sending.

    editing ──send──▶ queued ──due──▶ sending ──▶ sent ──▶ (copy_missing until stored)
       ▲                │ undo            │
       └────────────────┘                 ├──refused──▶ failed ──retry──▶ queued, or edit
                                          └──line lost after DATA──▶ uncertain

`uncertain` is never sent again by itself: the message may have arrived. It has left when a report
names it, or the user says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from tui_mailer.domain.address import Address
from tui_mailer.domain.safe_text import SafeText


@dataclass(frozen=True, slots=True)
class FileAttachment:
    """A file that the user attached; read when the message is queued.

    Attributes:
        stamp: tells this content from a later one of the file; "" where it was not taken.
    """

    path: Path
    name: str
    media_type: str
    size_bytes: int
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class ForwardedAttachment:
    """An attachment of a stored message, sent on: `message_id` is local, `index` as in `Attachment`."""

    message_id: int
    index: int
    name: str
    media_type: str
    size_bytes: int


DraftAttachment = FileAttachment | ForwardedAttachment


@dataclass(frozen=True, slots=True)
class Draft:
    """A message being written.

    Attributes:
        id: local, 0 until first saved.
        in_reply_to: Message-ID answered, or "".
        references: Message-IDs, oldest first.
        answers: local id of the message answered (its flag is set once sent), or 0.
        forwards: local id of the message forwarded, or 0.
        about: matricule of the patient with whom the message answered or forwarded was exchanged,
            or ""; it stays when that message is no longer here. Never in a message that is sent.
        asks_receipt: ask to be told when it is read; None: as the settings say for its recipients.
        final: carries ``X-MSS-MES: FIN`` (ECO.2.2.8).
        incomplete_recipients: what stood in the fields when no address could be read from it.
        updated_at: aware; None until saved.
    """

    id: int = 0
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    body: str = ""
    attachments: tuple[DraftAttachment, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    answers: int = 0
    forwards: int = 0
    about: str = ""
    asks_receipt: bool | None = None
    final: bool = False
    incomplete_recipients: tuple[str, str, str] = ("", "", "")
    updated_at: datetime | None = None

    @property
    def recipients(self) -> tuple[Address, ...]:
        """To, Cc and Bcc in this order."""
        return self.to + self.cc + self.bcc


@dataclass(frozen=True, slots=True)
class DraftCopy:
    """What the server's folder of drafts holds of a draft that is written here.

    Attributes:
        draft_id: the draft's local id, kept when the draft is gone.
        draft: as it stands here; None once it was sent or discarded.
        key: stands in a header of every version of the copy; "" until the first one is made.
        stored_at: `updated_at` of the version that is there, aware; None for none.
        replaces: the mark of another machine's copy that this draft was taken over from, or "".
        taken: the copy left the folder of drafts, and not by our doing: gone on with, sent or
            thrown away elsewhere. It stays so, whatever is stored later.
    """

    draft_id: int
    draft: Draft | None = None
    key: str = ""
    stored_at: datetime | None = None
    replaces: str = ""
    taken: bool = False


class OutgoingState(Enum):
    """Where a message that was handed over stands; see the module's drawing."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    COPY_MISSING = "copy_missing"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message handed over for sending, as the outbox holds it.

    Attributes:
        id: local, never reused.
        message_id: with its angle brackets; made once, kept over every attempt.
        recipients: envelope recipients, mailboxes only.
        patient: matricule of its one patient, or "".
        due_at: aware; not sent before: time to change one's mind.
        explanation: French, why it failed or is uncertain; "" otherwise.
        server_words: what the server said, safe to show.
        attempt_count: how many times sending began.
        answers, forwards: local ids of the messages it answers or forwards, or 0; their flags
            are set once it was sent.
        final: carries ``X-MSS-MES: FIN``.
        is_receipt: tells that a message was read; no copy of it is kept, and it opens no exchange.
    """

    id: int
    message_id: str
    subject: SafeText
    recipients: tuple[str, ...]
    patient: str
    state: OutgoingState
    due_at: datetime
    size_bytes: int
    explanation: str = ""
    server_words: SafeText = SafeText("")
    attempt_count: int = 0
    answers: int = 0
    forwards: int = 0
    final: bool = False
    is_receipt: bool = False
