"""A line of a given speed before a server.

On one machine a server says as much in a second as a practice's line brings in ten, and takes the
processors from the client while it does: this says what a client needs where the line is the limit.
"""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
class _Elsewhere:
    """Servers whose mailboxes answer at another port."""

    host: str
    imaps_port: int
    smtp_port: int
    ca_file: Path


@contextmanager
def thin_line(servers: Servers, bits_per_s: float) -> Iterator[Servers]:
    """`servers` as they are reached over a line: what IMAP says comes at `bits_per_s`, no faster.

    The line is a process of its own: a client's computing does not slow it.
    """
    with socket.create_server((servers.host, 0)) as listener:
        process = multiprocessing.get_context("fork").Process(
            target=_relay_all,
            args=(listener, (servers.host, servers.imaps_port), bits_per_s / 8),
        )
        process.start()
        try:
            port = listener.getsockname()[1]
            yield _Elsewhere(servers.host, port, servers.smtp_port, servers.ca_file)
        finally:
            process.terminate()
            process.join()


def _relay_all(listener: socket.socket, address: tuple[str, int], bytes_per_s: float) -> None:
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(address)
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
