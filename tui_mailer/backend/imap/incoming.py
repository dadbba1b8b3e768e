"""What comes in: the receive path that replaces aioimaplib's, and the end of the line.

Whatever goes wrong (limit, nonsense, time-out, cancellation) goes through `break_off`: the
transport is aborted, and all who wait get the same error at once. A late answer can thus never
meet a later command.
"""

import asyncio
import re
from typing import Any, Final

from aioimaplib import aioimaplib

from tui_mailer.backend.imap.errors import words_of
from tui_mailer.backend.imap.exchange import Exchange, fail
from tui_mailer.backend.imap.limits import Deadlines, Limits
from tui_mailer.backend.imap.receive import RawResponse, ResponseSplitter
from tui_mailer.backend.imap.status import Status, read_tagged
from tui_mailer.domain.errors import (
    ConnectionProblem,
    LineLost,
    ProtocolBroken,
    TlsFault,
    TlsRefused,
)
from tui_mailer.domain.ports import OnAlert
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.domain.tls_faults import fault_of, ssl_error_behind

_CHANGE: Final = re.compile(rb"\* (?:[0-9]+ (EXISTS|EXPUNGE|FETCH)\b|(VANISHED) )", re.IGNORECASE)
# FETCH data that these bring are their own answer, and no news.
_BRING_FETCH: Final = frozenset({"FETCH", "STORE"})


class IncomingHalf(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc]  # untyped library
    """Hears the server.

    Attributes:
        deadlines: the longest waits.
        trusted: TLS is verified; before that nothing is shown of what the server says.
        enabled: extensions that the server was told to use (RFC 5161).
        changed: set by news of the open folder, and by the end of the connection.
        greeting: the server's first word.
    """

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
        self.enabled: frozenset[str] = frozenset()
        self.changed = asyncio.Event()
        self.greeting: asyncio.Future[Status] = loop.create_future()
        self._splitter = ResponseSplitter(limits)
        self._on_alert = on_alert
        self._exchange: Exchange | None = None
        self._broken: ConnectionProblem | None = None
        self._plain_ends = False
        self._progress_at = loop.time()
        self._closed = asyncio.Event()

    def data_received(self, d: bytes) -> None:
        """Split and hand out; anything that no server may send ends the connection."""
        self._progress_at = self.loop.time()
        if self._broken is not None:
            return
        try:
            responses = self._splitter.feed(d)
            if self._exchange is not None and self._exchange.asks_for(responses):
                self._exchange.keep(*responses)
            else:
                for response in responses:
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
        if self._exchange.name == "SELECT":
            # What went before was told of another folder, or is in the answer.
            self.changed.clear()
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
