"""The adapter against a real Dovecot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contract.mail_server_contract import NOON, Connect, MailServerContract, letter
from servers.people import FULL, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.imap.server import ImapServer
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import LineLost, LoginRefused, OverQuota, TlsFault, TlsRefused
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags

pytestmark = pytest.mark.xdist_group("servers")

CONNECTOR = ImapConnector(Deadlines())
PASSWORD = Credentials(PRACTICE.address, PRACTICE.password)


def account_at(
    servers: RealServers, port: int, security: Security, certificate: Path | None = None
) -> Account:
    endpoint = Endpoint(servers.host, port, security)
    return Account(
        PRACTICE.address,
        endpoint,
        endpoint,
        ca_file=servers.ca_file,
        client_certificate=certificate,
    )


async def connected(
    servers: RealServers,
    credentials: Credentials = PASSWORD,
    security: Security = Security.STARTTLS,
) -> ImapServer:
    port = servers.imap_port if security is Security.STARTTLS else servers.imaps_port
    account = account_at(servers, port, security)
    return await CONNECTOR.connect(account, credentials, lambda step: None)


@pytest.fixture
async def inbox(real_servers: RealServers) -> AsyncIterator[ImapServer]:
    """The practice's INBOX, empty and open."""
    real_servers.empty(PRACTICE.address)
    server = await connected(real_servers)
    await server.open_folder("INBOX")
    yield server
    await server.close()


class TestDovecotKeepsTheContract(MailServerContract):
    @pytest.fixture
    def connect(self, real_servers: RealServers) -> Connect:
        return lambda: connected(real_servers)


async def test_a_word_of_the_headers_is_none_of_the_body(inbox: ImapServer) -> None:
    content = letter("lithiase", "<lithiase@x>", b"rien")
    await inbox.append("INBOX", content, Flags.NONE, NOON)
    assert list(await inbox.search_bodies("lithiase", (1, 4_000_000_000))) == []


@pytest.mark.parametrize("security", list(Security))
async def test_the_steps_of_a_login_are_told(real_servers: RealServers, security: Security) -> None:
    steps: list[ConnectionStep] = []
    port = real_servers.imaps_port if security is Security.TLS else real_servers.imap_port
    account = account_at(real_servers, port, security)
    server = await CONNECTOR.connect(account, PASSWORD, steps.append)
    await server.close()
    assert steps == [ConnectionStep.NAME, ConnectionStep.TLS, ConnectionStep.LOGIN]


async def test_a_token_opens_the_mailbox_until_it_is_revoked(real_servers: RealServers) -> None:
    token = real_servers.tokens.issue(PRACTICE.address)
    credentials = Credentials(PRACTICE.address, token=token)
    server = await connected(real_servers, credentials)
    await server.close()
    real_servers.tokens.revoke(token)
    async with asyncio.timeout(10):
        with pytest.raises(LoginRefused):
            await connected(real_servers, credentials)


async def test_a_wrong_password_is_refused_with_the_servers_words(
    real_servers: RealServers,
) -> None:
    with pytest.raises(LoginRefused) as caught:
        await connected(real_servers, Credentials(PRACTICE.address, password="é*’ faux"))
    assert caught.value.server_words


async def test_a_client_certificate_is_shown_where_it_is_asked_for(
    real_servers: RealServers, tmp_path: Path
) -> None:
    certificate = tmp_path / "client.pem"
    client = real_servers.certificates.client
    certificate.write_bytes(client.key.read_bytes() + client.chain.read_bytes())
    port = real_servers.client_certificate_imaps_port
    account = account_at(real_servers, port, Security.TLS, certificate)
    server = await CONNECTOR.connect(account, PASSWORD, lambda step: None)
    await server.close()


async def test_a_client_certificate_that_is_missing_is_named(real_servers: RealServers) -> None:
    account = account_at(real_servers, real_servers.client_certificate_imaps_port, Security.TLS)
    async with asyncio.timeout(10):
        with pytest.raises((TlsRefused, LoginRefused)) as caught:
            await CONNECTOR.connect(account, PASSWORD, lambda step: None)
    if isinstance(caught.value, TlsRefused):
        assert caught.value.fault is TlsFault.CLIENT_CERTIFICATE


