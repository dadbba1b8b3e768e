"""Flags on the wire (RFC 3501 §2.3.2, RFC 5788 for the keywords) <-> `Flags`."""

from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.tokens import Value
from tui_mailer.domain.message import Flags

_NAMES: Final = {
    Flags.SEEN: "\\Seen",
    Flags.ANSWERED: "\\Answered",
    Flags.FLAGGED: "\\Flagged",
    Flags.DRAFT: "\\Draft",
    Flags.DELETED: "\\Deleted",
    Flags.FORWARDED: "$Forwarded",
    Flags.MDN_SENT: "$MDNSent",
}
_BY_NAME: Final = {name.lower().encode(): flag for flag, name in _NAMES.items()}


def to_wire(flags: Flags) -> str:
    """A parenthesised list; ``()`` for none."""
    return "({})".format(" ".join(name for flag, name in _NAMES.items() if flag in flags))


def from_wire(value: Value) -> Flags:
    """The flags we know; others are left alone, as `\\Recent` is."""
    if not isinstance(value, list):
        return Flags.NONE
    return _from_names(tuple(name for name in value if isinstance(name, bytes)))


@lru_cache(maxsize=512)
def _from_names(names: tuple[bytes, ...]) -> Flags:
    flags = Flags.NONE
    for name in names:
        flags |= _BY_NAME.get(name.lower(), Flags.NONE)
    return flags


def storable(flags: Flags, permanent: frozenset[bytes] | None) -> Flags:
    r"""Those of `flags` that the folder keeps.

    Args:
        flags: wanted.
        permanent: PERMANENTFLAGS in lower case; None when the server told none, which means all
            (RFC 3501 §7.1). ``\*`` allows new keywords.
    """
    if permanent is None:
        return flags
    kept = Flags.NONE
    for flag, name in _NAMES.items():
        keyword_allowed = name.startswith("$") and b"\\*" in permanent
        if flag in flags and (keyword_allowed or name.lower().encode() in permanent):
            kept |= flag
    return kept
