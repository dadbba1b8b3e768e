"""Header-like fields inside a report: blocks of `Name: value`, folded as headers are."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tui_mailer.mime.attachments import part_content
from tui_mailer.mime.tree import Part
from tui_mailer.mime.words import decode_text

Fields = Mapping[str, str]
"""Values by name in lower case; of a repeated name the first."""

MAX_BLOCKS: Final = 100
"""A report about more recipients than that names the first."""

_MAX_TEXT_BYTES: Final = 200_000
_BLANK: Final = re.compile(r"\n[ \t]*\n")
_FOLD: Final = re.compile(r"\n[ \t]+")
_FIELD: Final = re.compile(r"^([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:[ \t]*([^\n]*)$", re.MULTILINE)
_MAILBOX: Final = re.compile(r"[^\s<>;,\"'()\[\]:]+@[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]")
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,990}>")


def text_of(part: Part) -> str:
    """The part's text with plain line ends, cut to what a report can need."""
    charset = part.get_param("charset", None)
    name = charset if isinstance(charset, str) else "utf-8"
    text = decode_text(part_content(part)[:_MAX_TEXT_BYTES], name)[0]
    return text.replace("\r\n", "\n").replace("\r", "\n")


def blocks_of(part: Part) -> Sequence[Fields]:
    """The blocks of a part, in order, the empty ones left out."""
    blocks = _BLANK.split(text_of(part).strip("\n"))[: MAX_BLOCKS + 1]
    return [fields for fields in map(read_fields, blocks) if fields]


def read_fields(text: str) -> Fields:
    """The fields of one block."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(_FOLD.sub(" ", text)):
        found.setdefault(name.lower(), " ".join(value.split()))
    return found


def typed(value: str) -> str:
    """What follows the type in `rfc822; someone@example.fr` and its like (RFC 3464 §2.1.2)."""
    kind, semicolon, rest = value.partition(";")
    return (rest if semicolon else kind).strip()


def mailbox_in(text: str) -> str:
    """The first mail address in `text`, or ""."""
    return next(iter(mailboxes_in(text)), "")


def mailboxes_in(text: str) -> list[str]:
    """All mail addresses in `text`, in order."""
    return _MAILBOX.findall(text)


def message_ids_in(text: str) -> list[str]:
    """All Message-IDs in `text`, in order."""
    return _MESSAGE_ID.findall(text)
