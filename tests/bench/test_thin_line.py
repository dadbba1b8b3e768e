"""The line is as slow as it says: a lower bound, which no load of the machine can break."""

import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

from bench.thin_line import thin_line

_SAID = bytes(100_000)
_BITS_PER_S = 4e6


def test_what_a_server_says_comes_whole_and_no_faster() -> None:
    with socket.create_server(("localhost", 0)) as listener:
        servers = SimpleNamespace(
            host="localhost",
            imaps_port=listener.getsockname()[1],
            smtp_port=25,
            ca_file=Path("ca.pem"),
        )

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(_SAID)

        threading.Thread(target=speak, daemon=True).start()
        with thin_line(servers, _BITS_PER_S) as there:
            assert (there.smtp_port, there.ca_file) == (25, Path("ca.pem"))
            began_s = time.monotonic()
            with socket.create_connection((there.host, there.imaps_port)) as client:
                heard = b"".join(iter(lambda: client.recv(65_536), b""))
            assert heard == _SAID
            assert time.monotonic() - began_s >= len(_SAID) * 8 / _BITS_PER_S
