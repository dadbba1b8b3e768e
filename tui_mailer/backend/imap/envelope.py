"""A FETCH response -> `RemoteMessage`; pure.

What a sender wrote may be broken in any way: the message is listed all the same, with what can be
read of it. Only what the server itself must get right (UID, pairs, brackets) is insisted upon.
"""

import re
from collections.abc import Iterable
from typing import Final

from tui_mailer.backend.imap.addresses import NOBODY, read_addresses
from tui_mailer.backend.imap.dates import EPOCH, read_date
from tui_mailer.backend.imap.flags import from_wire
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.structure import has_attachment, root_media_type
from tui_mailer.backend.imap.tokens import Value, number, parse, uid
from tui_mailer.backend.imap.usual import read_usual
from tui_mailer.backend.imap.words import header_text
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.message import RemoteMessage
from tui_mailer.domain.safe_text import safe_line

ITEMS: Final = "(UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)"
"""What `read_message` wants fetched."""

Attributes = dict[bytes, Value]

_FETCH: Final = re.compile(rb"\* [0-9]+ FETCH(?: |\Z)", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(rb"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_NO_ENVELOPE: Final[tuple[Value, ...]] = (None,) * 10


def read_attributes(response: RawResponse) -> Attributes | None:
    """Attributes of a FETCH response by name in capitals; None when it is another response.

    Raises:
        ProtocolBroken: it is one, and cannot be read.
    """
    start = _FETCH.match(response[0])
    if start is None:
        return None
    values = parse(response, start.end())
    pairs = values[0] if len(values) == 1 else None
    if not isinstance(pairs, list) or len(pairs) % 2:
        raise ProtocolBroken
    attributes: Attributes = {}
    for name, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(name, bytes):
            raise ProtocolBroken
        attributes[name.upper()] = value
    return attributes


def read_messages(responses: Iterable[RawResponse]) -> list[RemoteMessage]:
    """Those that `responses` describe; see `read_message`."""
    read = map(read_message, responses)
    return [message for message in read if message is not None]


def read_message(response: RawResponse) -> RemoteMessage | None:
    """The message that a FETCH response describes; None when it describes none as a whole.

    A server may slip in the new flags of another message, by number and without its envelope.

    Raises:
        ProtocolBroken: it cannot be read.
    """
    return read_usual(response) or read_any(response)


def read_any(response: RawResponse) -> RemoteMessage | None:
    """`read_message`, token by token."""
    attributes = read_attributes(response)
    if attributes is None or b"ENVELOPE" not in attributes:
        return None
    envelope = _envelope(attributes[b"ENVELOPE"])
    sent_at = read_date(envelope[0])
    senders = read_addresses(envelope[2]) or read_addresses(envelope[3])
    structure = attributes.get(b"BODYSTRUCTURE")
    return RemoteMessage(
        uid=uid(attributes.get(b"UID")),
        flags=from_wire(attributes.get(b"FLAGS")),
        size_bytes=number(attributes.get(b"RFC822.SIZE", b"0")),
        received_at=read_date(attributes.get(b"INTERNALDATE")) or sent_at or EPOCH,
        subject=safe_line(header_text(_text(envelope[1]))),
        sender=senders[0] if senders else NOBODY,
        to=read_addresses(envelope[5]),
        cc=read_addresses(envelope[6]),
        bcc=read_addresses(envelope[7]),
        sent_at=sent_at,
        message_id=_identifier(envelope[9]),
        in_reply_to=_identifier(envelope[8]),
        has_attachment=has_attachment(structure),
        media_type=root_media_type(structure),
    )


def _envelope(value: Value) -> list[Value]:
    """Ten fields, whatever is missing."""
    fields = value if isinstance(value, list) else []
    return [*fields, *_NO_ENVELOPE][:10]


def _identifier(value: Value) -> str:
    """The first Message-ID of a field, with its brackets; "" when there is none that is whole."""
    found = _MESSAGE_ID.search(value) if isinstance(value, bytes) else None
    return found[0].decode("ascii") if found else ""


def _text(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""
