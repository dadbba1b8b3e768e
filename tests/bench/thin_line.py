"""A line of a given speed before a server.

On one machine a server says as much in a second as a practice's line brings in ten, and takes the
processors from the client while it does: this says what a client needs where the line is the limit.
"""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

_CHUNK_BYTES = 16_384


class Servers(Protocol):
    """Where a client finds the servers."""

    @property
    def host(self) -> str: ...
    @property
    def imaps_port(self) -> int: ...
    @property
    def smtp_port(self) -> int: ...
    @property
    def ca_file(self) -> Path: ...


@dataclass(frozen=True)
class Behind:
    """Servers whose mailboxes are behind another port."""

    host: str
    imaps_port: int
    smtp_port: int
    ca_file: Path


class ThinLine:
    """While entered, what the IMAP server says comes at `bits_per_s` and no faster.

    The line is a process of its own: a client's computing does not slow it.
    """

    def __init__(self, servers: Servers, bits_per_s: float) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.servers = Behind(servers.host, port, servers.smtp_port, servers.ca_file)
        self._process = multiprocessing.get_context("fork").Process(
            target=_relay_all, args=(self._listener, servers.imaps_port, bits_per_s / 8)
        )

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()
        self._listener.close()


def _relay_all(listener: socket.socket, port: int, bytes_per_s: float) -> None:
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("localhost", port))
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target, rate in ((server, client, bytes_per_s), (client, server, 0.0)):
            threading.Thread(target=_relay, args=(source, target, rate), daemon=True).start()


def _relay(source: socket.socket, target: socket.socket, bytes_per_s: float) -> None:
    free_at_s = 0.0
    with suppress(OSError):
        while data := source.recv(_CHUNK_BYTES):
            if bytes_per_s:
                free_at_s = max(free_at_s, time.monotonic()) + len(data) / bytes_per_s
                time.sleep(max(0.0, free_at_s - time.monotonic()))
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
