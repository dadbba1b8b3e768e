"""A mail server in memory: folders and messages that a test fills, a line that a test cuts."""

import asyncio
import email
import email.policy
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import getaddresses

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import (
    CommandRefused,
    InvalidAddress,
    LineLost,
    LoginRefused,
    MailerError,
    MessageTooLarge,
    RecipientsRefused,
    SubmissionRefused,
)
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.folder import FolderChanges, FolderRole, FolderState, RemoteFolder
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import MailServer, OnAlert, OnBytes, OnStep
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.engine.waiting import happens_within

_ROLES = {
    "Éléments envoyés": FolderRole.SENT,
    "Brouillons": FolderRole.DRAFTS,
    "Archives": FolderRole.ARCHIVE,
    "Corbeille": FolderRole.TRASH,
}
PIECE_BYTES = 1_000_000
_LONG_AGO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class StoredMessage:
    """One message of a folder; `size_bytes` may differ from the content's, as a test wants."""

    content: bytes
    flags: Flags
    received_at: datetime


@dataclass(slots=True)
class StoredFolder:
    """One folder of the server."""

    remote: RemoteFolder
    uid_validity: int = 1
    next_uid: int = 1
    messages: dict[int, StoredMessage] = field(default_factory=dict)


class FakeMailbox:
    """What is on the server; connections look at it, tests change it."""

    def __init__(self, password: str = "secret") -> None:
        self.password = password
        self.folders: dict[str, StoredFolder] = {}
        self.changed = asyncio.Event()
        self.add_folder("INBOX", FolderRole.INBOX)

    def add_folder(
        self, name: str, role: FolderRole = FolderRole.ORDINARY, *, selectable: bool = True
    ) -> None:
        """Make a folder."""
        self.folders[name] = StoredFolder(RemoteFolder(name, "/", role, selectable))

    def deliver(
        self,
        content: bytes,
        folder: str = "INBOX",
        flags: Flags = Flags.NONE,
        at: datetime = _LONG_AGO,
    ) -> int:
        """Put a message in a folder, as if it had arrived; its UID."""
        target = self.folders[folder]
        uid = target.next_uid
        target.next_uid += 1
        target.messages[uid] = StoredMessage(content, flags, at)
        self.changed.set()
        return uid

    def expunge(self, uid: int, folder: str = "INBOX") -> None:
        """Remove a message, as if from elsewhere."""
        del self.folders[folder].messages[uid]
        self.changed.set()


class FakeMailServerConnector:
    """Opens connections to a `FakeMailbox`.

    Attributes:
        fault: raised by each connection attempt and by each command while it is set.
        users: login names that were taken.
        searched: names of the folders searched, one for each question.
        pieces: cleared, it holds back what follows the first piece of a large message.
    """

    def __init__(self, mailbox: FakeMailbox) -> None:
        self.mailbox = mailbox
        self.on_alert: OnAlert = lambda _words: None
        self.fault: MailerError | None = None
        self.connection_count = 0
        self.users = set[str]()
        self.searched: list[str] = []
        self.pieces = asyncio.Event()
        self.pieces.set()

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        """Log in."""
        if self.fault is not None:
            raise self.fault
        on_step(ConnectionStep.NAME)
        on_step(ConnectionStep.TLS)
        if credentials != account.credentials(self.mailbox.password):
            raise LoginRefused("NO [AUTHENTICATIONFAILED] refused")
        self.users.add(credentials.user)
        on_step(ConnectionStep.LOGIN)
        self.connection_count += 1
        return FakeMailServer(self)


