"""What stays the same of a message when it is moved, or its folder is (RFC 3501 §6.4.7)."""

from tui_mailer.domain.action import RemovalInDoubt
from tui_mailer.domain.message import MessageSummary, RemoteMessage


def identity(message: MessageSummary | RemovalInDoubt | RemoteMessage) -> object:
    """Equal for two that are the same message, in one place or in two."""
    at = message.received_at if isinstance(message, RemoteMessage) else message.shown_at
    return message.message_id, message.size_bytes, at
