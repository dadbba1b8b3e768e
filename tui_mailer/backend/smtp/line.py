"""One connection to a submission server: encrypted or not at all, one command at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import aiosmtplib
from aiosmtplib import SMTPResponse
from aiosmtplib.protocol import SMTPProtocol

from tui_mailer.backend.smtp.faults import connecting_failed, line_failed
from tui_mailer.backend.smtp.replies import unexpected, words
from tui_mailer.backend.smtp.tls import client_context
from tui_mailer.backend.smtp.unsent import unacknowledged_bytes
from tui_mailer.domain.account import Account, Security
from tui_mailer.domain.errors import (
    ConnectionProblem,
    DeliveryUncertain,
    LineLost,
    ProtocolBroken,
    TlsFault,
    TlsRefused,
)

# RFC 5321 §4.1.3 lets a client without a public name give an address; the machine's own name
# is nobody's business.
_OWN_NAME: Final = "[127.0.0.1]"
_SLICE_BYTES: Final = 64 * 1024
_GOODBYE_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each wait may last (RFC 5321 §4.5.3.2 asks for minutes), in seconds.

    Attributes:
        reply_s: connection, TLS, and the reply to a command.
        last_word_s: the same, once the call was cancelled.
        end_of_data_s: the reply to the final dot; giving up early makes duplicates.
        slowest_bytes_per_s: an upload slower than that is given up.
    """

    reply_s: float = 60.0
    last_word_s: float = 5.0
    end_of_data_s: float = 600.0
    slowest_bytes_per_s: float = 10_000.0

    def upload_s(self, size_bytes: int) -> float:
        """Time for a whole upload."""
        return self.reply_s + size_bytes / self.slowest_bytes_per_s


class EarlyReply(Exception):
    """The server replied while the message was still on its way: the caller judges the reply."""

    def __init__(self, reply: SMTPResponse) -> None:
        """`reply` is what it said."""
        super().__init__(reply.code)
        self.reply = reply


