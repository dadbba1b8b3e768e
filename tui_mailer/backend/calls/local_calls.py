"""Port `Calls` over a Unix socket for each account, in a directory that is the user's alone."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from tui_mailer.backend.calls.wire import GO, MAX_BYTES, READY, decoded, encoded
from tui_mailer.domain.account import Account
from tui_mailer.domain.call import WriteCall

# An open program answers at once; one that does not is no help.
_PATIENCE_S: Final = 5.0
_MODE: Final = 0o600


class LocalCalls:
    """Carries calls from one process of a user to another.

    Args:
        directory: private (0700); where it does not exist, nobody listens.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def listen(self, account: Account, on_call: Callable[[WriteCall], None]) -> None:
        """See the port."""
        socket = self._socket(account)
        answering = _Answering(on_call)
        try:
            # One that a killed program left is in the way of nobody: the store was locked before.
            server = await asyncio.start_unix_server(answering.accept, socket, limit=MAX_BYTES)
        except OSError:
            return
        try:
            # Private at once in any case: the directory is.
            socket.chmod(_MODE)
            await asyncio.get_running_loop().create_future()
        except OSError:
            return
        finally:
            # No waiting for whoever is connected: Python 3.12's `wait_closed` would.
            server.close()
            answering.stop()
            with suppress(OSError):
                socket.unlink()

    async def hand_over(self, account: Account, call: WriteCall) -> bool:
        """See the port."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(self._socket(account))
                try:
                    writer.write(encoded(call))
                    is_ready = await reader.readline() == READY
                    if is_ready:
                        writer.write(GO)
                        await writer.drain()
                    return is_ready
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError):
            return False

    def _socket(self, account: Account) -> Path:
        """A short name: the path of a socket has 107 bytes at most."""
        return self._directory / f"{account.file_stem[:16]}.sock"


class _Answering:
    """Those who call now."""

    def __init__(self, on_call: Callable[[WriteCall], None]) -> None:
        self._on_call = on_call
        self._tasks = set[asyncio.Task[None]]()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._answer(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the call of a caller who is still there: one that waited too long has gone."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                call = decoded(await reader.readline())
                writer.write(READY)
                await writer.drain()
                if await reader.readline() == GO:
                    self._on_call(call)
        except (OSError, ValueError, TimeoutError):
            return  # nobody whom we know
        finally:
            writer.close()
