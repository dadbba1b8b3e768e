"""The bytes of a read receipt (RFC 8098)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.message import ReadMessage
from tui_mailer.mime.compose import quoted_printable_part
from tui_mailer.mime.headers import address_header, ids_header, text_header

_SUBJECT: Final = "Lu : "
_TEXT: Final = """\
Ceci est un accusé de lecture.

Votre message « {subject} » à {reader}
a été affiché le {day:%d/%m/%Y} à {day:%H:%M}.

Cela ne garantit pas que son contenu a été lu en entier ni compris.
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says.

    Attributes:
        reader: the account's address with its label.
        read: the message that was read.
        to: whom to tell.
        at: when it was read, aware, in local time.
        by_hand: the user said yes to this one.
    """

    reader: Address
    read: ReadMessage
    to: Address
    at: datetime
    by_hand: bool

    @property
    def subject(self) -> str:
        """The subject of the receipt itself."""
        return _SUBJECT + self.read.subject


def compose_receipt(receipt: Receipt, message_id: str, nil: str = "") -> bytes:
    """The bytes of a receipt; `message_id` is its own, `nil` the product reference or ""."""
    boundary = "=_" + hashlib.sha256(message_id.encode()).hexdigest()[:40]
    opening = f"--{boundary}\r\n".encode()
    text = _TEXT.format(subject=receipt.read.subject, reader=receipt.reader.mailbox, day=receipt.at)
    head = "".join(_headers(receipt, message_id, nil))
    return b"".join(
        (
            head.encode("ascii"),
            b"Content-Type: multipart/report; report-type=disposition-notification;\r\n",
            f' boundary="{boundary}"\r\n\r\n'.encode(),
            opening + quoted_printable_part(text) + b"\r\n",
            opening + b"Content-Type: message/disposition-notification\r\n\r\n",
            "".join(_fields(receipt)).encode("ascii") + b"\r\n",
            f"--{boundary}--\r\n".encode(),
        )
    )


def _headers(receipt: Receipt, message_id: str, nil: str) -> Iterator[str]:
    answered = [receipt.read.message_id] if receipt.read.message_id else []
    yield address_header("From", [receipt.reader])
    yield address_header("To", [receipt.to])
    yield text_header("Subject", receipt.subject)
    yield f"Date: {format_datetime(receipt.at)}\r\n"
    yield ids_header("Message-ID", [message_id])
    yield ids_header("In-Reply-To", answered)
    yield ids_header("References", answered)
    yield "Auto-Submitted: auto-replied\r\n"
    if nil:
        yield text_header("X-MSS-NIL", nil)
    yield "MIME-Version: 1.0\r\n"


def _fields(receipt: Receipt) -> Iterator[str]:
    how = (
        "manual-action/MDN-sent-manually"
        if receipt.by_hand
        else ("manual-action/MDN-sent-automatically")
    )
    yield "Reporting-UA: tui_mailer\r\n"
    yield f"Final-Recipient: rfc822;{receipt.reader.mailbox}\r\n"
    yield ids_header("Original-Message-ID", [receipt.read.message_id])
    yield f"Disposition: {how}; displayed\r\n"
