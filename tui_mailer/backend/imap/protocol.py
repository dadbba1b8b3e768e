"""aioimaplib's protocol, guarded: TLS, commands with deadlines, flow control.

Kept from the library: the command set, its state machine, tags. Replaced, with a regression test
for each defect: receiving and the end of the line (`incoming`), sending, continuation requests.

::

    STARTED ─connection─> CONNECTED ─greeting OK─> NONAUTH ─login─> AUTH <─select─> SELECTED
                                                                      └────logout────> LOGOUT
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aioimaplib import aioimaplib

from tui_mailer.backend.imap.commands import Segment, segments
from tui_mailer.backend.imap.exchange import Answer, Exchange
from tui_mailer.backend.imap.incoming import IncomingHalf
from tui_mailer.backend.imap.limits import Allowance, Deadlines, Limits
from tui_mailer.domain.errors import ConnectionProblem, LineLost
from tui_mailer.domain.ports import OnAlert

_WRITE_BYTES: Final = 256 * 1024


class GuardedProtocol(IncomingHalf):
    """One connection; one command at a time."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
        deadlines: Deadlines,
        on_alert: OnAlert,
    ) -> None:
        """See `IncomingHalf`."""
        super().__init__(loop, limits, deadlines, on_alert)
        self._turn = asyncio.Lock()
        self._writable: asyncio.Future[None] | None = None

    # --- TLS

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout_s: float) -> None:
        """Encrypt a connection whose STARTTLS was answered with OK.

        Raises:
            OSError: the handshake failed; `ssl.SSLError` among them.
            TlsRefused: something was said after that OK.
        """
        self.check()
        transport = await self.loop.start_tls(
            self.transport, self, context, server_hostname=host, ssl_handshake_timeout=timeout_s
        )
        self.check()
        self.transport = transport
        self.changed.clear()
        self._plain_ends = False

    # --- commands

    async def execute(
        self,
        command: aioimaplib.Command,
        scrub: str | None = None,  # noqa: ARG002  (nothing is logged, so nothing is scrubbed)
        *,
        literals: Sequence[str | bytes] = (),
        replies: Sequence[bytes] = (),
        allowance: Allowance | None = None,
    ) -> Answer:
        """Run a command of the library's to its tagged status.

        Args:
            command: name, tag, arguments; its text is the first line.
            scrub: the library's.
            literals: further arguments; bytes go as literals.
            replies: lines to send, one to each continuation request after the literals.
            allowance: what it may bring back.

        Raises:
            ConnectionProblem: the line failed; a time-out is `LineLost`.
        """
        unasked = not self.capabilities.isdisjoint({"LITERAL+", "LITERAL-"})
        first, *later = segments(str(command), literals, unasked)
        later += [Segment(b"", reply + b"\r\n") for reply in replies]
        async with self._flight(command, len(later), allowance) as exchange:
            await self._transmit(first.text, exchange)
            for segment in later:
                if not await self._may_go_on(exchange):
                    break
                await self._transmit(segment.literal, exchange)
                await self._transmit(segment.text, exchange)
            await self._wait(exchange.answer, exchange)
            return exchange.answer.result()

    async def idle_until_change(self, timeout_s: float) -> Answer:
        """IDLE until something changes or `timeout_s` passes (RFC 2177).

        Raises:
            ConnectionProblem: the line failed, BYE included.
        """
        command = aioimaplib.Command("IDLE", self.new_tag(), loop=self.loop)
        async with self._flight(command, 1) as exchange:
            await self._transmit(f"{command}\r\n".encode(), exchange)
            if await self._may_go_on(exchange):
                await self.change_or_end(timeout_s)
                await self._transmit(b"DONE\r\n", exchange)
            await self._wait(exchange.answer, exchange)
            return exchange.answer.result()

    async def change_or_end(self, timeout_s: float) -> None:
        """Wait for news, for the end of the connection, or for `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self.changed.wait()
        except TimeoutError:
            return

    @asynccontextmanager
    async def _flight(
        self, command: aioimaplib.Command, go_aheads: int, allowance: Allowance | None = None
    ) -> AsyncIterator[Exchange]:
        """The one command in flight; whatever stops it half-way ends the connection."""
        async with self._turn:
            self.check()
            if self.state not in aioimaplib.Commands[command.name].valid_states:
                message = f"{command.name} has no place in state {self.state}"
                raise RuntimeError(message)
            self._progress_at = self.loop.time()
            exchange = Exchange(
                command.tag,
                command.name,
                allowance or Allowance(),
                go_aheads,
                answer=self.loop.create_future(),
                go_ahead=self.loop.create_future(),
            )
            self._exchange = exchange
            try:
                yield exchange
            except BaseException as error:
                self.break_off(error if isinstance(error, ConnectionProblem) else LineLost())
                raise
            finally:
                self._exchange = None

    async def _may_go_on(self, exchange: Exchange) -> bool:
        """Wait for a continuation request; False when the command has ended instead."""
        await self._wait(exchange.go_ahead, exchange)
        if not exchange.go_ahead.done():
            return False
        exchange.go_ahead.result()
        exchange.go_ahead = self.loop.create_future()
        return True

    async def _wait(self, future: "asyncio.Future[Any]", exchange: Exchange) -> None:
        """Wait for `future` or the end of the command.

        Raises:
            LineLost: silence, or all of the time is up.
        """
        deadlines = self.deadlines
        size_s = exchange.allowance.expected_bytes / deadlines.slowest_bytes_per_s
        ends_at = self.loop.time() + deadlines.command_s + size_s
        while not (future.done() or exchange.answer.done()):
            silent_at = self._progress_at + deadlines.silence_s
            left_s = min(ends_at, silent_at) - self.loop.time()
            if left_s <= 0:
                raise LineLost
            await asyncio.wait(
                {future, exchange.answer},
                timeout=left_s,
                return_when=asyncio.FIRST_COMPLETED,
            )

    # --- what goes out

    def send(self, line: str, scrub: str | None = None) -> None:  # noqa: ARG002
        """The library's way to write; nothing of it is logged."""
        self.transport.write(line.encode("utf-8", "surrogateescape") + b"\r\n")

    async def _transmit(self, data: bytes, exchange: Exchange) -> None:
        """Write in pieces, as fast as the line takes them; a quick one must not hold up the keys."""
        for start in range(0, len(data), _WRITE_BYTES):
            if start:
                await asyncio.sleep(0)
            if self._writable is not None:
                await self._wait(self._writable, exchange)
            self.check()
            self.transport.write(data[start : start + _WRITE_BYTES])
            self._progress_at = self.loop.time()

    def pause_writing(self) -> None:
        """The transport holds enough."""
        if self._writable is None:
            self._writable = self.loop.create_future()

    def resume_writing(self) -> None:
        """The transport takes more."""
        self._progress_at = self.loop.time()
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # --- the library's command set, typed

    async def run(
        self,
        name: str,
        *arguments: str,
        prefix: str | None = None,
        literals: Sequence[str | bytes] = (),
        replies: Sequence[bytes] = (),
        allowance: Allowance | None = None,
    ) -> Answer:
        """Run the command `name`; see `execute`."""
        command = aioimaplib.Command(
            name, self.new_tag(), *arguments, prefix=prefix, loop=self.loop
        )
        return await self.execute(command, literals=literals, replies=replies, allowance=allowance)
