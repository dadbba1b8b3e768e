"""The answer that nearly every message gets, read by one regular expression.

Reading a FETCH response token by token costs some ten times what the rest of a row costs, and a
first synchronisation reads 100,000. Here a response is cut into its fields if it has the usual
shape: the items in the order asked for, no literal, no escape and nothing but ASCII in a string.
Anything else is no error: `envelope` reads it token by token. Both must come to the same, whatever
the response.
"""

import re
from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.addresses import NOBODY, address
from tui_mailer.backend.imap.dates import EPOCH, MOMENT, USUAL_DATE, moment, read_date
from tui_mailer.backend.imap.flags import from_wire
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.usual_structure import (
    PLAIN,
    STRING,
    TEXT_ALONE,
    read_structure,
    read_text_alone,
)
from tui_mailer.backend.imap.words import header_text
from tui_mailer.domain.address import Address
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.safe_text import safe_line

_TEXT: Final = f'(?:NIL|"({PLAIN}*+)")'
_ADDRESS_STRING: Final = f'(?:NIL|"{PLAIN}{{0,256}}+")'
_ADDRESS: Final = r"\(" + " ".join([_ADDRESS_STRING] * 4) + r"\)"
_ADDRESSES: Final = rf"\((?>(?:{_ADDRESS} ?){{1,20}})\)"
# The first Message-ID of a field, where its first bracket opens.
_ID: Final = rf'(?:NIL|"[ !#-;=-\[\]-~]*+(?:(<[!#-;=?-\[\]-~]++>){PLAIN}*+)?")'
_RESPONSE: Final = re.compile(
    (
        rf"\* [0-9]++ FETCH \(UID ([1-9][0-9]{{0,8}}+) FLAGS \(([!#-'*-~ ]{{0,500}}+)\)"
        rf' RFC822\.SIZE ([0-9]{{1,18}}+) INTERNALDATE " ?({MOMENT})" ENVELOPE \('
        rf'(?:NIL|"(?:{USUAL_DATE}|({PLAIN}*+))") {_TEXT}'
        # Sender, author and who is answered are nearly always the same.
        rf" (?:NIL|(?P<sender>{_ADDRESSES})) (?:NIL|((?>(?P=sender)|{_ADDRESSES})))"
        rf" (?:NIL|(?>(?P=sender)|{_ADDRESSES}))"
        rf" (?:NIL|({_ADDRESSES})) (?:NIL|({_ADDRESSES})) (?:NIL|({_ADDRESSES}))"
        rf" {_ID} {_ID}\) BODYSTRUCTURE (?:{TEXT_ALONE}|(\(.*\)))\)"
    ).encode(),
    re.DOTALL,
)
_PERSON: Final = re.compile(rf'\((?:NIL|"({PLAIN}*+)") {STRING} ({STRING}) ({STRING})\)'.encode())


def read_usual(response: RawResponse) -> RemoteMessage | None:
    """The message of a response of the usual shape, None for any other."""
    found = _RESPONSE.fullmatch(response[0]) if len(response) == 1 else None
    if found is None:
        return None
    (uid, flags, size, received, sent, sent_otherwise, subject, sender, author, to, cc, bcc,
     in_reply_to, message_id, text_alone, otherwise) = found.groups()  # fmt: skip
    structure = read_text_alone(text_alone) if text_alone else read_structure(otherwise)
    if structure is None:
        return None
    sent_at = moment(sent) if sent else read_date(sent_otherwise)
    senders = _people(sender) or _people(author)
    # By place: to pass them by name takes as long again as making the tuple does.
    return RemoteMessage(
        int(uid),
        _flags(flags),
        int(size),
        moment(received) or sent_at or EPOCH,
        safe_line(header_text(subject or b"")),
        senders[0] if senders else NOBODY,
        _people(to) if to else (),
        _people(cc) if cc else (),
        _people(bcc) if bcc else (),
        sent_at,
        message_id.decode() if message_id else "",
        in_reply_to.decode() if in_reply_to else "",
        *structure,
    )


@lru_cache(maxsize=512)
def _flags(names: bytes) -> Flags:
    return from_wire([*names.split()])


# The same people write and are written to. Of a list that `_RESPONSE` has matched, nothing is left
# between two addresses.
@lru_cache(maxsize=4096)
def _people(text: bytes | None) -> tuple[Address, ...]:
    """Mailboxes of an address list as it stands on the wire."""
    return tuple(
        address(name, local[1:-1], host[1:-1])
        for name, local, host in _PERSON.findall(text or b"")
        if local != b"NIL" and host != b"NIL"
    )
