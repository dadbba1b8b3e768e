"""Running the user's own command for a password or a token.

No shell; the answer is the first line. Its error output is read and thrown away: it may hold
anything, and would write over the screen.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from tui_mailer.domain.errors import SecretUnavailable

TIMEOUT_S: Final = 30.0
# Above any password or token; a command that talks without end is cut.
_MOST_BYTES: Final = 1 << 20
_PIECE_BYTES: Final = 1 << 16
# By it GnuPG would find our terminal all the same, draw on it, and read half of the keys.
_NAMES_TERMINAL: Final = "GPG_TTY"


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
    """What it wrote, its first line at the least, and its exit status.

    Through a pipe of our own: asyncio takes a command for running as long as anybody holds its
    output open, and a command may leave an agent behind that does so for days.
    """
    ours, theirs = os.pipe()
    try:
        try:
            # A session of its own: no terminal to ask on over our screen, and one group to end.
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=theirs,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                env={name: text for name, text in os.environ.items() if name != _NAMES_TERMINAL},
            )
        finally:
            os.close(theirs)
        answer = _Answer(ours, partial(_end_group, process.pid))
        try:
            code = await process.wait()
            answer.take()
            await answer.is_told.wait()
            return bytes(answer.output), code
        except BaseException:
            _end_group(process.pid)
            await asyncio.shield(process.wait())
            raise
        finally:
            answer.close()
    finally:
        os.close(ours)


class _Answer:
    """What comes out of a pipe, up to `_MOST_BYTES`.

    Attributes:
        is_told: set once a line has come, or nothing more will.
    """

    def __init__(self, pipe: int, on_too_much: Callable[[], None]) -> None:
        self._pipe = pipe
        self._on_too_much = on_too_much
        self._loop = asyncio.get_running_loop()
        self.output = bytearray()
        self.is_told = asyncio.Event()
        os.set_blocking(pipe, False)
        self._loop.add_reader(pipe, self.take)

    def take(self) -> None:
        """All that is there."""
        try:
            while more := os.read(self._pipe, _PIECE_BYTES):
                self.output += more
                if b"\n" in more:
                    self.is_told.set()
                if len(self.output) >= _MOST_BYTES:
                    self._on_too_much()
                    break
        except BlockingIOError:
            return
        self.is_told.set()
        self.close()

    def close(self) -> None:
        """Read no more."""
        self._loop.remove_reader(self._pipe)


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
