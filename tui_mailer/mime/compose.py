"""A draft to the exact bytes that are sent and stored: ASCII, CRLF, lines of 998 bytes at most."""

import hashlib
import quopri
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from uuid import uuid4

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, DraftAttachment
from tui_mailer.mime.base64_pieces import encoded_pieces
from tui_mailer.mime.headers import address_header, file_name_parameter, ids_header, text_header

END_MARK: Final = "FIN"
"""Value of ``X-MSS-MES``: three capital letters (ECO.2.2.8)."""

_MAX_LINE_BYTES: Final = 998
_BASE64_LINE: Final = 76
_HEADERS_BYTES: Final = 1500
_PART_HEADERS_BYTES: Final = 400
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_LINE_BREAK: Final = re.compile(r"\r\n?|\u2028|\u2029|\x85|\x0b|\x0c")


def compose(
    draft: Draft,
    *,
    sender: Address,
    message_id: str,
    date: datetime,
    contents: Sequence[bytes],
    nil: str = "",
) -> bytes:
    """The bytes of `draft`, ready for DATA and for APPEND.

    Bcc appears nowhere. A line break in a header's value becomes a space.

    Args:
        draft: what the user wrote.
        sender: the account's address with its label (``Titre_Prénom_NOM_Entité``, ECO.2.2.7).
        message_id: with its angle brackets; one a message, over every attempt to send it.
        date: aware.
        contents: the bytes of each of the draft's attachments, in their order.
        nil: product reference for ``X-MSS-NIL`` (ECO.2.4.3), "" for none.

    Raises:
        InvalidAddress: the sender or a recipient in To or Cc cannot be sent to.
        ValueError: `contents` are not as many as the attachments.
    """
    head = "".join(_headers(draft, sender, message_id, date, nil))
    attached = list(zip(draft.attachments, contents, strict=True))
    if not attached:
        return head.encode("ascii") + quoted_printable_part(draft.body)
    boundary = "=_" + hashlib.sha256(message_id.encode()).hexdigest()[:40]
    whole = [
        head.encode("ascii"),
        f'Content-Type: multipart/mixed;\r\n boundary="{boundary}"\r\n\r\n'.encode(),
        f"--{boundary}\r\n".encode(),
        quoted_printable_part(draft.body),
    ]
    for one, held in attached:
        whole += [f"\r\n--{boundary}\r\n".encode(), *_attachment_part(one, held)]
    return b"".join((*whole, f"\r\n--{boundary}--\r\n".encode()))


def new_message_id(address: str) -> str:
    """A Message-ID that is new in the world (RFC 5322 §3.6.4), in the domain of `address`."""
    return f"<{uuid4().hex}@{Address.received(address).domain}>"


def encoded_size(size_bytes: int) -> int:
    """Size in bytes of `size_bytes` once in base64, with CRLF after each 76 characters."""
    characters = -(-size_bytes // 3) * 4
    return characters + 2 * -(-characters // _BASE64_LINE)


def estimated_size(draft: Draft) -> int:
    """Size in bytes that the message will have about, a little too much rather than too little."""
    addresses = sum(len(a.name) * 3 + len(a.mailbox) + 30 for a in draft.to + draft.cc)
    identifiers = sum(len(reference) + 3 for reference in draft.references)
    attached = sum(encoded_size(one.size_bytes) + _PART_HEADERS_BYTES for one in draft.attachments)
    text = len(_quoted_printable(draft.body)) + len(draft.subject) * 6
    return _HEADERS_BYTES + addresses + identifiers + text + attached


def _headers(
    draft: Draft, sender: Address, message_id: str, date: datetime, nil: str
) -> Iterator[str]:
    yield address_header("From", [sender])
    yield address_header("To", draft.to)
    yield address_header("Cc", draft.cc)
    yield text_header("Subject", draft.subject)
    yield f"Date: {format_datetime(date)}\r\n"
    yield ids_header("Message-ID", [message_id])
    yield ids_header("In-Reply-To", [draft.in_reply_to])
    yield ids_header("References", draft.references)
    if draft.asks_receipt:
        yield address_header("Disposition-Notification-To", [Address(sender.mailbox)])
    if nil:
        yield text_header("X-MSS-NIL", nil)
    if draft.final:
        yield text_header("X-MSS-MES", END_MARK)
    yield "MIME-Version: 1.0\r\n"


def quoted_printable_part(body: str) -> bytes:
    """A part of plain text, with its headers."""
    return (
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + _quoted_printable(body)
    )


def _quoted_printable(body: str) -> bytes:
    text = _LINE_BREAK.sub("\n", body)
    if not text.endswith("\n"):
        text += "\n"
    return quopri.encodestring(text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _attachment_part(attachment: DraftAttachment, content: bytes) -> Iterator[bytes]:
    media_type = attachment.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith("multipart/"):
        media_type = "application/octet-stream"
    encoding = "base64"
    if media_type.startswith("message/"):  # RFC 2046 §5.2.1 allows no encoding of these
        if _travels_as_it_is(content):
            encoding = "7bit"
        else:
            media_type = "application/octet-stream"
    yield (
        f"Content-Type: {media_type}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n"
        f"Content-Disposition: attachment;\r\n {file_name_parameter(attachment.name)}\r\n\r\n"
    ).encode("ascii")
    yield from encoded_pieces(content) if encoding == "base64" else (content,)


def _travels_as_it_is(content: bytes) -> bool:
    return (
        content.isascii()
        and b"\x00" not in content
        and content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
        and all(len(line) <= _MAX_LINE_BYTES for line in content.split(b"\r\n"))
    )
