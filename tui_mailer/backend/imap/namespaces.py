"""Where a server keeps people's own folders, and where others' (RFC 2342); pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.tokens import Value, parse
from tui_mailer.domain.errors import ProtocolBroken

_NAMESPACE: Final = re.compile(rb"\* NAMESPACE ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Namespaces:
    """Prefixes of folders' names, decoded; ``""`` begins every name.

    Attributes:
        own: of the folders of whoever is logged in, the usual one first; empty when not told.
        foreign: of other people's folders, and of those that are shared.
    """

    own: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    def is_own(self, name: str) -> bool:
        """True for a folder that is not told to be another's: the longest prefix decides."""
        found = {prefix for prefix in (*self.own, *self.foreign) if name.startswith(prefix)}
        return name == "INBOX" or not found or max(found, key=len) in self.own

    def placed(self, name: str) -> str:
        """`name`, below the usual prefix unless it is where people's own folders are."""
        if not self.own or name.startswith(self.own):
            return name
        return self.own[0] + name


def read_namespaces(responses: Iterable[RawResponse]) -> Namespaces:
    """What a NAMESPACE response tells; nothing when there is none.

    Raises:
        ProtocolBroken: it cannot be read.
    """
    for response in responses:
        start = _NAMESPACE.match(response[0])
        if start is not None:
            values = parse(response, start.end())
            if len(values) != 3:
                raise ProtocolBroken
            own, others, shared = map(_prefixes, values)
            return Namespaces(own, (*others, *shared))
    return Namespaces()


def _prefixes(namespaces: Value) -> tuple[str, ...]:
    """Each is a prefix and a delimiter, and perhaps what extensions add."""
    if namespaces is None:
        return ()
    if not isinstance(namespaces, list):
        raise ProtocolBroken
    found: list[str] = []
    for namespace in namespaces:
        prefix = namespace[0] if isinstance(namespace, list) and namespace else None
        if not isinstance(prefix, bytes):
            raise ProtocolBroken
        wire_name = prefix.decode("utf-8", "surrogateescape")
        # Some spell INBOX in their own way.
        is_inbox = wire_name[:5].upper() == "INBOX"
        found.append(names.decode("INBOX" + wire_name[5:] if is_inbox else wire_name))
    return tuple(found)
