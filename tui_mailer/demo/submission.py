"""aiosmtpd as the operator's submission service: STARTTLS, then a login, then mail."""

import asyncio
import hmac
import logging
import ssl
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tui_mailer.demo.people import canonical
from tui_mailer.demo.played import PlayedCorrespondents
from tui_mailer.demo.tls import HOST

# The limit of Mon espace santé for a whole message (ENS V1.3 §6), as SIZE announces it.
MAX_MESSAGE_BYTES = 25_000_000
# aiosmtpd writes every command, addresses included, to this log.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


class SubmissionServer:
    """Takes the practice's messages, refuses what an operator refuses, delivers the rest."""

    def __init__(
        self, tls: ssl.SSLContext, correspondents: PlayedCorrespondents, passwords: dict[str, str]
    ) -> None:
        """Make the service.

        Args:
            tls: the server's certificate.
            correspondents: who can be written to.
            passwords: of those who may submit, by address.
        """
        self._tls = tls
        self._correspondents = correspondents
        self._passwords = {canonical(address): secret for address, secret in passwords.items()}
        self._connections: set[_Connection] = set()

    async def serve(self) -> asyncio.Server:
        """Listen on a free loopback port."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: self._connection(loop), HOST, 0)

    async def disconnect_all(self) -> None:
        """Cut every connection, and wait until each is over."""
        connections = tuple(self._connections)
        for connection in connections:
            connection.abort()
        await asyncio.gather(*(connection.over.wait() for connection in connections))

    async def handle_MAIL(  # noqa: N802  (aiosmtpd finds its hooks by these names)
        self,
        _server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take a sender who is the one logged in."""
        if canonical(address) != session.auth_data:
            return "553 5.7.1 Sender address rejected: not owned by the authenticated user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd finds its hooks by these names)
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Refuse an unknown professional and a matricule whose key is wrong."""
        if not self._correspondents.accepts(address):
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802  (aiosmtpd finds its hooks by these names)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Deliver to every recipient, once each."""
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        for recipient in {canonical(address): address for address in envelope.rcpt_tos}.values():
            await self._correspondents.deliver(envelope.mail_from, recipient, envelope.content)
        return "250 2.0.0 Ok: queued by the demonstration"

    def _connection(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        return _Connection(
            self._connections,
            self,
            loop=loop,
            hostname="demonstration.invalid",
            ident="ESMTP",
            tls_context=self._tls,
            require_starttls=True,
            auth_required=True,
            authenticator=self._authenticate,
            data_size_limit=MAX_MESSAGE_BYTES,
        )

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        name = canonical(data.login.decode(errors="replace"))
        expected = self._passwords.get(name, "").encode()
        if not expected or not hmac.compare_digest(expected, data.password):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=name)


class _Connection(SMTP):
    """A connection that its server knows of, so that stopping leaves none behind."""

    def __init__(
        self,
        connections: set["_Connection"],
        handler: SubmissionServer,
        **options: Any,  # noqa: ANN401  (aiosmtpd's own settings, passed on as they are)
    ) -> None:
        self.over = asyncio.Event()
        self._connections = connections
        self._socket_transport: asyncio.Transport | None = None
        super().__init__(handler, **options)

    def abort(self) -> None:
        """Cut the connection, TLS or not."""
        if self._socket_transport is not None:
            self._socket_transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Called again for the transport inside TLS: the socket's stays the one to cut.
        if self._socket_transport is None and isinstance(transport, asyncio.Transport):
            self._socket_transport = transport
            self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections.discard(self)
        self.over.set()
        super().connection_lost(error)
