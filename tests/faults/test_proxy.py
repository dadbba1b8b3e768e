"""The bad line is as bad as it says, and TLS notices what it spoils."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from faults.proxy import BadLine, Fault, Kind, Towards
from faults.stage import IMPATIENT
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import ConnectionProblem


@asynccontextmanager
async def echo_behind_a_bad_line() -> AsyncIterator[BadLine]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, BadLine.before(server.sockets[0].getsockname()[1]) as line:
        yield line


async def heard_back(line: BadLine, said: bytes, timeout_s: float = 0.3) -> bytes:
    """What comes back of `said` until the line ends or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
    writer.write(said)
    heard = b""
    try:
        async with asyncio.timeout(timeout_s):
            while len(heard) < len(said) and (data := await reader.read(100)):
                heard += data
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        writer.transport.abort()
    return heard


async def test_a_good_line_passes_everything() -> None:
    async with echo_behind_a_bad_line() as line:
        assert await heard_back(line, b"abcdef" * 1000, 5) == b"abcdef" * 1000


@pytest.mark.parametrize("towards", Towards)
@pytest.mark.parametrize(
    ("kind", "heard"),
    [(Kind.CUT, b"abc"), (Kind.SILENCE, b"abc"), (Kind.CORRUPT, b"abc1ef")],
)
async def test_a_fault_strikes_at_its_byte(kind: Kind, heard: bytes, towards: Towards) -> None:
    async with echo_behind_a_bad_line() as line:
        line.planned = [Fault(kind, towards, at=3)]
        found = await heard_back(line, b"abcdef")
        # What was cut on its way to the server may have lost its answer as well.
        assert found == heard or (kind is not Kind.CORRUPT and heard.startswith(found))
        assert line.links[0].passed[towards] == len(heard)


async def test_delay_and_throttle_take_their_time() -> None:
    async with echo_behind_a_bad_line() as line:
        slow = Fault(Kind.THROTTLE, Towards.CLIENT, amount=20_000.0)
        line.planned = [Fault(Kind.DELAY, Towards.SERVER, at=1, amount=0.05), slow]
        began = time.monotonic()
        assert await heard_back(line, b"x" * 2_000, 5) == b"x" * 2_000
        assert time.monotonic() - began >= 0.14


@pytest.mark.parametrize("towards", Towards)
@pytest.mark.parametrize("at", [0, 700, 3_000])
async def test_a_spoilt_byte_never_gets_past_tls(
    real_servers: RealServers, towards: Towards, at: int
) -> None:
    """Greeting, handshake, or dialogue: no login succeeds over it and nothing wrong is read."""
    async with BadLine.before(real_servers.imaps_port) as line:
        account = Account(
            PRACTICE.address,
            Endpoint(real_servers.host, line.port, Security.TLS),
            Endpoint("", 0),
            ca_file=real_servers.ca_file,
        )
        line.planned = [Fault(Kind.CORRUPT, towards, at)]
        with pytest.raises(ConnectionProblem):
            await _dialogue(account)
        line.planned = ()
        await _dialogue(account)


async def _dialogue(account: Account) -> None:
    credentials = Credentials(account.address, PRACTICE.password)
    server = await ImapConnector(IMPATIENT).connect(account, credentials, lambda _step: None)
    try:
        for _ in range(100):
            assert (await server.open_folder("INBOX")).uid_validity
    finally:
        await server.close()
