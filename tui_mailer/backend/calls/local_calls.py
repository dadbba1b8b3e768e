"""Port `Calls` over a Unix socket for each account, in a directory that is the user's alone."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from tui_mailer.backend.calls.wire import MAX_BYTES, TAKEN, decoded, encoded
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
        try:
            # One that a killed program left is in the way of nobody: the store was locked before.
            server = await asyncio.start_unix_server(
                partial(_take, on_call), socket, limit=MAX_BYTES
            )
            socket.chmod(_MODE)
        except OSError:
            return
        try:
            async with server:
                await server.serve_forever()
        finally:
            with suppress(OSError):
                socket.unlink()

    async def hand_over(self, account: Account, call: WriteCall) -> bool:
        """See the port."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(self._socket(account))
                try:
                    writer.write(encoded(call))
                    return await reader.readline() == TAKEN
                finally:
                    writer.close()
        except (OSError, ValueError, TimeoutError):
            return False

    def _socket(self, account: Account) -> Path:
        """A short name, since the path of a socket has 107 bytes at most, that says nothing."""
        stem = sha256(account.address.casefold().encode()).hexdigest()[:16]
        return self._directory / f"{stem}.sock"


async def _take(
    on_call: Callable[[WriteCall], None],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    with suppress(OSError, ValueError, TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            on_call(decoded(await reader.readline()))
            writer.write(TAKEN)
            await writer.drain()
    writer.close()
