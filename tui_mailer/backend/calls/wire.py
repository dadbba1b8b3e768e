"""A call as one line of JSON, within bounds; pure."""

import json
from pathlib import Path
from typing import Final

from tui_mailer.domain.call import FileAsked, WriteCall

MAX_BYTES: Final = 64 * 1024
READY: Final = b"ready\n"
"""The open program's answer to a call that it understood."""
GO: Final = b"go\n"
"""The caller's answer to that: it has not given up meanwhile."""
# A pasted datamatrix has some hundred characters.
_MAX_INS_LENGTH: Final = 1_000
_MAX_FILES: Final = 100


def encoded(call: WriteCall) -> bytes:
    """The line that says it."""
    asked = {"ins": call.ins, "attach": [[str(file.path), file.stamp] for file in call.attach]}
    return json.dumps(asked).encode("ascii") + b"\n"


def decoded(line: bytes) -> WriteCall:
    """The call that a line says.

    Raises:
        ValueError: it says none.
    """
    if not line.endswith(b"\n") or len(line) > MAX_BYTES:
        raise ValueError
    try:
        asked = json.loads(line)
    except RecursionError:
        raise ValueError from None
    if not isinstance(asked, dict) or asked.keys() != {"ins", "attach"}:
        raise ValueError
    ins, attach = asked["ins"], asked["attach"]
    if not isinstance(ins, str) or not 0 < len(ins) <= _MAX_INS_LENGTH:
        raise ValueError
    if not isinstance(attach, list) or len(attach) > _MAX_FILES:
        raise ValueError
    return WriteCall(ins, tuple(map(_file, attach)))


def _file(asked: object) -> FileAsked:
    if not isinstance(asked, list) or not all(isinstance(value, str) for value in asked):
        raise ValueError
    path, stamp = asked
    if not path.startswith("/") or "\0" in path or not stamp:
        raise ValueError
    return FileAsked(Path(path), stamp)
