"""Acting on the messages of the mailbox: which ones, what is said, where the cursor goes."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tui_mailer.domain.action import Action, ActionKind
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.ui.clock import local_now
from tui_mailer.ui.presenters.actions import done_words, marked_words, newer_words, undone_words
from tui_mailer.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

_SHOWN_S: Final = 10.0
_STAYING: Final = frozenset(
    {ActionKind.READ, ActionKind.UNREAD, ActionKind.FLAG, ActionKind.UNFLAG}
)


class MailboxActions:
    """What the commands that change messages share."""

    def __init__(self, screen: "MailboxScreen") -> None:
        self._screen = screen
        self._shown_count = 0
        self._is_said = False

    # --- which messages

    @property
    def chosen(self) -> Mapping[int, int]:
        """Local id -> folder of the ticked messages, else of the one read or under the cursor."""
        screen = self._screen
        if screen.stage == "list" and screen.list.marked:
            return screen.list.marked
        target = screen.target
        return {} if target is None else {target.id: target.folder_id}

    @property
    def ids(self) -> Sequence[int]:
        """Local ids of `chosen`."""
        return tuple(self.chosen)

    @property
    def all_in_trash(self) -> bool:
        """True when deleting would be for good."""
        trash = self._screen.folders.with_role(FolderRole.TRASH)
        return bool(self.chosen) and all(folder in trash for folder in self.chosen.values())

    def tell_marked(self) -> None:
        """Say how many are ticked."""
        count = len(self._screen.list.marked)
        self._say(marked_words(count) if count else None)
        self._screen.refresh_bindings()

    # --- afterwards

    async def went_on(self, action: Action | None, ids: Sequence[int]) -> None:
        """Something was done to `ids`: say so, and go on to the next message."""
        screen = self._screen
        if action is None:
            return
        if action.kind in _STAYING:
            await screen.list.reload()
        else:
            following = screen.list.following(frozenset(ids))
            screen.list.unmark(ids)
            await screen.list.reload()
            if following is not None:
                screen.list.select(following)
            if screen.opened is not None and screen.opened.id in ids:
                screen.opened = None
                screen.stage = "list"
        self._say(done_words(action))

    async def undo(self) -> None:
        """Take back the last action."""
        action = await self._screen.engine.actions.undo()
        if action is not None:
            await self._screen.list.reload()
            self._screen.list.select(action.message_ids[0])
            self._say(undone_words(action))

    @property
    def is_last(self) -> bool:
        """True when the last thing that can be taken back is an action, not a message sent."""
        action = self._screen.engine.actions.last
        outgoing = self._screen.may_take_back
        if action is None or outgoing is None:
            return action is not None
        delay = timedelta(seconds=self._screen.engine.options.undo_send_s)
        sent_ago = local_now() - (outgoing.due_at - delay)
        return time.monotonic() - action.done_at < sent_ago.total_seconds()

    def tell(self, words: SafeText) -> None:
        """Say what was done, for a while."""
        self._say(words)

    def tell_above(self) -> None:
        """Say what came in above the page, or say it no more, unless something else is said."""
        if not self._is_said:
            self._screen.query_one(StatusLine).show_done(self._lasting())

    def _lasting(self) -> SafeText | None:
        """What is said for as long as it is so; the cursor stays on its message, whatever comes."""
        screen = self._screen
        if screen.list.marked:
            return marked_words(len(screen.list.marked))
        if screen.list.unseen_above and not screen.exchanges.are_listed:
            return newer_words(screen.list.unseen_above)
        return None

    def _say(self, words: SafeText | None) -> None:
        """Words that leave by themselves."""
        status = self._screen.query_one(StatusLine)
        status.show_done(words)
        self._shown_count += 1
        self._is_said = words is not None
        if words is not None:
            number = self._shown_count
            self._screen.set_timer(_SHOWN_S, lambda: self._fade(number))

    def _fade(self, number: int) -> None:
        if number == self._shown_count:
            self._is_said = False
            self.tell_above()
