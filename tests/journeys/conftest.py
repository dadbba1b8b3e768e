"""The two worlds that a journey goes through: real servers, and those of the demo."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from demo import demo_clients
from mail_samples import received
from servers.people import ACCOUNTS, PATIENT, PRACTICE
from servers.practice import RealServers

from journeys.terminal import World
from tui_mailer.demo import DemoPractice
from tui_mailer.domain.account import Account, Endpoint


@pytest.fixture(params=["real servers", "demo servers"])
async def world(request: pytest.FixtureRequest, real_servers: RealServers) -> AsyncIterator[World]:
    if request.param == "real servers":
        yield real_world(real_servers)
        return
    async with DemoPractice(answer_delay_s=0.5) as practice:
        yield World(
            Account(
                practice.address,
                Endpoint(practice.host, practice.imap_port),
                Endpoint(practice.host, practice.smtp_port),
                sender_label=practice.display_name,
                ca_file=practice.ca_file,
            ),
            practice.password,
            practice.mailbox,
            lambda raw: _append(practice, raw),
            patient_answers=True,
        )
        # The servers live in a thread: let what the program closed be seen there first.
        await asyncio.sleep(0)


def real_world(servers: RealServers) -> World:
    """The real servers with some mail."""
    servers.empty(*(person.address for person in ACCOUNTS))
    servers.deliver(PRACTICE.address, received("Avis cardiologique"))
    servers.deliver(
        PRACTICE.address, received("Ma question", sender=PATIENT.address, body="Bonjour Docteur")
    )
    return World(
        Account(
            PRACTICE.address,
            Endpoint(servers.host, servers.imap_port),
            Endpoint(servers.host, servers.smtp_port),
            sender_label="Dr_Marie_MARTIN_Cabinet Martin",
            ca_file=servers.ca_file,
        ),
        PRACTICE.password,
        lambda address: [(stored.folder, stored.raw) for stored in servers.mailbox(address)],
        lambda raw: servers.deliver(PRACTICE.address, raw),
    )


def _append(practice: DemoPractice, raw: bytes) -> None:
    with demo_clients.imap(practice) as client:
        client.append("INBOX", None, None, raw)
