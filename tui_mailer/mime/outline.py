"""What a message's header says of it, without looking at its body."""

from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32

from tui_mailer.domain.address import Address
from tui_mailer.mime.addresses import parse_addresses
from tui_mailer.mime.dates import date_of


@dataclass(frozen=True, slots=True)
class Outline:
    """The header lines that tell one message from another.

    Attributes:
        message_id: with its angle brackets, or "".
        subject: raw: ``[FIN]`` counts only when it is written so (ENS V1.3 §7).
        recipients: To and Cc.
        date: see `date_of`.
    """

    message_id: str
    subject: str
    recipients: tuple[Address, ...]
    date: datetime | None = None


def outline(content: bytes) -> Outline:
    """Read the header of a message with CRLF lines."""
    end = content.find(b"\r\n\r\n")
    head = content if end < 0 else content[: end + 4]
    headers = BytesHeaderParser(policy=compat32).parsebytes(head)
    to, cc = (parse_addresses(str(headers.get(name, ""))) for name in ("To", "Cc"))
    return Outline(
        str(headers.get("Message-ID", "")).strip(),
        str(headers.get("Subject", "")).strip(),
        to + cc,
        date_of(str(headers.get("Date", ""))),
    )