async def test_the_french_folders_have_their_roles(inbox: ImapServer) -> None:
    roles = {folder.name: folder.role for folder in await inbox.list_folders()}
    assert roles["Éléments envoyés"] is FolderRole.SENT
    assert roles["Brouillons"] is FolderRole.DRAFTS
    assert roles["Corbeille"] is FolderRole.TRASH
    assert roles["Indésirables"] is FolderRole.JUNK
    assert roles["Archives"] is FolderRole.ARCHIVE


async def test_an_append_tells_the_uid(inbox: ImapServer) -> None:
    uid = await inbox.append("INBOX", letter("a", "<a@a>"), Flags.SEEN, NOON)
    assert list(await inbox.uids()) == [uid]


async def test_two_appends_at_once_are_stored_right(
    inbox: ImapServer, real_servers: RealServers
) -> None:
    contents = [letter(f"n° {n}", f"<{n}@a>", b"%d\r\n" % n * 20_000) for n in range(4)]
    await asyncio.gather(*(inbox.append("INBOX", c, Flags.NONE, NOON) for c in contents))
    assert [mail.raw for mail in real_servers.mailbox(PRACTICE.address)] == contents


async def test_a_full_mailbox_says_so(real_servers: RealServers) -> None:
    real_servers.empty(FULL.address)
    server = await connected(real_servers, Credentials(FULL.address, FULL.password))
    with pytest.raises(OverQuota):
        await server.append("INBOX", letter("a", "<a@a>", b"x" * 100_000), Flags.NONE, NOON)
    await server.keep_alive()
    await server.close()


async def test_all_the_flags_of_the_field_are_kept(inbox: ImapServer) -> None:
    every = Flags.SEEN | Flags.ANSWERED | Flags.FLAGGED | Flags.FORWARDED | Flags.MDN_SENT
    uid = await inbox.append("INBOX", letter("a", "<a@a>"), Flags.NONE, NOON)
    assert uid is not None
    await inbox.change_flags([uid], every, Flags.NONE)
    assert await inbox.flags([uid]) == {uid: every}


async def test_expunged_meanwhile_by_another_client(
    inbox: ImapServer, real_servers: RealServers
) -> None:
    for n in range(3):
        await inbox.append("INBOX", letter(f"{n}", f"<{n}@a>"), Flags.NONE, NOON)
    uids = await inbox.uids()
    real_servers.empty(PRACTICE.address)
    rows = [row async for batch in inbox.messages(uids) for row in batch]
    assert {row.uid for row in rows} <= set(uids)
    assert await inbox.content(uids[0]) is None
    assert await inbox.wait_for_change(10)


async def test_news_comes_while_waiting(inbox: ImapServer, real_servers: RealServers) -> None:
    waiting = asyncio.create_task(inbox.wait_for_change(30))
    await asyncio.to_thread(real_servers.deliver, PRACTICE.address, letter("neuf", "<neuf@a>"))
    assert await waiting
    assert len(await inbox.uids()) == 1


async def test_a_kicked_connection_ends_the_wait(
    inbox: ImapServer, real_servers: RealServers
) -> None:
    waiting = asyncio.create_task(inbox.wait_for_change(30))
    await asyncio.to_thread(real_servers.kick, PRACTICE.address)
    with pytest.raises(LineLost):
        await waiting


async def test_attachments_are_seen_in_the_structure(inbox: ImapServer) -> None:
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n--b\r\n"
        b"Content-Type: application/zip; name=IHE_XDM.zip\r\n\r\nPK\r\n--b--\r\n"
    )
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    with_file = await inbox.append("INBOX", head + letter("joint", "<j@a>", body), Flags.NONE, NOON)
    assert with_file is not None
    (row,) = [row async for batch in inbox.messages([with_file]) for row in batch]
    assert row.has_attachment
