"""Folders: what the server lists, and what the folder pane shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from tui_mailer.domain.message import Flags
from tui_mailer.domain.safe_text import SafeText


class FolderRole(Enum):
    """What a folder is for (RFC 6154 §2), recognised by attribute, else by name."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    TRASH = "trash"
    JUNK = "junk"
    ARCHIVE = "archive"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class FolderState:
    """What SELECT and STATUS say of a folder (RFC 3501 §6.3.1, §6.3.10).

    Attributes:
        uid_next: None when not told.
        highest_modseq: None without CONDSTORE, and for a folder that keeps none (RFC 7162 §3.1.2.2).
        unseen: number of unread messages; None when not told, as SELECT does not.
    """

    uid_validity: int
    uid_next: int | None
    exists: int
    highest_modseq: int | None = None
    unseen: int | None = None


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder as LIST gives it.

    Attributes:
        name: full name, decoded from modified UTF-7 (RFC 3501 §5.1.3): the key on the server.
        delimiter: hierarchy separator, "" when the server has none.
        selectable: False for a mere parent (``\\Noselect``).
        state: told along with the list (LIST-STATUS, RFC 5819), else None.
    """

    name: str
    delimiter: str
    role: FolderRole = FolderRole.ORDINARY
    selectable: bool = True
    state: FolderState | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as the store holds it.

    Attributes:
        id: local, never reused.
        name: full name on the server, not for showing.
        label: last part of the name, in French for the known roles.
        depth: 0 for a top-level folder.
        unread_count: all unread messages.
        patient_unread_count: those among them that were exchanged with patients.
        synced: False until its first synchronisation has ended.
    """

    id: int
    name: str
    delimiter: str
    label: SafeText
    depth: int
    role: FolderRole
    selectable: bool
    total_count: int
    unread_count: int
    synced: bool
    patient_unread_count: int = 0


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """What changed in a folder since a state that was seen before (RFC 7162).

    Attributes:
        flags: by UID, of all messages that are new or whose flags changed.
        vanished: ranges of UIDs (first, last) that are no more, some of which may never have been
            seen; None when the server does not say which.
    """

    flags: Mapping[int, Flags]
    vanished: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class SyncPoint:
    """How far the store is with a folder.

    Attributes:
        state: what the server said at the start of the last synchronisation that came to its end:
            everything up to it is stored. None before, or when messages were numbered anew.
        held_count: messages that the store holds now.
        unread_count: those among them that are unread, local changes included.
    """

    state: FolderState | None = None
    held_count: int = 0
    unread_count: int = 0
