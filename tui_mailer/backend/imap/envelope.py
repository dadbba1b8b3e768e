"""A FETCH response -> `RemoteMessage`; pure.

What a sender wrote may be broken in any way: the message is listed all the same, with what can be
read of it. Only what the server itself must get right (UID, pairs, brackets) is insisted upon.
"""

import re
from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.dates import EPOCH, read_date
from tui_mailer.backend.imap.flags import from_wire
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.structure import has_attachment, root_media_type
from tui_mailer.backend.imap.tokens import Value, number, parse, uid
from tui_mailer.backend.imap.usual import UsualRow, cut, plain_part, unquoted
from tui_mailer.backend.imap.words import eight_bit_text, header_text, name_text
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.safe_text import safe_line

ITEMS: Final = "(UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)"
"""What `read_message` wants fetched."""

Attributes = dict[bytes, Value]

_FETCH: Final = re.compile(rb"\* [0-9]+ FETCH(?: |\Z)", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(rb"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_NO_ENVELOPE: Final[tuple[Value, ...]] = (None,) * 10
# The list row and the address book need no more; the reader shows all, off the content.
_MOST_ADDRESSES: Final = 500
_LONGEST_MAILBOX: Final = 1_000
_NOBODY: Final = Address.received("")


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


def read_message(response: RawResponse) -> RemoteMessage | None:
    """The message that a FETCH response describes; None when it describes none as a whole.

    A server may slip in the new flags of another message, by number and without its envelope.

    Raises:
        ProtocolBroken: it cannot be read.
    """
    usual = cut(response)
    return (_read_usual(usual) if usual is not None else None) or read_any(response)


def read_any(response: RawResponse) -> RemoteMessage | None:
    """`read_message`, token by token."""
    attributes = read_attributes(response)
    if attributes is None or b"ENVELOPE" not in attributes:
        return None
    envelope = _envelope(attributes[b"ENVELOPE"])
    sent_at = read_date(envelope[0])
    senders = _addresses(envelope[2]) or _addresses(envelope[3])
    structure = attributes.get(b"BODYSTRUCTURE")
    return RemoteMessage(
        uid=uid(attributes.get(b"UID")),
        flags=from_wire(attributes.get(b"FLAGS")),
        size_bytes=number(attributes.get(b"RFC822.SIZE", b"0")),
        received_at=read_date(attributes.get(b"INTERNALDATE")) or sent_at or EPOCH,
        subject=safe_line(header_text(_text(envelope[1]))),
        sender=senders[0] if senders else _NOBODY,
        to=_addresses(envelope[5]),
        cc=_addresses(envelope[6]),
        bcc=_addresses(envelope[7]),
        sent_at=sent_at,
        message_id=_identifier(envelope[9]),
        in_reply_to=_identifier(envelope[8]),
        has_attachment=has_attachment(structure),
        media_type=root_media_type(structure),
    )


def _read_usual(row: UsualRow) -> RemoteMessage | None:
    """None when more items follow the structure."""
    structure = _usual_structure(row.structure)
    if structure is None:
        return None
    is_with_file, media_type = structure
    sent_at = read_date(unquoted(row.date))
    senders = _usual_addresses(row.sender) or _usual_addresses(row.author)
    return RemoteMessage(
        uid=uid(row.uid),
        flags=_usual_flags(row.flags),
        size_bytes=number(row.size),
        received_at=read_date(row.internal_date) or sent_at or EPOCH,
        subject=safe_line(header_text(_text(unquoted(row.subject)))),
        sender=senders[0] if senders else _NOBODY,
        to=_usual_addresses(row.to),
        cc=_usual_addresses(row.cc),
        bcc=_usual_addresses(row.bcc),
        sent_at=sent_at,
        message_id=_identifier(unquoted(row.message_id)),
        in_reply_to=_identifier(unquoted(row.in_reply_to)),
        has_attachment=is_with_file,
        media_type=media_type,
    )


def _usual_structure(text: bytes) -> tuple[bool, str] | None:
    plain = plain_part(text)
    if plain is not None:
        return False, _type_of_part(plain)
    structure = _one_value(text)
    return None if structure is None else (has_attachment(structure), root_media_type(structure))


@lru_cache(maxsize=512)
def _type_of_part(words: tuple[bytes, bytes]) -> str:
    return root_media_type([*words])


def _one_value(text: bytes) -> Value:
    values = parse((text,))
    return values[0] if len(values) == 1 else None


@lru_cache(maxsize=512)
def _usual_flags(text: bytes) -> Flags:
    return from_wire(_one_value(text))


# The same people write and are written to; a circular's thousand recipients are not kept.
@lru_cache(maxsize=4096)
def _usual_addresses(text: bytes) -> tuple[Address, ...]:
    return _addresses(_one_value(text))


def _envelope(value: Value) -> list[Value]:
    """Ten fields, whatever is missing."""
    fields = value if isinstance(value, list) else []
    return [*fields, *_NO_ENVELOPE][:10]


def _addresses(value: Value) -> tuple[Address, ...]:
    """Mailboxes of an address list; the marks of groups (RFC 3501 §7.4.2) are no mailboxes."""
    if not isinstance(value, list):
        return ()
    found = []
    for item in value[:_MOST_ADDRESSES]:
        if not isinstance(item, list) or len(item) < 4:
            continue
        name, _, local, host = item[:4]
        if isinstance(host, bytes) and isinstance(local, bytes):
            found.append(_address(_text(name), local, host))
    return tuple(found)


@lru_cache(maxsize=8192)
def _address(name: bytes, local: bytes, host: bytes) -> Address:
    # Never decoded as encoded words: a mailbox is what it is, not what it would like to look like.
    mailbox = b"%b@%b" % (local[:_LONGEST_MAILBOX], host[:_LONGEST_MAILBOX])
    return Address.received(eight_bit_text(mailbox), name_text(name))


def _identifier(value: Value) -> str:
    """The first Message-ID of a field, with its brackets; "" when there is none that is whole."""
    found = _MESSAGE_ID.search(value) if isinstance(value, bytes) else None
    return found[0].decode("ascii") if found else ""


def _text(value: Value) -> bytes:
    return value if isinstance(value, bytes) else b""