class FakeMailServer:
    """One connection."""

    def __init__(self, connector: FakeMailServerConnector) -> None:
        self._connector = connector
        self._name = ""
        self._closed = False

    @property
    def _mailbox(self) -> FakeMailbox:
        if self._closed:
            raise LineLost
        if self._connector.fault is not None:
            raise self._connector.fault
        return self._connector.mailbox

    @property
    def _open(self) -> StoredFolder:
        return self._folder(self._name)

    def _folder(self, name: str) -> StoredFolder:
        if name not in self._mailbox.folders:
            raise CommandRefused("NO [NONEXISTENT] no such folder")
        return self._mailbox.folders[name]

    async def list_folders(self, *, with_states: bool = False) -> Sequence[RemoteFolder]:
        """All folders, without their states."""
        return [folder.remote for folder in self._mailbox.folders.values()]

    async def create_folder(self, name: str) -> str:
        """Make a folder; those that the engine makes are known by their names."""
        if name not in self._mailbox.folders:
            self._mailbox.add_folder(name, _ROLES.get(name, FolderRole.ORDINARY))
        return name

    async def open_folder(self, name: str) -> FolderState:
        """SELECT."""
        folder = self._folder(name)
        self._name = name
        return FolderState(folder.uid_validity, folder.next_uid, len(folder.messages))

    async def open_since(
        self, name: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """SELECT, without CONDSTORE."""
        return await self.open_folder(name), None

    async def folder_state(self, name: str) -> FolderState:
        """STATUS."""
        folder = self._folder(name)
        unseen = sum(Flags.SEEN not in message.flags for message in folder.messages.values())
        return FolderState(
            folder.uid_validity, folder.next_uid, len(folder.messages), unseen=unseen
        )

    async def uids(self) -> Sequence[int]:
        """All UIDs, ascending."""
        return sorted(self._open.messages)

    async def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        """Describe messages, in batches of 100."""
        for start in range(0, len(uids), 100):
            found = self._open.messages
            yield [described(uid, found[uid]) for uid in uids[start : start + 100] if uid in found]

    async def flags(self, uids: Sequence[int]) -> Mapping[int, Flags]:
        """Flags of those that still exist."""
        found = self._open.messages
        return {uid: found[uid].flags for uid in (uids or sorted(found)) if uid in found}

    async def content(self, uid: int, on_bytes: OnBytes | None = None) -> bytes | None:
        """The whole message; a large one in pieces, which a test may hold back."""
        message = self._open.messages.get(uid)
        if message is None:
            return None
        for received_bytes in range(PIECE_BYTES, len(message.content), PIECE_BYTES):
            if on_bytes is not None:
                on_bytes(received_bytes)
            await self._connector.pieces.wait()
        return message.content

    async def beginning(self, uid: int, size_bytes: int) -> bytes | None:
        content = await self.content(uid)
        return content[:size_bytes] if content is not None else None

    async def change_flags(self, uids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Add and remove flags."""
        found = self._open.messages
        for uid in uids:
            if uid in found:
                found[uid] = replace(found[uid], flags=(found[uid].flags | add) & ~remove)

    async def move(self, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        """Move messages."""
        source, _ = self._open, self._folder(folder)
        moved: dict[int, int] = {}
        for uid in uids:
            if uid in source.messages:
                message = source.messages.pop(uid)
                moved[uid] = self._mailbox.deliver(
                    message.content, folder, message.flags, message.received_at
                )
        return moved

    async def expunge(self, uids: Sequence[int]) -> None:
        """Remove messages for good."""
        for uid in uids:
            self._open.messages.pop(uid, None)

    async def expunge_marked(self, uids: Sequence[int]) -> None:
        """Remove what is marked as deleted, where only `uids` are."""
        marked = {uid for uid, m in self._open.messages.items() if Flags.DELETED in m.flags}
        if not marked <= set(uids):
            raise CommandRefused
        await self.expunge([*marked])

    async def append(self, folder: str, content: bytes, flags: Flags, at: datetime) -> int | None:
        """Store a message."""
        self._folder(folder)
        return self._mailbox.deliver(content, folder, flags, at)

    async def find_message_id(self, message_id: str, since: date | None = None) -> Sequence[int]:
        """UIDs of the messages with this Message-ID."""
        found = self._open.messages
        return [
            uid
            for uid in await self.find_header("Message-ID", message_id)
            if since is None or found[uid].received_at.date() >= since
        ]

    async def find_header(self, name: str, value: str) -> Sequence[int]:
        """UIDs of the messages whose header holds this."""
        return [
            uid
            for uid, message in self._open.messages.items()
            if value.casefold() in str(parsed(message.content)[name] or "").casefold()
        ]

    async def search_bodies(
        self,
        text: str,
        uids: tuple[int, int],
        *,
        since: date | None = None,
        before: date | None = None,
    ) -> Sequence[int]:
        """UIDs of the messages with `text` in their bodies."""
        self._connector.searched.append(self._name)
        return [
            uid
            for uid, message in sorted(self._open.messages.items())
            if uids[0] <= uid <= uids[1]
            and text.casefold() in _body(message)
            and (since is None or message.received_at.date() >= since)
            and (before is None or message.received_at.date() < before)
        ]

    async def wait_for_change(self, timeout_s: float) -> bool:
        """Wait until a test delivers or expunges something."""
        changed = self._mailbox.changed
        happened = await happens_within(changed, timeout_s)
        if happened:
            changed.clear()
        return happened

    async def keep_alive(self) -> None:
        """NOOP."""
        _ = self._mailbox

    async def close(self) -> None:
        """Any later command finds the line lost."""
        self._closed = True


class FakeSubmission:
    """Takes every message of the account logged in, unless a test scripts a fault.

    Attributes:
        password: the only one taken; None takes any.
        unknown: addresses that are refused.
        limit_bytes: the SIZE told and kept.
        accepted: envelope recipients and bytes, in order.
        faults: raised by the next submissions, one each.
    """

    def __init__(
        self,
        *,
        password: str | None = None,
        unknown: frozenset[str] = frozenset(),
        limit_bytes: int | None = None,
    ) -> None:
        self.password = password
        self.unknown = unknown
        self.limit_bytes = limit_bytes
        self.accepted: list[tuple[tuple[str, ...], bytes]] = []
        self.faults: list[MailerError] = []

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """Log in; the SIZE."""
        if self.password not in {None, credentials.password}:
            raise LoginRefused("535 5.7.8 refused")
        return self.limit_bytes

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """Take the message, or fail as scripted."""
        for mailbox in recipients:
            address = Address.received(mailbox)
            if address.mailbox != mailbox or not address.is_sendable:
                raise InvalidAddress(mailbox)
        del null_sender
        if self.faults:
            raise self.faults.pop(0)
        await self.check(account, credentials)
        self._look_at(account, credentials, recipients, len(content))
        self.accepted.append((tuple(recipients), content))
        return safe_line("250 2.0.0 Ok: queued")

    def _look_at(
        self, account: Account, credentials: Credentials, recipients: Sequence[str], size: int
    ) -> None:
        if self.limit_bytes is not None and size > self.limit_bytes:
            raise MessageTooLarge
        if credentials.user != account.credentials().user:
            raise SubmissionRefused("553 5.7.1 not owned by the user")
        if refused := [mailbox for mailbox in recipients if mailbox in self.unknown]:
            raise RecipientsRefused(dict.fromkeys(refused, "550 5.1.1 User unknown"))


def _body(message: StoredMessage) -> str:
    part = parsed(message.content).get_body(("plain",))
    return part.get_content().casefold() if part else ""


def described(uid: int, message: StoredMessage) -> RemoteMessage:
    """A message as FETCH describes it."""
    head = parsed(message.content)
    sender = _addresses(head, "From")
    return RemoteMessage(
        uid=uid,
        flags=message.flags,
        size_bytes=len(message.content),
        received_at=message.received_at,
        subject=safe_line(str(head["Subject"] or "")),
        sender=sender[0] if sender else Address.received(""),
        to=_addresses(head, "To"),
        cc=_addresses(head, "Cc"),
        sent_at=_date(head) or message.received_at,
        message_id=str(head["Message-ID"] or ""),
        in_reply_to=str(head["In-Reply-To"] or ""),
        has_attachment=any(part.is_attachment() for part in head.walk()),
        media_type=head.get_content_type(),
    )


def parsed(content: bytes) -> EmailMessage:
    """The message as the standard library reads it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _date(head: EmailMessage) -> datetime | None:
    date: datetime | None = head["Date"].datetime if head["Date"] else None
    return date.astimezone(UTC) if date else None


def _addresses(head: EmailMessage, name: str) -> tuple[Address, ...]:
    found = getaddresses([str(value) for value in head.get_all(name, [])])
    return tuple(Address.received(mailbox, label) for label, mailbox in found)
