"""How much of what was written is still on its way."""

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress


def unacknowledged_bytes(transport: asyncio.WriteTransport) -> int:
    """Bytes written that the other machine has not confirmed, in our buffers or the kernel's.

    Linux tells (tcp(7), SIOCOUTQ); where nobody tells, our own buffers alone are counted.
    """
    return transport.get_write_buffer_size() + _in_the_kernel(transport)


def _in_the_kernel(transport: asyncio.WriteTransport) -> int:
    connection = transport.get_extra_info("socket")
    with suppress(OSError):
        answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, bytes(4))
        return int(struct.unpack("i", answer)[0])
    return 0
