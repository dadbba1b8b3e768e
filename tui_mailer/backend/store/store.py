"""The store of one account, as the engine and the interface know it."""

from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.draft_copies import DraftCopies
from tui_mailer.backend.store.drafts import Drafts
from tui_mailer.backend.store.exchanges import Exchanges
from tui_mailer.backend.store.files import InstanceLock
from tui_mailer.backend.store.flags import MessageFlags
from tui_mailer.backend.store.folders import Folders
from tui_mailer.backend.store.journal import StoredJournal
from tui_mailer.backend.store.lists import Lists
from tui_mailer.backend.store.messages import Messages
from tui_mailer.backend.store.moves import Moves
from tui_mailer.backend.store.outbox import Outbox
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.patient_list import PatientList
from tui_mailer.backend.store.patients import Patients
from tui_mailer.backend.store.people import People
from tui_mailer.backend.store.reports import Reports


class EncryptedMessageStore(
    Folders,
    Messages,
    Moves,
    Lists,
    MessageFlags,
    People,
    Patients,
    PatientList,
    Exchanges,
    Reports,
    Drafts,
    DraftCopies,
    Outbox,
    StoredJournal,
):
    """An `AccountStore` in one encrypted file; made by `EncryptedStoreOpener`."""

    def __init__(self, database: Database, owner: Owner, lock: InstanceLock) -> None:
        super().__init__(database, owner)
        self._lock = lock

    async def close(self) -> None:
        """Close the file and let another instance open it; twice is once."""
        try:
            await self._database.close()
        finally:
            self._lock.release()
