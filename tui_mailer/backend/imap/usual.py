"""The answer that nearly every message gets, cut by one regular expression.

Reading a FETCH response token by token costs some ten times what the rest of a row costs, and a
first synchronisation reads 100,000. Here a response is cut into its fields if it has the usual
shape: the items in the order asked for, no literal, no escape in a string. Anything else is no
error: `envelope` reads it token by token. Both must come to the same, whatever the response.
"""

import re
from typing import Final, NamedTuple

from tui_mailer.backend.imap.receive import RawResponse

# The quantifiers are possessive: no backtracking into a field once it is read.
_STRING: Final = rb'(?:NIL|"[^"\\]*+")'
_ADDRESS: Final = rb"\(" + b" ".join([_STRING] * 4) + rb"\)"
_ADDRESSES: Final = rb"(?:NIL|\((?:" + _ADDRESS + rb" ?)++\))"
_RESPONSE: Final = re.compile(
    rb"\* [0-9]++ FETCH \(UID ([0-9]++) FLAGS (\([^()\"]*+\)) RFC822\.SIZE ([0-9]++)"
    rb' INTERNALDATE "([^"\\]*+)" ENVELOPE \('
    + b" ".join([rb"(%b)" % _STRING] * 2 + [rb"(%b)" % _ADDRESSES] * 6 + [rb"(%b)" % _STRING] * 2)
    + rb"\) BODYSTRUCTURE (\(.*\))\)",
    re.DOTALL,
)
# A single part, with nothing in it that a file would be told by.
_PLAIN_PART: Final = re.compile(
    rb'\("([^"\\]*+)" "([^"\\]*+)"(?: (?:[0-9]++|'
    + _STRING
    + rb"|\((?:"
    + _STRING
    + rb" ?)++\)))*+\)"
)
_OF_FILES: Final = re.compile(rb"attachment|name", re.IGNORECASE)


class UsualRow(NamedTuple):
    """The fields of a response as they stand on the wire, in the order of `envelope.ITEMS`.

    Strings keep their quotes, lists their brackets; `internal_date` alone has none.
    """

    uid: bytes
    flags: bytes
    size: bytes
    internal_date: bytes
    date: bytes
    subject: bytes
    sender: bytes
    author: bytes
    reply_to: bytes
    to: bytes
    cc: bytes
    bcc: bytes
    in_reply_to: bytes
    message_id: bytes
    structure: bytes


def cut(response: RawResponse) -> UsualRow | None:
    """The fields of a response of the usual shape, None for any other."""
    if len(response) != 1:
        return None
    found = _RESPONSE.fullmatch(response[0])
    return UsualRow._make(found.groups()) if found is not None else None


def plain_part(structure: bytes) -> tuple[bytes, bytes] | None:
    """Type and subtype of a structure that is one part and surely no file, None for any other."""
    found = _PLAIN_PART.fullmatch(structure)
    return None if found is None or _OF_FILES.search(structure) else (found[1], found[2])


def unquoted(text: bytes) -> bytes | None:
    """What a string of `UsualRow` holds."""
    return None if text == b"NIL" else text[1:-1]
