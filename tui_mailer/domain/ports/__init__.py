"""What the engine needs from outside, as narrow protocols; `backend` implements each."""

from tui_mailer.domain.ports.journal import Journal
from tui_mailer.domain.ports.mail_server import (
    MailServer,
    MailServerConnector,
    OnAlert,
    OnBytes,
    OnStep,
)
from tui_mailer.domain.ports.mail_store import FlagStore, FolderStore, HeldMessages, MoveStore
from tui_mailer.domain.ports.people_store import ExchangeStore, PatientStore, PeopleStore
from tui_mailer.domain.ports.report_store import ReceiptStore, ReportStore
from tui_mailer.domain.ports.secrets import SecretSource
from tui_mailer.domain.ports.store import AccountStore, MessageStore, MessageStoreOpener
from tui_mailer.domain.ports.submission import Submission
from tui_mailer.domain.ports.surroundings import AccountBook, Calls, Files
from tui_mailer.domain.ports.writing_store import DraftCopyStore, DraftStore, OutboxStore

__all__ = [
    "AccountBook",
    "AccountStore",
    "Calls",
    "DraftCopyStore",
    "DraftStore",
    "ExchangeStore",
    "Files",
    "FlagStore",
    "FolderStore",
    "HeldMessages",
    "Journal",
    "MailServer",
    "MailServerConnector",
    "MessageStore",
    "MessageStoreOpener",
    "MoveStore",
    "OnAlert",
    "OnBytes",
    "OnStep",
    "OutboxStore",
    "PatientStore",
    "PeopleStore",
    "ReceiptStore",
    "ReportStore",
    "SecretSource",
    "Submission",
]
