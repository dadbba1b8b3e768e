"""A bad line: a TCP proxy that cuts, corrupts, delays, throttles and falls silent at chosen bytes.

It stands below TLS and knows nothing of it: what it spoils, TLS has to notice.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Self

_CHUNK_BYTES = 16_384
# A throttled line moves on so often.
_BEAT_S = 0.02


class Towards(Enum):
    """Which way bytes go."""

    SERVER = "to the server"
    CLIENT = "to the client"


class Kind(Enum):
    """What happens at a byte."""

    CUT = "cut"
    SILENCE = "silence"
    CORRUPT = "corrupt"
    DELAY = "delay"
    THROTTLE = "throttle"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens when byte number `at` (from 0) is about to pass `towards` an end.

    A cut and a silence hold both ways: whoever is silent lets nothing pass any more, and says
    nothing of it. `amount` is seconds for a delay, which holds that byte and all after it back
    once, and bytes a second for a throttle, which lasts.
    """

    kind: Kind
    towards: Towards
    at: int = 0
    amount: float = 0.0


@dataclass
class Link:
    """One connection through the proxy.

    Attributes:
        passed: bytes let through, each way.
        struck: faults that have happened, in order.
        client_port: where the client speaks from.
    """

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    faults: list[Fault] = field(default_factory=list)
    passed: dict[Towards, int] = field(default_factory=lambda: dict.fromkeys(Towards, 0))
    struck: list[Fault] = field(default_factory=list)
    is_silent: bool = False
    rates: dict[Towards, float] = field(default_factory=dict)
    latency_s: float = 0.0

    @property
    def client_port(self) -> int:
        port: int = self.client.get_extra_info("peername")[1]
        return port

    @property
    def is_over(self) -> bool:
        """True once one end has closed it."""
        return self.client.is_closing()

    def arm(self, fault: Fault) -> None:
        """Let `fault` happen at its byte, counted from what has passed by now."""
        self.faults.append(replace(fault, at=self.passed[fault.towards] + fault.at))

    def cut(self) -> None:
        """Both ends lose the line."""
        for writer in (self.client, self.server):
            writer.transport.abort()

    async def pump(self, reader: asyncio.StreamReader, towards: Towards) -> None:
        """Let bytes through until one end closes."""
        writer = self.server if towards is Towards.SERVER else self.client
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                await asyncio.sleep(self.latency_s)
                await self._pass(data, towards, writer)
        if not self.is_silent:
            self.cut()

    async def _pass(self, data: bytes, towards: Towards, writer: asyncio.StreamWriter) -> None:
        while data and not self.is_silent:
            due = self._due(towards, len(data))
            before = data if due is None else data[: due.at - self.passed[towards]]
            await self._write(before, towards, writer)
            data = data[len(before) :]
            if due is not None:
                self.faults.remove(due)
                self.struck.append(due)
                data = await self._strike(due, data)

    def _due(self, towards: Towards, length: int) -> Fault | None:
        """The first fault within the next `length` bytes."""
        start = self.passed[towards]
        near = [f for f in self.faults if f.towards is towards and f.at < start + length]
        return min(near, key=lambda fault: fault.at, default=None)

    async def _write(self, data: bytes, towards: Towards, writer: asyncio.StreamWriter) -> None:
        rate = self.rates.get(towards)
        step = max(int(rate * _BEAT_S), 1) if rate else len(data) or 1
        for start in range(0, len(data), step):
            if rate:
                await asyncio.sleep(_BEAT_S)
            piece = data[start : start + step]
            writer.write(piece)
            self.passed[towards] += len(piece)
            await writer.drain()

    async def _strike(self, fault: Fault, data: bytes) -> bytes:
        """Do it; what is left to pass on."""
        match fault.kind:
            case Kind.CUT:
                self.cut()
                return b""
            case Kind.SILENCE:
                self.is_silent = True
            case Kind.CORRUPT:
                return bytes([data[0] ^ 0x55]) + data[1:]
            case Kind.DELAY:
                await asyncio.sleep(fault.amount)
            case Kind.THROTTLE:
                self.rates[fault.towards] = fault.amount
        return data


class BadLine:
    """Listens before a server.

    Attributes:
        port: where clients connect to.
        links: the connections so far, the last one last.
        planned: faults of each connection to come.
        coming: faults of the next connections, one list each; `planned` follows.
        is_down: connections are refused, as by a host that is there.
        is_dead: connections are taken and nothing ever comes.
        latency_s: of connections to come, each way.
    """

    port: int

    def __init__(self, port: int) -> None:
        """`port` of the true server."""
        self._server_port = port
        self.links: list[Link] = []
        self.planned: Sequence[Fault] = ()
        self.coming: list[Sequence[Fault]] = []
        self.is_down = False
        self.is_dead = False
        self.latency_s = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def before(cls, port: int) -> AsyncIterator[Self]:
        """A line to the server at `port`."""
        line = cls(port)
        # Small buffers: what the line has not taken stays with the client.
        taking = socket.socket()
        taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _CHUNK_BYTES)
        taking.bind(("127.0.0.1", 0))
        listener = await asyncio.start_server(line._serve, sock=taking, limit=_CHUNK_BYTES)
        line.port = listener.sockets[0].getsockname()[1]
        try:
            yield line
        finally:
            listener.close()
            await line._end()

    def cut(self) -> None:
        """Cut every connection."""
        for link in self.links:
            link.cut()

    def go_down(self) -> None:
        """Cut, and refuse until `come_back`."""
        self.is_down = True
        self.cut()

    def die(self) -> None:
        """Nothing passes any more and nobody is told, on new connections neither."""
        self.is_dead = True
        for link in self.links:
            link.is_silent = True

    def come_back(self) -> None:
        """New connections are served; those that fell silent stay so, as after a change of network."""
        self.is_down = self.is_dead = False

    def link_of(self, client_port: int) -> Link:
        """The connection that a client speaks on."""
        return next(link for link in reversed(self.links) if link.client_port == client_port)

    async def _serve(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(asyncio.CancelledError, OSError):  # the test is over; the server is down
                await self._relay(reader, client)
        finally:
            client.transport.abort()
            self._tasks.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        if self.is_down:
            client.transport.abort()
            return
        answers, server = await asyncio.open_connection("127.0.0.1", self._server_port)
        link = Link(client, server, is_silent=self.is_dead, latency_s=self.latency_s)
        link.faults += self.coming.pop(0) if self.coming else self.planned
        self.links.append(link)
        try:
            await asyncio.gather(
                link.pump(reader, Towards.SERVER), link.pump(answers, Towards.CLIENT)
            )
        finally:
            link.cut()

    async def _end(self) -> None:
        self.cut()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
