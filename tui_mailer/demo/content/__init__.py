"""The mail of the fictional practice: about 300 messages, the same at each start."""

from datetime import datetime

from tui_mailer.demo.content.guide import guided_tour
from tui_mailer.demo.content.routine import everyday_mail
from tui_mailer.demo.content.special import awkward_mail, other_folders
from tui_mailer.demo.content.stored import FOLDERS, StoredMessage
from tui_mailer.demo.content.threads import conversations

__all__ = ["FOLDERS", "StoredMessage", "write_mailbox"]


def write_mailbox(now: datetime) -> list[StoredMessage]:
    """Write the practice's mail, oldest first, dated up to ``now`` (with its time zone)."""
    sources = (conversations, everyday_mail, awkward_mail, other_folders, guided_tour)
    written = [message for source in sources for message in source(now)]
    return sorted(written, key=lambda message: message.received_at)
