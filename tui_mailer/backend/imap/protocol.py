"""aioimaplib's protocol with its receive path replaced.

Kept from the library: the command set, its state machine, tags. Replaced, with a regression test
for each defect: receiving, sending, continuation requests, the end of the line.

::

    STARTED ─connection─> CONNECTED ─greeting OK─> NONAUTH ─login─> AUTH <─select─> SELECTED
                                                                      └────logout────> LOGOUT

Whatever goes wrong (limit, nonsense, time-out, cancellation) goes through `break_off`: the
transport is aborted, and all who wait get the same error at once. A late answer can thus never
meet a later command.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aioimaplib import aioimaplib

from tui_mailer.backend.imap.commands import segments
from tui_mailer.backend.imap.errors import words_of
from tui_mailer.backend.imap.exchange import Answer, Exchange, fail
from tui_mailer.backend.imap.limits import Allowance, Deadlines, Limits
from tui_mailer.backend.imap.receive import RawResponse, ResponseSplitter
from tui_mailer.backend.imap.status import Status, read_tagged
from tui_mailer.domain.errors import (
    ConnectionProblem,
    LineLost,
    ProtocolBroken,
    TlsFault,
    TlsRefused,
)
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.domain.tls_faults import fault_of, ssl_error_behind

OnAlert = Callable[[SafeText], None]

_CHANGE: Final = re.compile(rb"\* (?:[0-9]+ (EXISTS|EXPUNGE|FETCH)\b|(VANISHED) )", re.IGNORECASE)
# FETCH data that these bring are their own answer, and no news.
_BRING_FETCH: Final = frozenset({"FETCH", "STORE"})
_WRITE_BYTES: Final = 256 * 1024


class GuardedProtocol(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # untyped library
    """One connection; one command at a time."""

    transport: Any
    capabilities: set[str]

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: Limits,
        deadlines: Deadlines,
        on_alert: OnAlert,
    ) -> None:
        """`on_alert` hears the server's ALERT texts (RFC 3501 §7.1), once it is trusted."""
        super().__init__(loop)
        self.deadlines = deadlines
        self.trusted = False
        self.changed = asyncio.Event()
        self.greeting: asyncio.Future[Status] = loop.create_future()
        self._splitter = ResponseSplitter(limits)
        self._on_alert = on_alert
        self._turn = asyncio.Lock()
        self._exchange: Exchange | None = None
        self._broken: ConnectionProblem | None = None
        self._plain_ends = False
        self._progress_at = loop.time()
        self._writable: asyncio.Future[None] | None = None
        self._closed = asyncio.Event()

    # --- what comes in

    def data_received(self, d: bytes) -> None:
        """Split and hand out; anything that no server may send ends the connection."""
        self._progress_at = self.loop.time()
        if self._broken is not None:
            return
        try:
            for response in self._splitter.feed(d):
                self._take(response)
            if self._plain_ends and not self._splitter.is_empty:
                raise TlsRefused(TlsFault.INJECTED)
        except ConnectionProblem as error:
            self.break_off(error)

    def _take(self, response: RawResponse) -> None:
        if self._plain_ends:
            raise TlsRefused(TlsFault.INJECTED)
        line = response[0]
        if self.state == aioimaplib.CONNECTED:
            self._greet(line)
        elif line.startswith(b"* "):
            self._untagged(response)
        elif line.startswith(b"+"):
            self._continuation(line)
        else:
            self._tagged(line)

    def _greet(self, line: bytes) -> None:
        """PREAUTH would skip TLS or the login (CVE-2020-14093): only OK is taken."""
        status = Status.read(line[2:]) if line.startswith(b"* ") else None
        if status is not None and status.word == "BYE":
            raise LineLost(words_of(status))
        if status is None or status.word != "OK" or self.greeting.done():
            raise ProtocolBroken
        self.state = aioimaplib.NONAUTH
        self.greeting.set_result(status)

    def _untagged(self, response: RawResponse) -> None:
        """Keep it for the command in flight, and note what no command asks for."""
        change = _CHANGE.match(response[0])
        if change is None:
            self._heed(Status.read(response[0][2:]))
        elif not (self._is_running(*_BRING_FETCH) and change[1] and change[1].upper() == b"FETCH"):
            self.changed.set()
        if self._exchange is not None:
            self._exchange.keep(response)

    def _heed(self, status: Status | None) -> None:
        if status is None:
            return
        if status.word == "BYE" and not self._is_running("LOGOUT"):
            raise LineLost(words_of(status))
        if status.code == "ALERT" and self.trusted:
            self._on_alert(safe_line(words_of(status)))
        if status.code == "UIDVALIDITY" and not self._is_running("SELECT"):
            # What we hold of this folder means nothing any more: begin anew.
            raise LineLost(words_of(status))

    def _continuation(self, line: bytes) -> None:  # noqa: ARG002  (the library's signature)
        if self._exchange is None:
            raise ProtocolBroken
        self._exchange.proceed()

    def _tagged(self, line: bytes) -> None:
        tag, status = read_tagged(line)
        if self._exchange is None:
            raise ProtocolBroken
        if status.code == "ALERT" and self.trusted:
            self._on_alert(safe_line(words_of(status)))
        self._exchange.end(tag, status)
        if self._exchange.name == "STARTTLS" and status.word == "OK":
            # Nothing more may be read in clear: not in this chunk, not in the next.
            self._plain_ends = True
            self.transport.pause_reading()

    def _is_running(self, *names: str) -> bool:
        return self._exchange is not None and self._exchange.name in names

    # --- the end of the line

    def eof_received(self) -> None:
        """The server has closed; `connection_lost` follows."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all who wait."""
        tls_error = ssl_error_behind(exc) if exc is not None else None
        self._closed.set()
        # With TLS 1.3 a server refuses the client's certificate after the handshake.
        self.break_off(TlsRefused(fault_of(tls_error)) if tls_error is not None else LineLost())

    def break_off(self, error: ConnectionProblem) -> None:
        """End the connection at once; the first error is the one told."""
        if self._broken is None:
            self._broken = error
        if self.transport is not None:
            self.transport.abort()
        fail(self.greeting, self._broken)
        if self._exchange is not None:
            self._exchange.fail(self._broken)
        if self._writable is not None:
            fail(self._writable, self._broken)
        self.changed.set()

    async def closed(self) -> None:
        """Wait until the transport has let go, after `break_off`; not for long."""
        try:
            async with asyncio.timeout(self.deadlines.goodbye_s):
                await self._closed.wait()
        except TimeoutError:
            return

    def check(self) -> None:
        """Raise what ended the connection, if anything did.

        Raises:
            ConnectionProblem: see `break_off`.
        """
        if self._broken is not None:
            raise self._broken

    # --- TLS

    async def start_tls(self, context: ssl.SSLContext, host: str, timeout_s: float) -> None:
        """Encrypt a connection whose STARTTLS was answered with OK; forget what it said before.

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
        self.capabilities = set()
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
        later += [reply + b"\r\n" for reply in replies]
        async with self._flight(command, len(later), allowance) as exchange:
            await self._transmit(first, exchange)
            for segment in later:
                if not await self._may_go_on(exchange):
                    break
                await self._transmit(segment, exchange)
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
        """Write in pieces, as fast as the line takes them."""
        for start in range(0, len(data), _WRITE_BYTES):
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