class _Client(aiosmtplib.SMTP):
    """Closes at once: a TLS good-bye would outlive the event loop."""

    def close(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        super().close()


class Line:
    """A connection, from its greeting on; made by `open_line`."""

    def __init__(self, client: aiosmtplib.SMTP, patience: Patience) -> None:
        """`client` is connected."""
        self._client = client
        self._patience = patience

    @property
    def extensions(self) -> dict[str, str]:
        """ESMTP keywords in lower case, with their parameters."""
        return self._client.esmtp_extensions

    @property
    def login_methods(self) -> list[str]:
        """SASL mechanisms on offer, in lower case."""
        return self._client.server_auth_methods

    async def greet(self) -> None:
        """EHLO: a submission server without ESMTP has neither STARTTLS nor AUTH.

        Raises:
            ConnectionProblem: the line failed, or the server knows no EHLO.
        """
        try:
            await self._client.ehlo()
        except aiosmtplib.SMTPHeloError as error:
            raise unexpected(SMTPResponse(error.code, error.message)) from error
        except aiosmtplib.SMTPException as error:
            raise line_failed(error) from error
        if self._holds_more():
            raise ProtocolBroken

    async def encrypt(self, account: Account) -> None:
        """STARTTLS, then EHLO anew: nothing said in clear text counts any more (RFC 3207 §4.2).

        Raises:
            TlsRefused: not offered, refused, the certificate is wrong, or bytes slipped in.
        """
        context = client_context(account)
        await self.greet()
        if "starttls" not in self.extensions:
            raise TlsRefused(TlsFault.NO_STARTTLS)
        reply = await self._command("STARTTLS")
        if self._holds_more():  # CVE-2014-3556 and its kin: they would be read as encrypted
            raise TlsRefused(TlsFault.INJECTED)
        if reply.code != 220:
            raise TlsRefused(TlsFault.NO_STARTTLS, words(reply))
        protocol, transport = self._connected()
        try:
            encrypted = await asyncio.get_running_loop().start_tls(
                transport,
                protocol,
                context,
                server_hostname=account.smtp.host,
                ssl_handshake_timeout=self._patience.reply_s,
            )
        except OSError as error:
            raise line_failed(error) from error
        protocol.transport = self._client.transport = encrypted
        await self.greet()

    async def ask(self, *parts: str) -> SMTPResponse:
        """One command and its reply.

        Raises:
            ConnectionProblem: the line failed, or more than one reply came.
            ValueError: a control character in `parts`; nothing was sent.
        """
        reply = await self._command(*parts)
        if self._holds_more():
            raise ProtocolBroken
        return reply

    async def transfer(self, content: bytes) -> SMTPResponse:
        """A message after DATA was granted, its final dot, and the reply to it.

        Args:
            content: lines that end in CRLF, dots doubled where they start a line.

        Raises:
            ConnectionProblem: the line failed before the final dot; nothing was taken.
            EarlyReply: the server answered before the final dot.
            DeliveryUncertain: the line failed after it, or the call was cancelled and no reply came
                soon.
        """
        protocol, transport = self._connected()
        reading = asyncio.ensure_future(protocol.read_response())
        try:
            await self._upload(content, protocol, transport, reading)
            _stop_if_cancelled()
            try:
                transport.write(b".\r\n")
                async with asyncio.timeout(self._patience.end_of_data_s):
                    return await self._last_word(reading)
            except (aiosmtplib.SMTPException, OSError, asyncio.CancelledError) as error:
                raise DeliveryUncertain from error
        finally:
            reading.cancel()

    async def _last_word(self, reading: asyncio.Future[SMTPResponse]) -> SMTPResponse:
        """The reply; a cancellation shortens the wait: a moment more may spare a doubt."""
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            async with asyncio.timeout(self._patience.last_word_s):
                return await reading

    async def quit(self) -> None:
        """Say good-bye. Nothing that happens here, a cancellation included, changes the outcome."""
        try:
            await self._client.quit(timeout=min(self._patience.reply_s, _GOODBYE_S))
        except (aiosmtplib.SMTPException, OSError, asyncio.CancelledError):
            return

    async def _upload(
        self,
        content: bytes,
        protocol: SMTPProtocol,
        transport: asyncio.WriteTransport,
        reading: asyncio.Future[SMTPResponse],
    ) -> None:
        try:
            async with asyncio.timeout(self._patience.upload_s(len(content))):
                for start in range(0, len(content), _SLICE_BYTES):
                    transport.write(content[start : start + _SLICE_BYTES])
                    # asyncio's own flow control; a `StreamWriter` would close the connection
                    # when it is collected.
                    await protocol._drain_helper()
                    await asyncio.sleep(0)  # a reply or a lost line gets its turn
                    _judge_early(reading)
                # A line that dies now must not hold the final dot back among megabytes of the
                # message, to leave it in doubt whether the server has it.
                while not transport.is_closing() and unacknowledged_bytes(transport):
                    await asyncio.sleep(_LOOK_EVERY_S)
                    _judge_early(reading)
                if transport.is_closing():
                    raise EarlyReply(await reading)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise line_failed(error) from error

    async def _command(self, *parts: str) -> SMTPResponse:
        _stop_if_cancelled()
        try:
            return await self._client.execute_command(*(part.encode("ascii") for part in parts))
        except aiosmtplib.SMTPException as error:
            raise line_failed(error) from error

    def _connected(self) -> tuple[SMTPProtocol, asyncio.WriteTransport]:
        protocol = self._client.protocol
        if protocol is None or not isinstance(protocol.transport, asyncio.WriteTransport):
            raise LineLost
        return protocol, protocol.transport

    def _holds_more(self) -> bool:
        """True when bytes came behind a reply: they would pass for the reply to the next command.

        The library has no public name for what it has read and not used.
        """
        return self._client.protocol is not None and bool(self._client.protocol._buffer)


@asynccontextmanager
async def open_line(account: Account, patience: Patience) -> AsyncIterator[Line]:
    """An encrypted connection; the good-bye is said unless the line failed.

    Raises:
        ConnectionProblem: name, line, greeting or TLS.
    """
    implicit = account.smtp.security is Security.TLS
    client = _Client(
        hostname=account.smtp.host,
        port=account.smtp.port,
        timeout=patience.reply_s,
        use_tls=implicit,
        start_tls=False,
        tls_context=client_context(account) if implicit else None,
        local_hostname=_OWN_NAME,
    )
    line = Line(client, patience)
    try:
        await _connect(client, account)
        await (line.greet() if implicit else line.encrypt(account))
        try:
            yield line
        except (ConnectionProblem, DeliveryUncertain, EarlyReply, asyncio.CancelledError):
            raise
        except Exception:
            await line.quit()
            raise
        await line.quit()
    finally:
        client.close()
        # A cancellation comes too late here: it must not take the place of the outcome.
        with suppress(asyncio.CancelledError):
            for _ in range(3):  # the transport's own last steps, before its loop is closed
                await asyncio.sleep(0)


def _judge_early(reading: asyncio.Future[SMTPResponse]) -> None:
    _stop_if_cancelled()
    if reading.done():
        raise EarlyReply(reading.result())


def _stop_if_cancelled() -> None:
    """Raise a cancellation that got lost: the library waits with Python's `wait_for`, which may drop it."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _connect(client: aiosmtplib.SMTP, account: Account) -> None:
    try:
        await client.connect()
    except aiosmtplib.SMTPException as error:
        raise connecting_failed(error, account.smtp.host) from error
