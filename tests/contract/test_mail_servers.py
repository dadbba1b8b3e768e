"""`MailServer` kept by the demo's server and by the one in memory; Dovecot's turn is elsewhere."""

from __future__ import annotations

import pytest
from contract.mail_server_contract import Connect, MailServerContract
from fakes.mail_server import FakeMailbox, FakeMailServerConnector

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.demo import DemoPractice
from tui_mailer.domain.account import Account, Credentials, Endpoint
from tui_mailer.domain.errors import LoginRefused

# One demo for all of them.
pytestmark = pytest.mark.xdist_group("contracts")

ANYWHERE = Endpoint("imap.mssante.fr", 143)


class TestTheDemoKeepsTheContract(MailServerContract):
    @pytest.fixture
    def connect(self, demo_practice: DemoPractice) -> Connect:
        account = demo_account(demo_practice)
        credentials = Credentials(account.address, demo_practice.password)
        return lambda: ImapConnector().connect(account, credentials, lambda _step: None)


class TestTheServerInMemoryKeepsTheContract(MailServerContract):
    @pytest.fixture
    def connect(self) -> Connect:
        connector = FakeMailServerConnector(FakeMailbox("secret"))
        account = Account("dr.martin@cabinet.mssante.fr", ANYWHERE, ANYWHERE)
        credentials = Credentials(account.address, "secret")
        return lambda: connector.connect(account, credentials, lambda _step: None)


async def test_the_demo_refuses_a_wrong_password(demo_practice: DemoPractice) -> None:
    account = demo_account(demo_practice)
    with pytest.raises(LoginRefused):
        await ImapConnector().connect(
            account, Credentials(account.address, "faux"), lambda _step: None
        )


def demo_account(practice: DemoPractice) -> Account:
    return Account(
        practice.address,
        Endpoint(practice.host, practice.imap_port),
        Endpoint(practice.host, practice.smtp_port),
        ca_file=practice.ca_file,
    )
