"""What SELECT, SEARCH and APPEND tell; pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.status import Status
from tui_mailer.backend.imap.tokens import number, uid
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.folder import FolderState

_EXISTS: Final = re.compile(rb"\* ([0-9]{1,10}) EXISTS", re.IGNORECASE)
_SEARCH: Final = re.compile(rb"\* SEARCH((?: [0-9]{1,10})*) *(?:\(MODSEQ [0-9]+\))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selected:
    """The open folder. `permanent_flags`: in lower case; None when the server told none."""

    state: FolderState
    permanent_flags: frozenset[bytes] | None = None

    def without_modseq(self) -> "Selected":
        """The same, from a server that keeps no mod-sequences."""
        return replace(self, state=replace(self.state, highest_modseq=None))


def read_selected(responses: Iterable[RawResponse]) -> Selected:
    """What the untagged responses to SELECT say (RFC 3501 §6.3.1).

    Raises:
        ProtocolBroken: no UIDVALIDITY, or no numbers.
    """
    codes: dict[str, bytes] = {}
    exists = 0
    for response in responses:
        count = _EXISTS.fullmatch(response[0])
        status = Status.read(response[0][2:])
        if count is not None:
            exists = int(count[1])
        elif status is not None and status.code:
            codes[status.code] = status.data
    if "UIDVALIDITY" not in codes:
        raise ProtocolBroken
    permanent = codes.get("PERMANENTFLAGS")
    return Selected(
        state=FolderState(
            uid_validity=uid(codes["UIDVALIDITY"]),
            uid_next=uid(codes["UIDNEXT"]) if "UIDNEXT" in codes else None,
            exists=exists,
            # Some servers say 0 for NOMODSEQ.
            highest_modseq=number(codes.get("HIGHESTMODSEQ", b"0")) or None,
        ),
        permanent_flags=(
            None if permanent is None else frozenset(permanent.strip(b"()").lower().split())
        ),
    )


def read_appended_uid(status: Status) -> int | None:
    """The UID in ``[APPENDUID uidvalidity uid]`` (RFC 4315); None without it."""
    words = status.data.split()
    if status.code != "APPENDUID" or len(words) != 2:
        return None
    try:
        return uid(words[1])
    except ProtocolBroken:
        return None


def read_search(response: RawResponse) -> Sequence[int]:
    """The UIDs of an untagged SEARCH response, as they come.

    Raises:
        ProtocolBroken: other words than UIDs (and the MODSEQ of RFC 7162).
    """
    found = _SEARCH.fullmatch(response[0])
    if found is None:
        raise ProtocolBroken
    uids = [int(word) for word in found[1].split()]
    if uids and not 0 < min(uids) <= max(uids) < 2**32:
        raise ProtocolBroken
    return uids
