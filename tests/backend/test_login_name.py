"""An operator that gives its users a login name of its own: both servers take it."""

from dataclasses import replace

import pytest
from servers.people import COLLEAGUE, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.backend.secrets import Secrets
from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.domain.account import Account, Endpoint, SecretOrigin
from tui_mailer.domain.errors import LoginRefused

pytestmark = pytest.mark.xdist_group("servers")


def account_on(servers: RealServers, login: str) -> Account:
    return Account(
        PRACTICE.address,
        Endpoint(servers.host, servers.imap_port),
        Endpoint(servers.host, servers.smtp_port),
        ca_file=servers.ca_file,
        secret_origin=SecretOrigin.COMMAND,
        secret_command=("echo", PRACTICE.password),
        login=login,
    )


async def test_both_servers_are_told_the_login_name_and_the_address_writes(
    real_servers: RealServers,
) -> None:
    account = account_on(real_servers, PRACTICE.login)
    credentials = await Secrets().credentials(account)
    assert credentials is not None
    server = await ImapConnector(Deadlines()).connect(account, credentials, lambda step: None)
    assert {folder.name for folder in await server.list_folders()} >= {"INBOX"}
    await server.close()

    content = f"From: {PRACTICE.address}\r\nMessage-ID: <login@x>\r\n\r\nBonjour\r\n".encode()
    await SmtpSubmission().submit(account, credentials, [COLLEAGUE.address], content)
    arrived = real_servers.wait_for(COLLEAGUE.address, b"<login@x>")
    assert f"Return-Path: <{PRACTICE.address}>".encode() in arrived


async def test_another_name_is_refused(real_servers: RealServers) -> None:
    account = account_on(real_servers, "899700999999")
    credentials = account.credentials(PRACTICE.password)
    with pytest.raises(LoginRefused):
        await ImapConnector(Deadlines()).connect(account, credentials, lambda step: None)
    with pytest.raises(LoginRefused):
        await SmtpSubmission().check(account, credentials)
    its_own = replace(account, login="").credentials("x")
    assert its_own.user == PRACTICE.address
