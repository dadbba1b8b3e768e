"""pymap in memory: the mailboxes of the practice, of its colleagues and of its patients."""

import asyncio
import ssl
from argparse import Namespace
from contextlib import suppress
from datetime import datetime

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from tui_mailer.demo.people import canonical
from tui_mailer.demo.pymap_repair import repair
from tui_mailer.demo.tls import HOST

_INBOX = "INBOX"


class _DemoConfig(Config):
    """pymap's settings, without the name look-up of its greeting: nothing leaves the machine."""

    @property
    def greeting(self) -> bytes:
        return b"Demonstration server ready"


class _RemoteSocket(SocketInfoLocal):
    """A loopback peer treated as a distant one: pymap then wants STARTTLS before a login."""

    __slots__ = ()

    @property
    def from_localhost(self) -> bool:
        return False


class DemoMailboxes:
    """Every mailbox of the demo, and the IMAP server that shows them.

    All methods belong to the event loop of the servers. A mailbox appears when it is first
    written to or opened; a message stored here wakes the clients that idle on its folder.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        repair()
        self._config = _DemoConfig(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=HOST,
            port=0,
            ssl_context=tls,
            # The password is printed on the login screen: hashing it would only cost time,
            # and pymap's pool for hashing would leave a thread behind.
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
        )
        self._login = Login(self._config)
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self) -> asyncio.Server:
        """Listen on a free loopback port, STARTTLS offered and required before a login."""
        server = IMAPServer(self._login, self._config)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._connections.add(task)
            try:
                with suppress(OSError, EOFError):
                    await server(reader, writer, _RemoteSocket(writer))
            finally:
                writer.transport.abort()
                self._connections.discard(task)

        return await asyncio.start_server(connected, HOST, 0)

    async def disconnect_all(self) -> None:
        """End every connection."""
        connections = tuple(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def open_account(self, address: str, password: str) -> None:
        """Give ``address`` a mailbox, if it has none, and the right to log in."""
        name = canonical(address)
        self._login.users_dict[name] = UserMetadata(self._config, name, password=password)
        self._folders(name)

    async def create_folder(self, address: str, folder: str) -> None:
        """Create ``folder`` (``/`` between levels), subscribed."""
        folders = self._folders(address)
        await folders.add_mailbox(folder)
        await folders.set_subscribed(folder, subscribed=True)

    async def store(
        self,
        address: str,
        raw: bytes,
        *,
        folder: str = _INBOX,
        flags: tuple[bytes, ...] = (),
        when: datetime | None = None,
    ) -> None:
        """Append a message; clients that idle on the folder are told.

        Raises:
            KeyError: ``folder`` does not exist.
        """
        mailbox = await self._folders(address).get_mailbox(folder)
        received_at = when or datetime.now().astimezone()
        message = AppendMessage(raw, received_at, frozenset(Flag(flag) for flag in flags))
        await mailbox.append(message)

    async def read_all(self, address: str) -> list[tuple[str, bytes]]:
        """Every message that ``address`` holds, as (folder, raw bytes), oldest UID first."""
        found: list[tuple[str, bytes]] = []
        folders = self._folders(address)
        for entry in (await folders.list_mailboxes()).list():
            if b"Noselect" not in entry.attributes:
                mailbox = await folders.get_mailbox(entry.name)
                found.extend([(entry.name, raw) for raw in await _raw_messages(mailbox)])
        return found

    def _folders(self, address: str) -> MailboxSet:
        name = canonical(address)
        cached = self._config.set_cache.get(name)
        if cached is None:
            cached = self._config.set_cache[name] = (MailboxSet(), FilterSet())
        return cached[0]


async def _raw_messages(mailbox: MailboxData) -> list[bytes]:
    return [
        bytes(await message.load_content(FetchRequirement.CONTENT))
        async for message in mailbox.messages()
    ]
