"""A practice on the real servers: its session, its engine, and what it announces."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_helpers import Office, OpenOffice, cheap_derivation
from servers.people import ACCOUNTS, PRACTICE
from servers.practice import RealServers

from tui_mailer.bootstrap import make_session
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Places


@pytest.fixture
def account(real_servers: RealServers) -> Account:
    real_servers.empty(*(person.address for person in ACCOUNTS))
    return Account(
        PRACTICE.address,
        Endpoint(real_servers.host, real_servers.imap_port),
        Endpoint(real_servers.host, real_servers.smtp_port),
        sender_label="Dr_Marie_MARTIN_Cabinet Martin",
        ca_file=real_servers.ca_file,
    )


@pytest.fixture
async def open_office(tmp_path: Path, account: Account) -> AsyncIterator[OpenOffice]:
    """Logs in for the first time, or opens the store again, with options of the test's choice."""
    offices: list[Office] = []

    async def open_one(
        *,
        start: bool = True,
        login: str = PRACTICE.address,
        machine: str = "",
        imap: Endpoint | None = None,
        **options: Any,
    ) -> Office:
        who = replace(account, address=login, imap=imap or account.imap)
        chosen = replace(
            EngineOptions(undo_send_s=0.0, autosave_s=0.02, retry_most_s=0.2), **options
        )
        home = tmp_path / machine
        places = Places(home / "reglages.toml", home / "store", home / "state")
        session = make_session(places, chosen, cheap_derivation())
        if session.has_store(who):
            engine = await session.open(who, PRACTICE.password)
        else:
            engine = await session.first_login(who, PRACTICE.password, lambda _step: None)
        office = Office(session, engine)
        offices.append(office)
        if start:
            engine.start()
        return office

    yield open_one
    for office in offices:
        await office.close()
