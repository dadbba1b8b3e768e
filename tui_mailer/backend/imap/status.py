"""Status responses: ``OK``, ``NO``, ``BAD``, ``BYE``, ``PREAUTH``, with their code (RFC 3501 §7.1)."""

import re
from dataclasses import dataclass
from typing import Final

from tui_mailer.domain.errors import ProtocolBroken

_STATUS: Final = re.compile(
    rb"(?P<word>OK|NO|BAD|BYE|PREAUTH)(?: +(?:\[(?P<code>[^\] ]+)(?: (?P<data>[^\]]*))?\])? *(?P<text>.*))?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Status:
    """One status response.

    Attributes:
        word: ``OK``, ``NO``, ``BAD``, ``BYE`` or ``PREAUTH``.
        code: response code in capitals (``UIDVALIDITY``), or "".
        data: what follows the code inside its brackets.
        text: the server's own words; not safe to show as they are.
    """

    word: str
    code: str = ""
    data: bytes = b""
    text: str = ""

    @classmethod
    def read(cls, line: bytes) -> "Status | None":
        """The status in `line`, whose tag is already off; None when it is other data."""
        found = _STATUS.fullmatch(line)
        if found is None:
            return None
        return cls(
            word=found["word"].decode("ascii").upper(),
            code=(found["code"] or b"").decode("ascii", "replace").upper(),
            data=found["data"] or b"",
            text=(found["text"] or b"").decode("utf-8", "replace"),
        )


def read_tagged(line: bytes) -> tuple[str, Status]:
    """Tag and status of the line that ends a command.

    Raises:
        ProtocolBroken: no such line.
    """
    tag, _, rest = line.partition(b" ")
    status = Status.read(rest)
    if status is None or status.word not in ("OK", "NO", "BAD"):
        raise ProtocolBroken
    return tag.decode("ascii", "replace"), status
