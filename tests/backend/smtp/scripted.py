"""A submission server that plays a script: what it says, and when it hangs up or falls silent."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from servers.certificates import Certificate

DROP = b"<drop>"
SILENCE = b"<silence>"
DEAF = b"<deaf>"

Script = Mapping[str, bytes | list[bytes]]

ORDINARY: Script = {
    "CONNECT": b"220 mss.example ESMTP\r\n",
    "EHLO": b"250-mss.example\r\n250-STARTTLS\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n",
    "STARTTLS": b"220 ready\r\n",
    "AUTH": b"235 2.7.0 accepted\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "RSET": b"250 ok\r\n",
    "DATA": b"354 go ahead\r\n",
    "CONTENT": b"250 2.0.0 queued as 42\r\n",
    "QUIT": b"221 bye\r\n",
}


@dataclass(slots=True)
class ScriptedServer:
    """`commands` are those received, with "." for a complete message; `content` is its bytes."""

    context: ssl.SSLContext
    script: Script
    implicit_tls: bool = False
    port: int = 0
    commands: list[str] = field(default_factory=list)
    content: bytes = b""
    reached: dict[str, asyncio.Event] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _played: dict[str, int] = field(default_factory=dict)

    def step(self, name: str) -> asyncio.Event:
        """Set once the server is at that step of its script."""
        return self.reached.setdefault(name, asyncio.Event())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._play(reader, writer)
        except (OSError, EOFError, ValueError):
            pass  # the client left, which is what some tests want
        finally:
            writer.transport.abort()

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        alive = await self._say("CONNECT", reader, writer)
        while alive and (line := await reader.readline()):
            command = line.decode("ascii").strip()
            self.commands.append(command)
            verb = command.partition(" ")[0].upper()
            alive = await self._say(verb, reader, writer)
            if verb == "STARTTLS" and alive and self._answer("STARTTLS").startswith(b"220"):
                await writer.start_tls(self.context)
            if verb == "DATA" and alive and self._answer("DATA").startswith(b"354"):
                begun = b""
                if "EARLY" in self.script:
                    # Before the message has begun, aiosmtplib drops whatever comes.
                    begun = await reader.readexactly(1)
                    alive = await self._say("EARLY", reader, writer)
                    if not alive:
                        return
                self.content = begun + await reader.readuntil(b"\r\n.\r\n")
                self.commands.append(".")
                alive = await self._say("CONTENT", reader, writer)

    def _answer(self, step: str) -> bytes:
        answer = self.script.get(step, b"500 unknown\r\n")
        if isinstance(answer, bytes):
            return answer
        return answer[min(self._played.get(step, 1), len(answer)) - 1]

    async def _say(
        self, step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self._played[step] = self._played.get(step, 0) + 1
        answer = self._answer(step)
        self.step(step).set()
        if answer == DEAF:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await self.over.wait()
            return False
        if answer == SILENCE:
            await reader.read()
            return False
        writer.write(answer.removesuffix(DROP))
        await writer.drain()
        if answer.endswith(DROP):
            writer.close()
            return False
        return True


@asynccontextmanager
async def playing(
    certificate: Certificate,
    script: Script | None = None,
    *,
    implicit_tls: bool = False,
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[ScriptedServer]:
    """A server on a free loopback port; steps missing from `script` go the ordinary way."""
    if context is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    played = ScriptedServer(context, {**ORDINARY, **(script or {})}, implicit_tls)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        await played.serve(reader, writer)

    server = await asyncio.start_server(
        serve, "127.0.0.1", 0, ssl=context if implicit_tls else None, limit=2**24
    )
    played.port = server.sockets[0].getsockname()[1]
    try:
        yield played
    finally:
        server.close()
        played.over.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
