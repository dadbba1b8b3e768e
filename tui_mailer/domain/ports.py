"""What the engine needs from outside, as narrow protocols; `backend` implements each."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.action import PendingMove, Place, RemovalInDoubt
from tui_mailer.domain.address import Address
from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.draft import (
    Draft,
    DraftCopy,
    FileAttachment,
    Outgoing,
    OutgoingState,
)
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.exchange import Exchange
from tui_mailer.domain.folder import (
    Folder,
    FolderChanges,
    FolderState,
    RemoteFolder,
    SyncPoint,
)
from tui_mailer.domain.journal import (
    ChainEnds,
    JournalEntry,
    JournalFilter,
    JournalLine,
    MessageTrace,
)
from tui_mailer.domain.message import Flags, ListView, MessageSummary, PendingFlags, RemoteMessage
from tui_mailer.domain.opposition import OppositionEntry
from tui_mailer.domain.patient import IdentityConfirmation, KnownPatient
from tui_mailer.domain.patient_list import PatientFilter, PatientSummary
from tui_mailer.domain.report import KeptReport, Report
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.domain.traits import PatientTraits

OnStep = Callable[[ConnectionStep], None]
OnBytes = Callable[[int], None]


class MailServer(Protocol):
    """One logged-in IMAP connection; used by one task at a time.

    Every method raises `ConnectionProblem` when the line fails and `CommandRefused` on NO or BAD.
    After a `ConnectionProblem` or a cancellation the connection is closed: make a new one.
    """

    async def list_folders(self, *, with_states: bool = False) -> Sequence[RemoteFolder]:
        """All folders, names decoded, roles by attribute, else by name.

        `with_states` asks for the state of each too, where it costs no further command.
        """
        ...

    async def create_folder(self, name: str) -> None:
        """Create a folder; one that exists already is no error."""
        ...

    async def open_folder(self, name: str) -> FolderState:
        """SELECT `name`; the methods below act on it."""
        ...

    async def open_since(
        self, name: str, since: FolderState
    ) -> tuple[FolderState, FolderChanges | None]:
        """As `open_folder`, with all that changed after `since`.

        The changes are None when the server cannot tell them: no CONDSTORE, another UIDVALIDITY,
        or a mod-sequence that went backwards.
        """
        ...

    async def folder_state(self, name: str) -> FolderState:
        """STATUS `name`: its state, without opening it."""
        ...

    async def uids(self) -> Sequence[int]:
        """All UIDs of the open folder, ascending."""
        ...

    def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        """Describe `uids` in the order given, in batches; those expunged meanwhile are left out.

        The next batch may be on its way while one is handed out: whoever opens another folder
        meanwhile opens this one again before asking for more, and whoever stops early closes the
        generator, which may close the connection.
        """
        ...

    async def flags(self, uids: Sequence[int]) -> Mapping[int, Flags]:
        """Flags of `uids` that still exist; all of the folder's when `uids` is empty."""
        ...

    async def content(self, uid: int, on_bytes: OnBytes | None = None) -> bytes | None:
        """The whole message, bytes as stored; None when it is gone. Sets no flag.

        `on_bytes` hears how many bytes are here, after each piece but the last. What it raises
        ends the fetch, and the connection goes on.
        """
        ...

    async def beginning(self, uid: int, size_bytes: int) -> bytes | None:
        """At most the first `size_bytes` of a message; None when it is gone. Sets no flag."""
        ...

    async def change_flags(self, uids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Add and remove flags on `uids` of the open folder."""
        ...

    async def move(self, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        """Move `uids` of the open folder to `folder`; old UID -> new UID where the server tells.

        UIDs that are gone are passed over. Each message is moved or left as it is; when the line
        fails, some may have been copied and still be here.
        """
        ...

    async def expunge(self, uids: Sequence[int]) -> None:
        """Remove `uids` of the open folder for good, and no other message."""
        ...

    async def expunge_marked(self, uids: Sequence[int]) -> None:
        """Remove what is marked as deleted in the open folder, where only `uids` are.

        Raises:
            CommandRefused: others are marked too; nothing was removed.
        """
        ...

    async def append(self, folder: str, content: bytes, flags: Flags, at: datetime) -> int | None:
        """Store a message in `folder`; its UID when the server tells (UIDPLUS).

        Raises:
            OverQuota: the mailbox is full.
        """
        ...

    async def find_message_id(self, message_id: str) -> Sequence[int]:
        """UIDs of the open folder whose Message-ID header is `message_id`."""
        ...

    async def find_header(self, name: str, value: str) -> Sequence[int]:
        """UIDs of the open folder, ascending, whose header `name` holds `value`, both ASCII."""
        ...

    async def search_bodies(
        self,
        text: str,
        uids: tuple[int, int],
        *,
        since: date | None = None,
        before: date | None = None,
    ) -> Sequence[int]:
        """UIDs, ascending, of messages of the open folder with `text` in their bodies.

        Case does not count, and a part of a word suffices. Looked at are the UIDs from the first
        to the last of `uids`, received since one day and before another one, both as the server's
        clock tells days.
        """
        ...

    async def wait_for_change(self, timeout_s: float) -> bool:
        """IDLE on the open folder (NOOP polling without it); True when something changed."""
        ...

    async def keep_alive(self) -> None:
        """NOOP."""
        ...

    async def close(self) -> None:
        """LOGOUT when the line still answers, then close; never raises, never lingers."""
        ...


class MailServerConnector(Protocol):
    """Opens IMAP connections."""

    async def connect(
        self, account: Account, credentials: Credentials, on_step: OnStep
    ) -> MailServer:
        """Resolve, connect, encrypt, log in.

        `on_step` hears NAME, TLS and LOGIN, each once it succeeded.

        Raises:
            ConnectionProblem: name, line, TLS or greeting.
            LoginRefused: password or token; the caller fetches a token anew once.
        """
        ...


class Submission(Protocol):
    """Hands messages over to the SMTP submission server; one connection a call."""

    async def check(self, account: Account, credentials: Credentials) -> int | None:
        """Connect, encrypt, log in, quit; the server's SIZE in bytes, None when not told."""
        ...

    async def submit(
        self,
        account: Account,
        credentials: Credentials,
        recipients: Sequence[str],
        content: bytes,
        *,
        null_sender: bool = False,
    ) -> SafeText:
        """Send to all or to none; the server's words of acceptance.

        `null_sender` asks for an empty return path, as reports have, so that no report ever
        answers a report (RFC 8098 §3); the account's address where the server wants one.

        Cancelled, it ends by `CancelledError` only when nothing was sent to anyone.

        Raises:
            RecipientsRefused: nothing was sent to anyone.
            SubmissionRefused: sender or content refused.
            DeliveryUncertain: the line failed once the server could have taken the message.
            ConnectionProblem: before that; nothing was sent.
            LoginRefused: before anything was sent.
            MessageTooLarge: above the server's SIZE; nothing was sent.
        """
        ...


class SecretSource(Protocol):
    """Where passwords and tokens come from."""

    async def credentials(
        self, account: Account, *, refused: Credentials | None = None
    ) -> Credentials | None:
        """The account's credentials; None when they must be typed.

        `refused`: what this gave, and a server refused; a token is fetched anew unless that was
        done since.

        Raises:
            SecretUnavailable: the command failed, the keyring is locked.
        """
        ...

    async def remember(self, account: Account, credentials: Credentials) -> None:
        """Keep a typed password where the account says (the keyring), or in memory only.

        Raises:
            SecretNotKept: the keyring does not take it; it is kept in memory all the same.
        """
        ...


class MessageStore(Protocol):
    """The local encrypted copy of one account; see `backend/store`.

    Each method is one transaction. Raises `StoreFull` when the disk is, `StoreDamaged` on a
    broken file.
    """

    # --- folders

    async def save_folders(self, found: Sequence[RemoteFolder]) -> None:
        """Make the folder table equal to `found`; a vanished folder goes with its messages."""
        ...

    async def rename_folder(self, folder_id: int, name: str) -> None:
        """Another client renamed it: the same messages, to be compared once."""
        ...

    async def folders(self) -> Sequence[Folder]:
        """In the order of the pane: inbox, the known roles, the others by name."""
        ...

    async def uid_validity(self, folder_id: int) -> int | None:
        """UIDVALIDITY last seen, None before the first synchronisation."""
        ...

    async def reset_folder(self, folder_id: int, uid_validity: int) -> None:
        """Forget the folder's messages and its sync point, and note the new UIDVALIDITY."""
        ...

    async def sync_point(self, folder_id: int) -> SyncPoint:
        """How far the folder's synchronisation is."""
        ...

    async def mark_synced(self, folder_id: int, state: FolderState) -> None:
        """A synchronisation has ended: the store holds everything up to `state`."""
        ...

    # --- messages

    async def known_flags(self, folder_id: int, first_uid: int = 1) -> Mapping[int, Flags]:
        """UID -> flags of the messages held of the folder, without pending changes.

        All of them, or those from `first_uid` on. Those that wait to leave the folder are among
        them: the server has them there.
        """
        ...

    async def add_messages(self, folder_id: int, messages: Sequence[RemoteMessage]) -> None:
        """Add rows; a UID already held is left as it is. Fills contacts and the text index."""
        ...

    def settle(self) -> None:
        """Much was written, and no more is coming: begin to tidy up, at nobody's cost."""
        ...

    async def apply_server_flags(self, folder_id: int, flags: Mapping[int, Flags]) -> int:
        """Take the server's flags, save where a local change waits; the number changed."""
        ...

    async def remove_messages(self, folder_id: int, uids: Sequence[int]) -> None:
        """Forget messages expunged on the server."""
        ...

    async def count(self, view: ListView) -> int:
        """Number of rows of a list."""
        ...

    async def rows(self, view: ListView, start: int, stop: int) -> Sequence[MessageSummary]:
        """Rows `start` to `stop` (excluded) of a list, newest first."""
        ...

    async def place_in(self, view: ListView, message_id: int) -> int | None:
        """The index of a row in a list, None when it is not in it."""
        ...

    async def summary(self, message_id: int) -> MessageSummary | None:
        """One row by its local id."""
        ...

    async def uid_window(self, folder_id: int, below: int, count: int) -> tuple[int, int] | None:
        """First and last UID of the `count` messages next `below` a UID; None when none is left."""
        ...

    async def held_ids(self, folder_id: int, uids: Sequence[int]) -> Sequence[int]:
        """Local ids of messages that the server has in a folder; those not held are left out."""
        ...

    async def content(self, message_id: int) -> bytes | None:
        """The whole message, None when it is not held; one that is gone, while a draft sends it on."""
        ...

    async def save_content(
        self, message_id: int, content: bytes, text: str, attachment_names: Sequence[str] = ()
    ) -> None:
        """Keep the whole message; its body as plain text and `attachment_names` are for searching."""
        ...

    # --- local changes of flags, replayed on the server

    async def change_flags(self, message_ids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Change at once and note the change for the server."""
        ...

    async def pending_flag_changes(self) -> Sequence[PendingFlags]:
        """Noted changes, oldest first."""
        ...

    async def forget_pending(self, change_ids: Sequence[int]) -> None:
        """The server has them."""
        ...

    async def refuse_pending(self, change_ids: Sequence[int]) -> None:
        """The server does not take them: show what it has, and what else still waits."""
        ...

    # --- local moves and removals, replayed on the server

    async def summaries(self, message_ids: Sequence[int]) -> Sequence[MessageSummary]:
        """Rows by their local ids, in no order; those that are gone are left out."""
        ...

    async def place(self, message_id: int) -> Place | None:
        """Where the server has a message; None when it is gone."""
        ...

    async def add_folder(self, folder: RemoteFolder) -> int:
        """A folder that is to be made on the server; its id, that of the one there is already."""
        ...

    async def move_messages(self, message_ids: Sequence[int], folder_id: int) -> None:
        """Move here at once, and note the move for the server; ids stay the same."""
        ...

    async def pending_moves(self) -> Sequence[PendingMove]:
        """Messages that stand elsewhere on the server, or may do."""
        ...

    async def try_move(
        self, message_ids: Sequence[int], folder_id: int, floor: int
    ) -> Sequence[int]:
        """From now on, until it is settled, they may be in `folder_id` from UID `floor` on.

        Those alone that the user still wants there; their ids.
        """
        ...

    async def move_not_done(self, message_ids: Sequence[int]) -> None:
        """The move in doubt has not reached the server; it still waits, if it is still wanted."""
        ...

    async def move_done(self, folder_id: int, uids: Mapping[int, int]) -> None:
        """The server has messages (local id -> UID) in `folder_id` now.

        One that the user moved on meanwhile waits to be moved from there.
        """
        ...

    async def give_back(self, message_ids: Sequence[int]) -> None:
        """Put messages back where the server has them: it refuses to move them."""
        ...

    async def forget_messages(self, message_ids: Sequence[int]) -> None:
        """Forget messages that are nowhere on the server, or whose UIDs hold no more."""
        ...

    async def expunge_messages(self, message_ids: Sequence[int]) -> None:
        """Remove here at once and for good, and note the removal for the server."""
        ...

    async def pending_expunges(self) -> Mapping[int, Sequence[int]]:
        """Folder -> UIDs to remove for good, of those whose place is known."""
        ...

    async def removals_in_doubt(self) -> Sequence[RemovalInDoubt]:
        """Removals for good of messages whose move was in doubt, by the folder it was to."""
        ...

    async def settle_removal(self, removal: RemovalInDoubt, uid: int | None) -> None:
        """It is where it was, if it is anywhere; in the other folder too under `uid`, if told."""
        ...

    async def forget_expunges(self, folder_id: int, uids: Sequence[int]) -> None:
        """The server has removed them, or will not."""
        ...

    # --- people

    async def complete_address(self, text: str, limit: int) -> Sequence[Address]:
        """Addresses seen whose label or mailbox has a word that starts with `text`."""
        ...

    async def find_patients(self, text: str, limit: int) -> Sequence[KnownPatient]:
        """Patients of this mailbox by name or matricule, last exchange first; all for ""."""
        ...

    async def patient_count(self, narrowed: PatientFilter) -> int:
        """Number of patients with whom messages were exchanged."""
        ...

    async def patient_unread_count(self) -> int:
        """Number of unread messages of all exchanges."""
        ...

    async def patient_rows(
        self, narrowed: PatientFilter, start: int, stop: int
    ) -> Sequence[PatientSummary]:
        """Rows `start` to `stop` (excluded), the patient of the newest message first."""
        ...

    async def patient_place(self, narrowed: PatientFilter, matricule: str) -> int | None:
        """The index of a patient's row, None when it is not listed."""
        ...

    async def messages_to_file(self, folder_id: int, limit: int) -> Sequence[int]:
        """Local ids of messages of a folder that patients wrote, that stay there and were not filed."""
        ...

    async def note_filed(self, message_ids: Sequence[int]) -> None:
        """They were filed, and are not to be again, in whatever row they come back."""
        ...

    async def patient_row(self, matricule: str) -> PatientSummary | None:
        """One patient's row, None when no message was exchanged."""
        ...

    # --- what the user confirmed or recorded of a patient

    async def patient_traits(self, matricule: str) -> PatientTraits | None:
        """The stored identity of a patient, None when none was confirmed."""
        ...

    async def patient_label(self, matricule: str) -> SafeText:
        """The label under which a patient was last seen, or ""."""
        ...

    async def note_opposition(self, entry: OppositionEntry) -> None:
        """Add an entry to a patient's oppositions; none is ever changed or removed."""
        ...

    async def oppositions(self, matricule: str) -> Sequence[OppositionEntry]:
        """Every entry about a patient, oldest first."""
        ...

    # --- exchanges and confirmations

    async def exchange(self, matricule: str) -> Exchange:
        """The exchange with a patient, `ExchangeState.NONE` when there is none."""
        ...

    async def patient_exchanged_with(self, message_id: str) -> str:
        """The patient with whom a message was exchanged, by its Message-ID; "" for none that is held."""
        ...

    async def save_exchange(self, exchange: Exchange) -> None:
        """Keep where an exchange stands."""
        ...

    async def record_confirmation(self, confirmation: IdentityConfirmation, author: str) -> None:
        """Journal an identity confirmation, note it on the exchange, and keep its traits.

        Traits of a label never replace those of a datamatrix.
        """
        ...

    # --- reports on messages of ours

    async def messages_to_examine(self, limit: int) -> Sequence[MessageSummary]:
        """Messages that may be reports by their headers and were not looked at, newest first."""
        ...

    async def keep_reports(self, message_id: int, reports: Sequence[Report]) -> Sequence[str]:
        """What the message `message_id` (local) reports, perhaps nothing: it was looked at.

        Of the Message-IDs that a report names, the first of a message of ours counts. Those of
        messages that we did send are given back: a report on any other is shown nowhere.
        """
        ...

    async def reports_on(self, sent_id: str) -> Sequence[KeptReport]:
        """All reports on a message of ours by its Message-ID, the gravest first."""
        ...

    async def sent_summary(self, sent_id: str) -> MessageSummary | None:
        """The row of a message of ours by its Message-ID, None while no copy is held."""
        ...

    # --- receipts asked of us

    async def is_receipt_settled(self, message_id: int) -> bool:
        """True when the receipt that a message (local id) asks for was given or refused."""
        ...

    async def settle_receipt(self, message_id: int) -> None:
        """Note that it was; a message that vanished meanwhile is no error."""
        ...

    # --- drafts

    async def save_draft(self, draft: Draft, now: datetime) -> Draft:
        """Insert or replace; the draft with its id and `updated_at`."""
        ...

    async def drafts(self) -> Sequence[Draft]:
        """All drafts, newest first."""
        ...

    async def draft(self, draft_id: int) -> Draft | None:
        """One draft."""
        ...

    async def discard_draft(self, draft_id: int) -> None:
        """Remove a draft; one that is gone is no error."""
        ...

    # --- their copies on the server

    async def draft_copies_to_do(self) -> Sequence[DraftCopy]:
        """Copies that are not yet what the drafts are: to be stored anew, or to be removed.

        The copy of a draft that was handed over stays until the message has been sent.
        """
        ...

    async def draft_copies_unseen(self) -> Sequence[DraftCopy]:
        """Copies that were stored, and of which no row of the folder of drafts is a version.

        Not those that are noted as taken.
        """
        ...

    async def drafts_taken_elsewhere(self) -> frozenset[int]:
        """Ids of the drafts whose copies are noted as taken."""
        ...

    async def draft_copy(self, key: str) -> DraftCopy | None:
        """The copy that has this key, None for one that was not made here."""
        ...

    async def note_draft_copy(self, copy: DraftCopy) -> None:
        """Keep what is known of a draft's copy."""
        ...

    async def forget_draft_copy(self, draft_id: int) -> None:
        """Nothing more is to be done about it; its key stays known, should a version turn up."""
        ...

    # --- outbox

    async def queue(self, outgoing: Outgoing, content: bytes, draft: Draft) -> Outgoing:
        """In one transaction: the message enters the outbox and its draft leaves the drafts.

        The draft is kept with the message, to take it back or to edit it after a failure.
        """
        ...

    async def outbox(self) -> Sequence[Outgoing]:
        """Every message not yet settled (all but SENT), oldest first."""
        ...

    async def outgoing(self, outgoing_id: int) -> Outgoing | None:
        """One message of the outbox, settled ones too."""
        ...

    async def outgoing_with(self, message_id: str) -> Outgoing | None:
        """The message of the outbox, settled ones too, with that Message-ID."""
        ...

    async def outgoing_content(self, outgoing_id: int) -> bytes:
        """The exact bytes to send."""
        ...

    async def set_outgoing_state(
        self,
        outgoing_id: int,
        expected: Sequence[OutgoingState],
        state: OutgoingState,
        *,
        explanation: str = "",
        server_words: SafeText = SafeText(""),
        due_at: datetime | None = None,
    ) -> bool:
        """Move to `state` if the present one is among `expected`; False otherwise.

        Entering SENDING counts an attempt. `due_at` replaces the time when given.
        """
        ...

    async def take_back(self, outgoing_id: int, expected: Sequence[OutgoingState]) -> Draft | None:
        """In one transaction: out of the outbox, back among the drafts; None if not `expected`."""
        ...

    async def close(self) -> None:
        """Close the file and let another instance open it."""
        ...


class Journal(Protocol):
    """Where the lines of the journal are kept, only ever added to; see `domain.journal`.

    Raises what a `MessageStore` raises.
    """

    async def add_to_journal(self, entries: Sequence[JournalEntry]) -> None:
        """Add lines at the end of the chain, all or none."""
        ...

    async def cut_journal(self, entry: JournalEntry, before: str) -> int:
        """Take out the lines before the first one that is no older than `before`, and record it.

        The number taken out. `entry` is the line that records it, its detail still to be filled;
        it is not written when there is nothing to take out.
        """
        ...

    async def journal_ends(self) -> ChainEnds:
        """Between which places the lines must stand."""
        ...

    async def journal_slice(self, after: int, limit: int) -> Sequence[JournalLine]:
        """At most `limit` lines whose number is above `after`, in the order of the chain."""
        ...

    async def journal_count(self, chosen: JournalFilter) -> int:
        """Number of lines that `chosen` lists."""
        ...

    async def journal_rows(
        self, chosen: JournalFilter, start: int, stop: int
    ) -> Sequence[JournalLine]:
        """Lines `start` to `stop` (excluded), newest first."""
        ...

    async def traces(self, folder: str, uids: Sequence[int]) -> Mapping[int, MessageTrace]:
        """How the journal names messages that the server has in `folder`; those known here.

        Messages that were moved or removed here, and wait to be on the server, are among them.
        """
        ...


class AccountStore(MessageStore, Journal, Protocol):
    """All that is kept of one account, in one file."""


class Calls(Protocol):
    """Carries what the practice's software asks to the program that is already open."""

    async def listen(self, account: Account, on_call: Callable[[WriteCall], None]) -> None:
        """Hear the calls for `account`, until cancelled.

        Returns at once where that cannot be. Whoever listens holds the account's store: one
        program at a time.
        """
        ...

    async def hand_over(self, account: Account, call: WriteCall) -> bool:
        """True once the open program has taken the call; False when there is none that answers."""
        ...


class Files(Protocol):
    """The user's own files: what is attached, and where attachments are saved. Blocking."""

    def describe(self, path: Path) -> FileAttachment:
        """Name, type and size of a file to attach.

        Raises:
            AttachmentUnreadable: absent, not a file, or not readable.
        """
        ...

    def read(self, path: Path, stamp: str = "") -> bytes:
        """The file's bytes.

        Raises:
            AttachmentUnreadable: it vanished or may not be read.
            AttachmentChanged: `stamp`, when given, is that of another content.
        """
        ...

    def save(self, directory: Path, name: str, content: bytes) -> Path:
        """Write inside `directory` under a safe form of `name`; never overwrites.

        Raises:
            AttachmentNotSaved: no such directory, no right to write, or no room.
        """
        ...


class AccountBook(Protocol):
    """The accounts of the settings file. Blocking."""

    def accounts(self) -> Sequence[Account]:
        """All accounts, the usual one first.

        Raises:
            SettingsInvalid: a line cannot be used.
        """
        ...

    def save(self, account: Account) -> None:
        """Add the account, or replace the one with its address.

        Raises:
            SettingsInvalid: the file cannot be used any more, and is left as it is.
            SettingsNotSaved: no right or no room; the file is as it was.
        """
        ...


class MessageStoreOpener(Protocol):
    """Opens the store of an account, or makes it."""

    def exists(self, account: Account) -> bool:
        """True when this account has a store on this machine."""
        ...

    async def open(
        self, account: Account, passphrase: str, *, proof: Awaitable[None] | None = None
    ) -> AccountStore:
        """Open, or make anew when there is none.

        Args:
            account: whose store it is.
            passphrase: what opens it.
            proof: what is waited for before anything is written; what it raises is raised.

        Raises:
            WrongPassphrase: it does not open this store.
            StoreDamaged: no store of ours, or broken.
            StoreInUse: another instance holds it.
            StoreFull: no room.
        """
        ...

    async def change_passphrase(self, account: Account, old: str, new: str) -> None:
        """Wrap the content key anew; the content is not rewritten.

        Raises:
            WrongPassphrase: `old` does not open the store.
        """
        ...
