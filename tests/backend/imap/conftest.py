"""A scripted server, and the real connector dialling it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from backend.imap.scripted import Authority, Script, ScriptedServer, playing

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security

QUICK = Deadlines(
    name_s=5, connect_s=5, silence_s=5, command_s=10, goodbye_s=0.05, poll_s=0.01, idle_s=60
)
CREDENTIALS = Credentials("dr.martin@cabinet.mssante.fr", password="Motdepasse-1!")

Dial = Callable[..., Awaitable[ImapServer]]
Serve = Callable[..., Awaitable[ScriptedServer]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority behind the scripted servers' certificates."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
async def serve(authority: Authority) -> AsyncIterator[Serve]:
    """Start a server that plays a script: implicit TLS, or as `tls` says (None: in clear)."""
    async with AsyncExitStack() as stack:

        async def start(script: Script, *, tls: Any = authority.context) -> ScriptedServer:
            return await stack.enter_async_context(playing(script, tls))

        yield start


@pytest.fixture
async def dial(authority: Authority, serve: Serve) -> AsyncIterator[Dial]:
    """Play a script and connect to it; further arguments change the account and the connector."""
    opened: list[ImapServer] = []

    async def connect(
        script: Script,
        *,
        tls: ssl.SSLContext | None = authority.context,
        credentials: Credentials = CREDENTIALS,
        connector: ImapConnector | None = None,
        on_step: Callable[[Any], None] = lambda step: None,
        **changes: Any,
    ) -> ImapServer:
        server = await serve(script, tls=tls)
        security = Security.STARTTLS if tls is None else Security.TLS
        endpoint = Endpoint("localhost", server.port, security)
        account = Account(CREDENTIALS.user, endpoint, endpoint, ca_file=authority.ca_file)
        mail = await (connector or ImapConnector(QUICK)).connect(
            replace(account, **changes), credentials, on_step
        )
        opened.append(mail)
        return mail

    yield connect
    for mail in opened:
        await mail.close()
