"""The encrypted store keeps the promises of `MessageStore` and of `Journal`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from contract.exchange_contract import ExchangeStateContract, PatientListContract
from contract.journal_contract import JournalContract
from contract.message_store_contract import MessageStoreContract
from contract.patient_contract import PatientContract
from contract.reports_contract import ReportsContract
from contract.search_contract import SearchContract

from tui_mailer.backend.store import EncryptedStoreOpener
from tui_mailer.domain.account import Account
from tui_mailer.domain.ports import AccountStore


class TestEncryptedMessageStore(
    MessageStoreContract,
    PatientContract,
    SearchContract,
    PatientListContract,
    ExchangeStateContract,
    JournalContract,
    ReportsContract,
):
    @pytest.fixture
    async def store(
        self, opener: EncryptedStoreOpener, account: Account, passphrase: str
    ) -> AsyncIterator[Any]:
        opened: AccountStore = await opener.open(account, passphrase)
        yield opened
        await opened.close()
