"""What the user does to messages, one or many: at once here, and taken back in one step.

`engine.replay` brings it to the server. Taking back is one more action, in the other direction: it
is the same before and after the server has the first one.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tui_mailer.domain.action import Action, ActionKind
from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.events import FoldersChanged, MessagesChanged
from tui_mailer.domain.folder import Folder, FolderRole
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.new_folder import folder_to_make
from tui_mailer.engine.replay import Replay

MOST_UNDONE: Final = 20
_FOLDERS_TO_MAKE: Final = {FolderRole.ARCHIVE: "Archives", FolderRole.TRASH: "Corbeille"}
_MARKS: Final = {
    ActionKind.READ: (Flags.SEEN, Flags.NONE),
    ActionKind.UNREAD: (Flags.NONE, Flags.SEEN),
    ActionKind.FLAG: (Flags.FLAGGED, Flags.NONE),
    ActionKind.UNFLAG: (Flags.NONE, Flags.FLAGGED),
}


class CannotTakeBack(InvalidInput):
    """The folder that messages came from is gone."""

    what = "Cette action ne peut plus être annulée."
    meaning = "Le dossier d’origine n’existe plus ; les messages restent où ils sont."
    advice = "Déplacez-les dans le dossier de votre choix."


class RemovedSince(CannotTakeBack):
    """The messages are gone from here, or are others to the server: it may have them elsewhere."""

    meaning = (
        "Les messages ont été supprimés définitivement depuis, déplacés depuis un autre poste, "
        "ou leur dossier a été refait."
    )
    advice = "Cherchez-les (touche /) ; s’ils ont été supprimés, demandez qu’on vous les renvoie."


@dataclass(frozen=True, slots=True)
class _Done:
    """An action, and its messages as they were before."""

    action: Action
    before: Sequence[MessageSummary]


class Actions:
    """Does and takes back."""

    def __init__(self, store: MessageStore, replay: Replay, announce: Announcer) -> None:
        self._store = store
        self._replay = replay
        self._announce = announce
        self._done: deque[_Done] = deque(maxlen=MOST_UNDONE)
        self._number = 0

    @property
    def last(self) -> Action | None:
        """What `undo` would take back."""
        return self._done[-1].action if self._done else None

    # --- doing; each gives None when there was nothing to do

    async def mark(self, message_ids: Sequence[int], kind: ActionKind) -> Action | None:
        """Mark as read, unread, flagged or not flagged."""
        add, remove = _MARKS[kind]
        found = await self._store.summaries(message_ids)
        # Made once: an operation on flags is slow, and these may be as many as a folder holds.
        changed = {f for f in {row.flags for row in found} if (f | add) & ~remove != f}
        rows = [row for row in found if row.flags in changed]
        if not rows:
            return None
        await self._store.change_flags([row.id for row in rows], add, remove)
        self._went_on(row.folder_id for row in rows)
        return self._note(kind, rows)

    async def move(self, message_ids: Sequence[int], folder_id: int) -> Action | None:
        """Move to a folder."""
        folder = await self._folder(folder_id)
        return None if folder is None else await self._move(message_ids, folder, ActionKind.MOVE)

    async def archive(self, message_ids: Sequence[int]) -> Action | None:
        """Move to the archive, which is made when there is none."""
        folder = await self._folder_for(FolderRole.ARCHIVE)
        return await self._move(message_ids, folder, ActionKind.ARCHIVE)

    async def delete(self, message_ids: Sequence[int]) -> Action | None:
        """Move to the trash; what is there already stays there."""
        folder = await self._folder_for(FolderRole.TRASH)
        return await self._move(message_ids, folder, ActionKind.DELETE)

    async def in_trash(self, message_ids: Sequence[int]) -> Sequence[int]:
        """Those of `message_ids` that are in the trash: they alone can be removed for good."""
        trash = {f.id for f in await self._store.folders() if f.role is FolderRole.TRASH}
        rows = await self._store.summaries(message_ids)
        return [row.id for row in rows if row.folder_id in trash]

    async def expunge(self, message_ids: Sequence[int]) -> Action | None:
        """Remove for good those of `message_ids` that are in the trash; nothing takes it back."""
        rows = await self._store.summaries(await self.in_trash(message_ids))
        if not rows:
            return None
        await self._store.expunge_messages([row.id for row in rows])
        self._went_on(row.folder_id for row in rows)
        return self._action(ActionKind.EXPUNGE, len(rows))

    async def _move(
        self, message_ids: Sequence[int], folder: Folder, kind: ActionKind
    ) -> Action | None:
        found = await self._store.summaries(message_ids)
        rows = [row for row in found if row.folder_id != folder.id]
        if not rows:
            return None
        await self._store.move_messages([row.id for row in rows], folder.id)
        self._went_on([folder.id, *(row.folder_id for row in rows)])
        return self._note(kind, rows, folder.label)

    # --- taking back

    async def undo(self) -> Action | None:
        """Take back the last action; what of it was, or None when there is none.

        Raises:
            CannotTakeBack: the folder that the messages came from is gone, or they are.
        """
        if not self._done:
            return None
        done = self._done.pop()
        # Some may have been removed for good since.
        now = await self._store.summaries(done.action.message_ids)
        if not now:
            raise RemovedSince
        if done.action.kind in _MARKS:
            await self._mark_back(done, now)
        else:
            await self._move_back(done, now)
        return replace(done.action, count=len(now), message_ids=tuple(row.id for row in now))

    async def _mark_back(self, done: _Done, now: Sequence[MessageSummary]) -> None:
        add, remove = _MARKS[done.action.kind]
        # Every message was changed, else it would not be among them.
        await self._store.change_flags([row.id for row in now], remove, add)
        self._went_on(row.folder_id for row in now)

    async def _move_back(self, done: _Done, now: Sequence[MessageSummary]) -> None:
        origins: dict[int, list[int]] = {}
        for row in done.before:
            origins.setdefault(row.folder_id, []).append(row.id)
        known = {folder.id for folder in await self._store.folders()}
        if not known.issuperset(origins):
            raise CannotTakeBack
        for folder_id, message_ids in origins.items():
            await self._store.move_messages(message_ids, folder_id)
        self._went_on([*origins, *(row.folder_id for row in now)])

    # --- common to all

    async def _folder(self, folder_id: int) -> Folder | None:
        return next((f for f in await self._store.folders() if f.id == folder_id), None)

    async def _folder_for(self, role: FolderRole) -> Folder:
        """The folder of a role, made here at once; the server is told before it is used there."""
        folders = await self._store.folders()
        for folder in folders:
            if folder.role is role and folder.selectable:
                return folder
        remote = folder_to_make(folders, _FOLDERS_TO_MAKE[role], role)
        await self._store.add_folder(remote)
        made = next(f for f in await self._store.folders() if f.name == remote.name)
        self._announce(FoldersChanged())
        return made

    def _went_on(self, folder_ids: Iterable[int]) -> None:
        for folder_id in dict.fromkeys(folder_ids):
            self._announce(MessagesChanged(folder_id))
        self._announce(FoldersChanged())
        self._replay.soon()

    def _note(
        self, kind: ActionKind, before: Sequence[MessageSummary], folder: SafeText | None = None
    ) -> Action:
        ids = tuple(row.id for row in before)
        action = replace(self._action(kind, len(before), folder), message_ids=ids)
        self._done.append(_Done(action, before))
        return action

    def _action(self, kind: ActionKind, count: int, folder: SafeText | None = None) -> Action:
        self._number += 1
        return Action(self._number, kind, count, folder or safe_line(""), time.monotonic())
