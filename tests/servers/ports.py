"""Loopback ports that no other run of the tests takes at the same time."""

from __future__ import annotations

import errno
import random
import socket

LOOPBACK = "127.0.0.1"
DISTANT_LOOPBACK = "127.0.0.2"
"""For a connection to here the two ends have different addresses: not the same host, to Dovecot."""

_FIRST, _LAST = 20000, 32000  # below the ephemeral range, so that no outgoing connection takes one
_BLOCK = 8


class PortBlock:
    """A few neighbouring free ports, kept from other workers by holding the first one."""

    def __init__(self) -> None:
        starts = list(range(_FIRST, _LAST, _BLOCK))
        random.shuffle(starts)
        for start in starts:
            anchor = _bound(start)
            if anchor is None:
                continue
            if all(_is_free(port) for port in range(start + 1, start + _BLOCK)):
                self._anchor = anchor
                self._free = iter(range(start + 1, start + _BLOCK))
                return
            anchor.close()
        raise OSError(errno.EADDRINUSE, f"no {_BLOCK} free ports between {_FIRST} and {_LAST}")

    def take(self) -> int:
        """The next port of the block."""
        return next(self._free)

    def release(self) -> None:
        """Let other workers have the block."""
        self._anchor.close()


def _bound(port: int) -> socket.socket | None:
    candidate = socket.socket()
    try:
        candidate.bind((LOOPBACK, port))
    except OSError:
        candidate.close()
        return None
    return candidate


def _is_free(port: int) -> bool:
    candidate = _bound(port)
    if candidate is None:
        return False
    candidate.close()
    return True
