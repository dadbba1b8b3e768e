"""A practice whose lines to the real servers can be spoilt."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from engine_helpers import Office, OpenOffice, cheap_derivation
from faults.overheard import Overheard
from faults.proxy import BadLine
from faults.stage import HURRIED, IMPATIENT, BadLines
from servers.people import ACCOUNTS, PRACTICE
from servers.practice import RealServers

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.secrets.secrets import Secrets
from tui_mailer.backend.smtp.line import Patience
from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.engine.engine import Outside
from tui_mailer.engine.options import EngineOptions
from tui_mailer.engine.session import Session
from tui_mailer.settings.writer import SettingsFile


@pytest.fixture
async def lines(
    real_servers: RealServers, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BadLines]:
    async with (
        BadLine.before(real_servers.imap_port) as imap,
        BadLine.before(real_servers.smtp_port) as smtp,
    ):
        overheard = Overheard(imap, smtp)
        overheard.install(monkeypatch)
        yield BadLines(imap, smtp, overheard)


@pytest.fixture
def account(real_servers: RealServers, lines: BadLines) -> Account:
    real_servers.empty(*(person.address for person in ACCOUNTS))
    return Account(
        PRACTICE.address,
        Endpoint(real_servers.host, lines.imap.port),
        Endpoint(real_servers.host, lines.smtp.port),
        ca_file=real_servers.ca_file,
    )


@pytest.fixture
def patience() -> Patience:
    """How long Postfix is waited for."""
    return HURRIED


@pytest.fixture
async def open_office(
    tmp_path: Path, account: Account, patience: Patience
) -> AsyncIterator[OpenOffice]:
    """Opens the store of the practice (makes it the first time) and starts its engine."""
    offices: list[Office] = []

    async def open_one(*, start: bool = True, directory: Path = tmp_path, **options: Any) -> Office:
        quick = {"undo_send_s": 0.0, "autosave_s": 0.02, "poll_s": 3600.0}
        pauses = {"retry_first_s": 0.02, "retry_most_s": 0.1, "second_chance_s": 0.1}
        session = make_session(directory, EngineOptions(**{**quick, **pauses, **options}), patience)
        office = Office(session, await session.open(account, PRACTICE.password))
        offices.append(office)
        if start:
            office.engine.start()
        return office

    yield open_one
    for office in offices:
        await office.close()


def make_session(directory: Path, options: EngineOptions, patience: Patience = HURRIED) -> Session:
    outside = Outside(ImapConnector(IMPATIENT), SmtpSubmission(patience), Secrets(), UserFiles())
    opener = EncryptedStoreOpener(directory / "store", cheap_derivation())
    return Session(outside, opener, SettingsFile(directory / "reglages.toml"), options)
