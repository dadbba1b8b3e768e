"""Stores whose passphrases cost nothing to try."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui_mailer.backend.store import EncryptedMessageStore, EncryptedStoreOpener, KeyDerivation
from tui_mailer.domain.account import Account, Endpoint

pytest.register_assert_rewrite(
    "contract.exchange_contract",
    "contract.journal_contract",
    "contract.message_store_contract",
    "contract.patient_contract",
    "contract.reports_contract",
    "contract.search_contract",
)

PASSPHRASE = "cheval agrafe été"


@pytest.fixture
def account() -> Account:
    host = Endpoint("mail.exemple.fr", 143)
    return Account("jeanne.martin@hopital.mssante.fr", host, host)


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def opener(tmp_path: Path) -> EncryptedStoreOpener:
    return EncryptedStoreOpener(tmp_path / "boîtes", KeyDerivation(1, 8, 1))


@pytest.fixture
async def store(
    opener: EncryptedStoreOpener, account: Account
) -> AsyncIterator[EncryptedMessageStore]:
    opened = await opener.open(account, PASSPHRASE)
    yield opened
    await opened.close()
