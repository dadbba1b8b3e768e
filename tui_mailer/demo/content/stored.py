"""A message in its folder, and the folders of the practice."""

from dataclasses import dataclass
from datetime import datetime

from tui_mailer.demo.letters import Letter

INBOX = "INBOX"
SENT = "Éléments envoyés"
DRAFTS = "Brouillons"
TRASH = "Corbeille"
JUNK = "Indésirables"
ARCHIVES = "Archives"
LABORATORY = "Laboratoires/Biologie"
IMAGING = "Laboratoires/Imagerie"
MEETINGS = "Réunions d'équipe"
# Those to create: the inbox is always there.
FOLDERS = (SENT, DRAFTS, TRASH, JUNK, ARCHIVES, LABORATORY, IMAGING, MEETINGS)

SEEN = rb"\Seen"
ANSWERED = rb"\Answered"
FLAGGED = rb"\Flagged"
DRAFT = rb"\Draft"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the IMAP server is to hold it."""

    folder: str
    raw: bytes
    flags: tuple[bytes, ...]
    received_at: datetime

    @classmethod
    def of(cls, letter: Letter, folder: str, *flags: bytes) -> "StoredMessage":
        """File ``letter``, received the moment that it was sent."""
        return cls(folder, letter.to_bytes(), flags, letter.sent_at)
