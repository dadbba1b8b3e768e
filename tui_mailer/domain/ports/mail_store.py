"""What is held of the mailbox, and what was done to it here that the server does not know yet."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tui_mailer.domain.action import PendingMove, Place, RemovalInDoubt
from tui_mailer.domain.folder import (
    Folder,
    FolderState,
    RemoteFolder,
    SyncPoint,
)
from tui_mailer.domain.message import Flags, ListView, MessageSummary, PendingFlags, RemoteMessage


class FolderStore(Protocol):
    """Folders, and how far each is synchronised."""

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


class HeldMessages(Protocol):
    """Messages: their rows, and the content of some."""

    async def known_flags(self, folder_id: int, first_uid: int = 1) -> Mapping[int, Flags]:
        """UID -> flags of the messages held of the folder, without pending changes.

        All of them, or those from `first_uid` on. Those that wait to leave the folder are among
        them: the server has them there.
        """
        ...

    async def add_messages(
        self, folder_id: int, messages: Sequence[RemoteMessage], *, more_follow: bool = False
    ) -> None:
        """Add rows; a UID already held is left as it is. Fills contacts and the text index.

        Where `more_follow` at once, the store may wait for them and write them together.
        """
        ...

    def settle(self, at_end: Callable[[], None]) -> None:
        """Much was written, and no more is coming: begin to tidy up, at nobody's cost.

        `at_end` is called once it is done: names of those who wrote may be known that were not.
        """
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


class FlagStore(Protocol):
    """Local changes of flags, replayed on the server."""

    async def change_flags(self, message_ids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Change at once and note the change for the server."""
        ...

    async def pending_flag_changes(self) -> Sequence[PendingFlags]:
        """Noted changes, oldest first, of messages whose place is known."""
        ...

    async def forget_pending(self, change_ids: Sequence[int]) -> None:
        """The server has them."""
        ...

    async def refuse_pending(self, change_ids: Sequence[int]) -> None:
        """The server does not take them: show what it has, and what else still waits."""
        ...


class MoveStore(Protocol):
    """Local moves and removals, replayed on the server."""

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
