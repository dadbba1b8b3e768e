"""What BODYSTRUCTURE tells (RFC 3501 §7.4.2) without the content: files, and the root's type."""

from typing import Final

from tui_mailer.backend.imap.tokens import Value

_SIGNATURES: Final = frozenset({b"PKCS7-SIGNATURE", b"X-PKCS7-SIGNATURE", b"PGP-SIGNATURE"})
# Where the disposition stands, after the seven fields that every single part has.
_DISPOSITION: Final = 8
_DISPOSITION_OF_TEXT: Final = 9
_DISPOSITION_OF_MESSAGE: Final = 11
_BASIC_FIELDS: Final = 7
_LONGEST_TYPE: Final = 100


def is_file(media: bytes, subtype: bytes, disposition: bytes, *, named: bool, shown: bool) -> bool:
    """True for a part that is marked as an attachment, or is no text and has a name.

    Signatures do not count, nor do pictures that an HTML body shows in its place.

    Args:
        media: its type, in capitals.
        subtype: in capitals.
        disposition: in capitals; b"" when none is told.
        named: a parameter holds a file's name.
        shown: it has a Content-ID, by which a text beside it shows it.
    """
    if subtype in _SIGNATURES:
        return False
    return disposition == b"ATTACHMENT" or (named and not shown and media != b"TEXT")


def media_type(*words: bytes) -> str:
    """``type/subtype`` in lower case."""
    return b"/".join(words).lower().decode("ascii", "replace")[:_LONGEST_TYPE]


def has_attachment(structure: Value) -> bool:
    """True when a part `is_file`."""
    waiting: list[tuple[Value, bool]] = [(structure, False)]
    while waiting:
        part, related = waiting.pop()
        if not isinstance(part, list) or not part:
            continue
        if isinstance(part[0], list):
            subparts = [item for item in part if isinstance(item, list)]
            subtype = next((item for item in part if isinstance(item, bytes)), b"")
            waiting.extend((subpart, subtype.upper() == b"RELATED") for subpart in subparts)
        elif len(part) >= _BASIC_FIELDS and _is_attachment(part, related):
            return True
    return False


def root_media_type(structure: Value) -> str:
    """The media type of the whole message, in lower case; "" when it cannot be read."""
    if not isinstance(structure, list) or not structure:
        return ""
    if isinstance(structure[0], list):
        subtype = next((item for item in structure if isinstance(item, bytes)), b"")
        return media_type(b"multipart", subtype)
    return media_type(*(item for item in structure[:2] if isinstance(item, bytes)))


def _is_attachment(part: list[Value], related: bool) -> bool:
    media, subtype = _word(part[0]), _word(part[1])
    disposition, parameters = _disposition(part, media, subtype)
    named = _names_a_file(part[2]) or _names_a_file(parameters)
    return is_file(media, subtype, disposition, named=named, shown=related and part[3] is not None)


def _disposition(part: list[Value], media: bytes, subtype: bytes) -> tuple[bytes, Value]:
    if media == b"TEXT":
        place = _DISPOSITION_OF_TEXT
    elif media == b"MESSAGE" and subtype == b"RFC822":
        place = _DISPOSITION_OF_MESSAGE
    else:
        place = _DISPOSITION
    found = part[place] if len(part) > place else None
    if not isinstance(found, list) or len(found) < 2:
        return b"", None
    return _word(found[0]), found[1]


def _names_a_file(parameters: Value) -> bool:
    """True for a ``name`` or ``filename``, whole, encoded or in pieces (RFC 2231)."""
    if not isinstance(parameters, list):
        return False
    keys = (_word(key).partition(b"*")[0] for key in parameters[::2])
    return any(key in (b"NAME", b"FILENAME") for key in keys)


def _word(value: Value) -> bytes:
    return value.upper() if isinstance(value, bytes) else b""
