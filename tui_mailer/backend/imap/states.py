"""Where a folder stands, and what changed in it: STATUS, VANISHED and FETCH responses; pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.envelope import read_attributes
from tui_mailer.backend.imap.flags import from_wire
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.tokens import Value, number, parse, uid
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.folder import FolderState
from tui_mailer.domain.message import Flags

_CLOSED: Final = b"* OK [CLOSED]"
_STATUS: Final = re.compile(rb"\* STATUS ", re.IGNORECASE)
_VANISHED: Final = re.compile(rb"\* VANISHED (?:\(EARLIER\) )?([0-9:,]+) *", re.IGNORECASE)


def status_items(*, with_modseq: bool) -> str:
    """What STATUS is asked for."""
    items = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN"
    return f"({items} HIGHESTMODSEQ)" if with_modseq else f"({items})"


def read_states(responses: Iterable[RawResponse]) -> Mapping[str, FolderState]:
    """State by folder, of the STATUS responses that tell UIDVALIDITY and MESSAGES.

    Raises:
        ProtocolBroken: a STATUS response cannot be read.
    """
    found: dict[str, FolderState] = {}
    for response in responses:
        start = _STATUS.match(response[0])
        if start is not None:
            name, items = _status(parse(response, start.end()))
            if {b"UIDVALIDITY", b"MESSAGES"} <= items.keys() and items[b"UIDVALIDITY"]:
                found[name] = FolderState(
                    uid_validity=items[b"UIDVALIDITY"],
                    uid_next=items.get(b"UIDNEXT") or None,
                    exists=items[b"MESSAGES"],
                    highest_modseq=items.get(b"HIGHESTMODSEQ") or None,
                    unseen=items.get(b"UNSEEN"),
                )
    return found


def _status(values: Sequence[Value]) -> tuple[str, Mapping[bytes, int]]:
    if len(values) != 2:
        raise ProtocolBroken
    name, items = values
    if isinstance(name, list) or not isinstance(items, list) or len(items) % 2:
        raise ProtocolBroken
    numbers: dict[bytes, int] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        if not isinstance(key, bytes):
            raise ProtocolBroken
        numbers[key.upper()] = number(value)
    # As for LIST: a folder may be called NIL, and INBOX is spelled in any way.
    wire_name = (name if name is not None else b"NIL").decode("utf-8", "surrogateescape")
    return "INBOX" if wire_name.upper() == "INBOX" else names.decode(wire_name), numbers


def of_this_folder(responses: Sequence[RawResponse]) -> Sequence[RawResponse]:
    """Those of a SELECT's responses that speak of the folder it opens.

    What comes before CLOSED is told of the one that was open until then (RFC 7162 §3.2.11).
    """
    for index, response in enumerate(responses):
        if response[0].upper().startswith(_CLOSED):
            return responses[index + 1 :]
    return responses


class ChangesRead:
    """Collects what FETCH and VANISHED responses tell (RFC 7162 §3.1.4.1, §3.2.10).

    Attributes:
        flags: by UID.
        vanished: ranges of UIDs.
    """

    def __init__(self) -> None:
        self.flags: dict[int, Flags] = {}
        self.vanished: list[tuple[int, int]] = []

    def take(self, response: RawResponse) -> None:
        """Note what `response` tells, if it is one of these.

        Raises:
            ProtocolBroken: it cannot be read.
        """
        gone = _VANISHED.fullmatch(response[0])
        if gone is not None:
            self.vanished += map(_range, gone[1].split(b","))
            return
        attributes = read_attributes(response)
        if attributes is not None and {b"UID", b"FLAGS"} <= attributes.keys():
            self.flags[uid(attributes[b"UID"])] = from_wire(attributes[b"FLAGS"])


def _range(text: bytes) -> tuple[int, int]:
    first, _, last = text.partition(b":")
    ends = uid(first), uid(last or first)
    return min(ends), max(ends)
