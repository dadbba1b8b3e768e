"""Running the user's own command for a password or a token.

No shell; the answer is the first line. Its error output is read and thrown away: it may hold
anything, and would write over the screen.
"""

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from tui_mailer.domain.errors import SecretUnavailable

TIMEOUT_S: Final = 30.0
# Above any password or token; a command that talks without end is cut.
_MOST_BYTES: Final = 1 << 20


async def first_line(command: Sequence[str], timeout_s: float = TIMEOUT_S) -> str:
    """Run `command` (an argument list) and give the first line it writes.

    Raises:
        SecretUnavailable: not found, failed, too slow, or it wrote nothing. The subject names the
            program only: arguments may hold secrets.
    """
    if not command:
        raise SecretUnavailable(subject="aucune commande n’est indiquée")
    program = os.path.basename(command[0])  # noqa: PTH119  (a name to show, no file to touch)
    try:
        async with asyncio.timeout(timeout_s):
            output, code = await _run(command)
    except TimeoutError as error:
        raise _failed(program, f"n’a pas répondu en {timeout_s:g} s") from error
    except (OSError, ValueError) as error:
        raise _failed(program, "n’a pas pu être lancée") from error
    if code:
        raise _failed(program, f"a échoué (code {code})")
    return _secret_in(output, program)


async def _run(command: Sequence[str]) -> tuple[bytes, int]:
    # A session of its own: no terminal to ask on over our screen, and one group to end.
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=_MOST_BYTES,
    )
    assert process.stdout is not None
    try:
        output = await process.stdout.read(_MOST_BYTES)
        while len(output) < _MOST_BYTES and (more := await process.stdout.read(_MOST_BYTES)):
            output += more
        if len(output) >= _MOST_BYTES:
            _end_group(process.pid)
        return output, await process.wait()
    except BaseException:
        _end_group(process.pid)
        await asyncio.shield(process.wait())
        raise


def _end_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _secret_in(output: bytes, program: str) -> str:
    line = output.partition(b"\n")[0].removesuffix(b"\r")
    if not line:
        raise _failed(program, "n’a rien répondu")
    with suppress(UnicodeDecodeError):
        return line.decode("utf-8")
    # Outside the handler: the error of the decoder would carry the answer along.
    raise _failed(program, "n’a pas répondu en UTF-8")


def _failed(program: str, how: str) -> SecretUnavailable:
    return SecretUnavailable(subject=f"la commande « {program} » {how}")
