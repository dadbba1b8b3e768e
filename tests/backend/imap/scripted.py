"""An IMAP server that says exactly what a test wants, over TLS, on loopback."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import trustme

CAPABILITIES = "IMAP4rev1 IDLE UIDPLUS LITERAL+ SASL-IR AUTH=PLAIN"


class Heard(NamedTuple):
    """A command of the client's."""

    tag: str
    text: str


class Talk:
    """One connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, *lines: str | bytes) -> None:
        """Send lines, all in one piece; `str` as UTF-8."""
        self.writer.write(
            b"".join((x.encode() if isinstance(x, str) else x) + b"\r\n" for x in lines)
        )

    def say_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)

    async def hear_line(self) -> str:
        """The next line, without its end."""
        return (await self.reader.readuntil(b"\r\n"))[:-2].decode()

    async def hear(self, start: str) -> Heard:
        """The next command, which must begin with `start`."""
        tag, _, text = (await self.hear_line()).partition(" ")
        assert text.startswith(start), f"{text!r} came instead of {start!r}"
        return Heard(tag, text)

    async def greet(self, capabilities: str = CAPABILITIES) -> None:
        """Greeting and CAPABILITY."""
        self.say("* OK ready")
        await self.tell_capabilities(capabilities)

    async def tell_capabilities(self, capabilities: str = CAPABILITIES) -> None:
        """Answer CAPABILITY."""
        asked = await self.hear("CAPABILITY")
        self.say(f"* CAPABILITY {capabilities}", f"{asked.tag} OK")

    async def admit(self, capabilities: str = CAPABILITIES) -> None:
        """Greeting, CAPABILITY and a login that succeeds."""
        await self.greet(capabilities)
        login = await self.hear("")
        assert login.text.startswith(("AUTHENTICATE PLAIN ", "LOGIN ")), login.text
        self.say(f"{login.tag} OK [CAPABILITY {capabilities}] welcome")

    async def select(self, exists: int = 0, *more: str) -> None:
        """Answer SELECT."""
        asked = await self.hear("SELECT")
        self.say(f"* {exists} EXISTS", "* OK [UIDVALIDITY 9] ok", *more, f"{asked.tag} OK done")

    async def admit_and_select(self, exists: int = 0, capabilities: str = CAPABILITIES) -> None:
        """All that comes before work."""
        await self.admit(capabilities)
        await self.select(exists)

    async def idle(self) -> Heard:
        """Answer the NOOP that goes before IDLE; IDLE itself, not yet answered."""
        noop = await self.hear("NOOP")
        self.say(f"{noop.tag} OK")
        return await self.hear("IDLE")

    async def hang_up(self) -> None:
        """Close the connection, once all is sent."""
        await self.writer.drain()
        self.writer.close()

    async def until_closed(self) -> None:
        """Wait until the client has closed; what it still says is of no interest."""
        while await self.reader.read(65536):
            pass


Script = Callable[[Talk], Awaitable[None]]


class Authority:
    """Makes certificates; `ca_file` vouches for them."""

    def __init__(self, directory: Path) -> None:
        self.ca = trustme.CA()
        self.ca_file = directory / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        self.context = self.server_context(self.ca.issue_cert("localhost", "127.0.0.1"))

    @staticmethod
    def server_context(leaf: trustme.LeafCert) -> ssl.SSLContext:
        """What a server with this certificate speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context


class ScriptedServer:
    """Plays `script` to each client; `connections` counts them."""

    def __init__(self, script: Script) -> None:
        self.port = 0
        self.connections = 0
        self.failures: list[BaseException] = []
        self._script = script
        self._tasks: set[asyncio.Task[None]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play the script; a client that hangs up ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._script(Talk(reader, writer))
        except (OSError, EOFError, asyncio.CancelledError):
            pass
        except BaseException as error:  # noqa: BLE001  (raised in the test, when the server ends)
            self.failures.append(error)
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def end(self) -> None:
        """Stop the scripts; raise what failed in one."""
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        if self.failures:
            raise self.failures[0]


@asynccontextmanager
async def playing(script: Script, tls: ssl.SSLContext | None) -> AsyncIterator[ScriptedServer]:
    """A server that plays `script`, with TLS from the first byte when `tls` is given."""
    scripted = ScriptedServer(script)
    server = await asyncio.start_server(
        scripted.talk, "127.0.0.1", 0, ssl=tls, limit=64 * 1024 * 1024
    )
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        await scripted.end()
