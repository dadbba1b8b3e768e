"""Folders: what the server lists, and what the folder pane shows."""

from dataclasses import dataclass
from enum import Enum

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
class RemoteFolder:
    """A folder as LIST gives it.

    Attributes:
        name: full name, decoded from modified UTF-7 (RFC 3501 §5.1.3): the key on the server.
        delimiter: hierarchy separator, "" when the server has none.
        selectable: False for a mere parent (``\\Noselect``).
    """

    name: str
    delimiter: str
    role: FolderRole = FolderRole.ORDINARY
    selectable: bool = True


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
class FolderState:
    """What SELECT says (RFC 3501 §6.3.1). `highest_modseq` is None without CONDSTORE."""

    uid_validity: int
    uid_next: int | None
    exists: int
    highest_modseq: int | None = None
