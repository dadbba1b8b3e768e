"""A call as one line of JSON, within bounds; pure."""

import json
from pathlib import Path
from typing import Final

from tui_mailer.domain.call import WriteCall

MAX_BYTES: Final = 64 * 1024
TAKEN: Final = b"taken\n"
# A pasted datamatrix has some hundred characters.
_MAX_INS_LENGTH: Final = 1_000
_MAX_FILES: Final = 100


def encoded(call: WriteCall) -> bytes:
    """The line that says it."""
    asked = {"ins": call.ins, "attach": [str(path) for path in call.attach]}
    return json.dumps(asked).encode("ascii") + b"\n"


def decoded(line: bytes) -> WriteCall:
    """The call that a line says.

    Raises:
        ValueError: it says none.
    """
    if not line.endswith(b"\n") or len(line) > MAX_BYTES:
        raise ValueError
    asked = json.loads(line)
    if not isinstance(asked, dict) or asked.keys() != {"ins", "attach"}:
        raise ValueError
    ins, attach = asked["ins"], asked["attach"]
    if not isinstance(ins, str) or not 0 < len(ins) <= _MAX_INS_LENGTH:
        raise ValueError
    if not isinstance(attach, list) or len(attach) > _MAX_FILES:
        raise ValueError
    return WriteCall(ins, tuple(map(_path, attach)))


def _path(name: object) -> Path:
    if not isinstance(name, str) or not name.startswith("/") or "\0" in name:
        raise ValueError
    return Path(name)
