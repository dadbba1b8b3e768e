"""What a bare socket needs for the same bytes: the limit that no client can beat."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from types import TracebackType
from typing import Self

from servers.people import COLLEAGUE, PRACTICE

from bench.thin_line import Servers

ITEMS = b"(UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODYSTRUCTURE)"
_CHUNK_BYTES = 262_144
_APPENDED_AT_ONCE = 500
_TAIL_BYTES = 2_000


class RawImap:
    """A logged-in connection that reads answers without looking at them."""

    def __init__(self, servers: Servers) -> None:
        plain = socket.create_connection((servers.host, servers.imaps_port), timeout=300)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        context = ssl.create_default_context(cafile=servers.ca_file)
        self._socket = context.wrap_socket(plain, server_hostname=servers.host)
        self._buffer = bytearray(_CHUNK_BYTES)
        self._read_until(b"* OK")
        self.run(b"LOGIN %s %s" % (PRACTICE.address.encode(), PRACTICE.password.encode()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def run(self, command: bytes) -> int:
        """Send a command and read to the end of its answer; the bytes read."""
        self._socket.sendall(b"Z1 " + command + b"\r\n")
        return self._read_until(b"\r\nZ1 ")

    def _read_until(self, end: bytes) -> int:
        """Read up to the line that `end` begins; at the start of an answer it needs no CRLF."""
        read_bytes, tail = 0, b"\r\n"
        while True:
            size = self._socket.recv_into(self._buffer)
            if not size:
                raise ConnectionError(f"the server closed after {tail!r}")
            read_bytes += size
            tail = (tail + bytes(self._buffer[:size]))[-_TAIL_BYTES:]
            if tail.endswith(b"\r\n") and end in tail:
                break
        if end + b"NO" in tail or end + b"BAD" in tail:
            raise ConnectionError(f"refused: {tail!r}")
        return read_bytes

    def fill(self, messages: Iterable[tuple[str, datetime, bytes]]) -> None:
        """Append messages to the inbox, hundreds to a command (RFC 3502)."""
        remaining = iter(messages)
        while batch := list(islice(remaining, _APPENDED_AT_ONCE)):
            parts = [
                b' (%s) "%s" {%d+}\r\n%s'
                % (flags.encode(), f"{at:%d-%b-%Y %H:%M:%S %z}".encode(), len(raw), raw)
                for flags, at, raw in batch
            ]
            self.run(b"APPEND INBOX" + b"".join(parts))


def send(servers: Servers, raw: bytes) -> None:
    """Hand one message to the submission server."""
    context = ssl.create_default_context(cafile=servers.ca_file)
    with smtplib.SMTP(servers.host, servers.smtp_port) as smtp:
        smtp.starttls(context=context)
        smtp.login(PRACTICE.address, PRACTICE.password)
        smtp.sendmail(PRACTICE.address, [COLLEAGUE.address], raw)
