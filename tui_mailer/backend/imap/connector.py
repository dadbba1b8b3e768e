"""From an account to a logged-in connection: name, TCP, TLS, greeting, login."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from tui_mailer.backend.imap.limits import Deadlines, Limits
from tui_mailer.backend.imap.login import ask_capabilities, enable_resync, log_in
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.backend.imap.tls import make_context
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import (
    LineLost,
    NameUnknown,
    TlsFault,
    TlsRefused,
    Unreachable,
)
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.ports import OnAlert, OnStep
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.tls_faults import fault_of, ssl_error_behind

# A dead line is noticed after a minute, though nobody speaks on it.
_PROBE_AFTER_S: Final = 30
_PROBE_EVERY_S: Final = 10
_MOST_PROBES: Final = 3

_T = TypeVar("_T")


def _no_one(words: SafeText) -> None:
    """Where alerts go when nobody listens."""


class ImapConnector:
    """Opens IMAP connections: TLS first, verified, then the secret (RFC 8314)."""

    def __init__(
        self,
        deadlines: Deadlines | None = None,
        limits: Limits | None = None,
        on_alert: OnAlert = _no_one,
    ) -> None:
        """`on_alert` hears what a server asks to be shown (RFC 3501 §7.1, ALERT)."""
        self._deadlines = deadlines or Deadlines()
        self._limits = limits or Limits()
        self.on_alert = on_alert

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> ImapServer:
        """Resolve, connect, encrypt, log in.

        `on_step` hears NAME, TLS and LOGIN, each once it succeeded.

        Raises:
            ConnectionProblem: name, line, TLS or greeting.
            LoginRefused: password or token.
        """
        context = await asyncio.to_thread(make_context, account)
        endpoint = account.imap
        addresses = await self._resolve(endpoint)
        on_step(ConnectionStep.NAME)
        line = await self._open(endpoint, addresses, context)
        try:
            await self._secure(line, endpoint, context)
            on_step(ConnectionStep.TLS)
            await log_in(line, credentials)
            await enable_resync(line)
        except BaseException:
            line.break_off(LineLost())
            raise
        on_step(ConnectionStep.LOGIN)
        return ImapServer(line, self._limits)

    async def _resolve(self, endpoint: Endpoint) -> list[Any]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._deadlines.name_s):
                return await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameUnknown(subject=endpoint.host) from error

    async def _open(
        self, endpoint: Endpoint, addresses: list[Any], context: ssl.SSLContext
    ) -> GuardedProtocol:
        """The first of `addresses` that answers, encrypted already where TLS comes first."""
        loop = asyncio.get_running_loop()
        failure: OSError | None = None
        for family, kind, number, _, address in addresses:
            connection = socket.socket(family, kind, number)
            connection.setblocking(False)
            _notice_a_dead_line(connection)
            try:
                async with asyncio.timeout(self._deadlines.connect_s):
                    await loop.sock_connect(connection, address)
            except OSError as error:
                connection.close()
                failure = error
                continue
            except BaseException:
                connection.close()
                raise
            return await self._wrap(connection, endpoint, context)
        raise Unreachable(subject=endpoint.host) from failure

    async def _wrap(
        self, connection: socket.socket, endpoint: Endpoint, context: ssl.SSLContext
    ) -> GuardedProtocol:
        loop = asyncio.get_running_loop()
        line = GuardedProtocol(loop, self._limits, self._deadlines, self.on_alert)
        encryption: dict[str, Any] = {}
        if endpoint.security is Security.TLS:
            encryption = {
                "ssl": context,
                "server_hostname": endpoint.host,
                "ssl_handshake_timeout": self._deadlines.connect_s,
            }
        try:
            await _translated(loop.create_connection(lambda: line, sock=connection, **encryption))
        except BaseException:
            connection.close()
            raise
        return line

    async def _secure(
        self, line: GuardedProtocol, endpoint: Endpoint, context: ssl.SSLContext
    ) -> None:
        """Greeting and STARTTLS; nothing said in clear is believed afterwards."""
        try:
            async with asyncio.timeout(self._deadlines.connect_s):
                await line.greeting
        except TimeoutError as error:
            raise Unreachable(subject=endpoint.host) from error
        await ask_capabilities(line)
        if endpoint.security is Security.STARTTLS:
            if "STARTTLS" not in line.capabilities:
                raise TlsRefused(TlsFault.NO_STARTTLS)
            answer = await line.run("STARTTLS")
            if answer.result != "OK":
                raise TlsRefused(TlsFault.NO_STARTTLS, answer.status.text)
            await _translated(line.start_tls(context, endpoint.host, self._deadlines.connect_s))
            await ask_capabilities(line)
        line.trusted = True


def _notice_a_dead_line(connection: socket.socket) -> None:
    """Let the kernel probe the line during a long IDLE, where nobody sends anything."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBE_AFTER_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBE_EVERY_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _MOST_PROBES)


async def _translated(handshake: Awaitable[_T]) -> _T:
    """The result of `handshake`.

    Raises:
        TlsRefused: the certificate, or TLS itself.
        LineLost: the line ended meanwhile.
    """
    try:
        return await handshake
    except (OSError, EOFError, ValueError) as error:
        tls_error = ssl_error_behind(error)
        if tls_error is None:
            raise LineLost from error
        raise TlsRefused(fault_of(tls_error), str(tls_error.reason or "")) from error
