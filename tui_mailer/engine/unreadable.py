"""Messages that the server cannot describe, as when their file is damaged there.

Some servers refuse the whole command for one of them, some end the connection: asked for in batches,
one hides all others, today's too. After that the messages are asked for one by one, the one that it
stopped at last of all; stopped at again, it is left out for some time, and that is said.

::

    batch ──lost, again──▶ one by one ──refused or lost there──▶ last, alone ──again──▶ left out
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from math import inf
from operator import attrgetter
from typing import Final

from tui_mailer.domain.errors import CommandRefused, ConnectionProblem
from tui_mailer.domain.events import ProblemMet
from tui_mailer.domain.folder import Folder
from tui_mailer.domain.message import RemoteMessage
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.line import Line

Batch = Sequence[RemoteMessage]

_UID: Final = attrgetter("uid")

# A line may be lost by chance: not before the same first batch was in vain as often.
_LOSSES: Final = 2
_ONE_BY_ONE: Final = 50
_MOST_STRIKES: Final = 2
# So many and no other answer: the server describes nothing now, and is not to be asked further.
_REFUSED_AT_ONCE: Final = 10
_LEFT_OUT_S: Final = 1_800.0
# A server that refuses may be busy: asked twice in a second, it says the same.
REFUSALS_APART_S: Final = 30.0


class MessageUnreadable(CommandRefused):
    """`subject`: the label of its folder."""

    what = "Le serveur ne parvient pas à lire un message de ce dossier"
    meaning = "Ce message manque dans la liste ; tous les autres y sont."
    advice = "Prévenez votre opérateur : il peut le réparer. Il sera redemandé dans une demi-heure."


@dataclass(slots=True)
class _Trouble:
    """What was met in one folder.

    Attributes:
        uid_validity: the numbering that the UIDs are of.
        losses: lines lost in a row before anything came.
        careful_count: so many are asked for one by one.
        strikes: by UID, how often the server stopped at it alone.
        refused_at: by UID, when it last refused it alone.
        left_out: by UID, until when.
        told: UIDs that the user knows of.
        passing: a refusal that may be another answer the next time.
    """

    uid_validity: int
    losses: int = 0
    careful_count: int = 0
    strikes: dict[int, int] = field(default_factory=dict)
    refused_at: dict[int, float] = field(default_factory=dict)
    left_out: dict[int, float] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    passing: CommandRefused | None = None

    def lost_at_once(self) -> None:
        """The line was lost before any batch came."""
        self.losses += 1
        if self.losses >= _LOSSES:
            self.careful_count = _ONE_BY_ONE

    def go_on(self) -> None:
        """Something came: what was lost was no fault of the next messages."""
        self.losses = self.careful_count = 0

    def is_readable(self, uid: int) -> None:
        """It came after all."""
        self.strikes.pop(uid, None)
        self.told.discard(uid)


class Unreadable:
    """Describes messages, with those left out that the server cannot."""

    def __init__(self, announce: Announcer, now_s: Callable[[], float]) -> None:
        self._announce = announce
        self._now_s = now_s
        self._troubles: dict[int, _Trouble] = {}

    async def messages(
        self, line: Line, folder: Folder, uid_validity: int, uids: Sequence[int]
    ) -> AsyncGenerator[Batch, None]:
        """As `MailServer.messages`, on `folder`, which is open.

        Raises:
            CommandRefused: the server describes none at all, or refused some that it may describe
                the next time; all others were given.
        """
        trouble = self._troubles.get(folder.id)
        if trouble is None or trouble.uid_validity != uid_validity:
            trouble = self._troubles[folder.id] = _Trouble(uid_validity)
        trouble.passing = None
        usual, doubtful = self._sorted(trouble, uids)
        careful, usual = usual[: trouble.careful_count], usual[trouble.careful_count :]
        steps = (
            self._one_by_one(line, folder, trouble, careful),
            self._in_batches(line, folder, trouble, usual),
            self._one_by_one(line, folder, trouble, doubtful),
        )
        for step in steps:
            async with aclosing(step) as batches:
                async for batch in batches:
                    yield batch
        if trouble.passing is not None:
            raise trouble.passing

    def _sorted(
        self, trouble: _Trouble, uids: Sequence[int]
    ) -> tuple[Sequence[int], Sequence[int]]:
        """What is asked for as usual, and what last and alone; the rest is left out."""
        if not trouble.strikes:  # lists of 100,000 take their time
            return uids, ()
        left_out = {uid for uid, until_s in trouble.left_out.items() if until_s > self._now_s()}
        return (
            [uid for uid in uids if uid not in trouble.strikes],
            [uid for uid in uids if uid in trouble.strikes and uid not in left_out],
        )

    async def _in_batches(
        self, line: Line, folder: Folder, trouble: _Trouble, uids: Sequence[int]
    ) -> AsyncGenerator[Batch, None]:
        while uids:
            seen = set[int]()
            try:
                async with aclosing(line.server.messages(uids)) as batches:
                    async for batch in batches:
                        trouble.go_on()
                        seen.update(map(_UID, batch))
                        yield batch
                return
            except ConnectionProblem:
                if not seen:
                    trouble.lost_at_once()
                raise
            except CommandRefused:
                left = [uid for uid in uids if uid not in seen]
                some, uids = left[:_ONE_BY_ONE], left[_ONE_BY_ONE:]
            async with aclosing(self._one_by_one(line, folder, trouble, some)) as alone:
                async for batch in alone:
                    yield batch

    async def _one_by_one(
        self, line: Line, folder: Folder, trouble: _Trouble, uids: Sequence[int]
    ) -> AsyncGenerator[Batch, None]:
        refused: dict[int, CommandRefused] = {}
        is_any_read = False
        for uid in uids:
            if len(refused) >= _REFUSED_AT_ONCE and not is_any_read:
                break
            try:
                async with aclosing(line.server.messages([uid])) as batches:
                    found = [message async for batch in batches for message in batch]
            except ConnectionProblem:
                self._strike(folder, trouble, uid, "")
                raise
            except CommandRefused as error:
                refused[uid] = error
                continue
            is_any_read = True
            trouble.is_readable(uid)
            yield found
        if not is_any_read and len(refused) > 1 and trouble.strikes.keys().isdisjoint(uids):
            raise refused[uids[0]]  # no fault of the messages
        for uid, refusal in refused.items():
            self._refused(folder, trouble, uid, refusal)

    def _refused(
        self, folder: Folder, trouble: _Trouble, uid: int, refusal: CommandRefused
    ) -> None:
        now_s = self._now_s()
        if now_s - trouble.refused_at.get(uid, -inf) >= REFUSALS_APART_S:
            trouble.refused_at[uid] = now_s
            self._strike(folder, trouble, uid, refusal.server_words)
        if trouble.strikes.get(uid, 0) < _MOST_STRIKES:
            trouble.passing = refusal

    def _strike(self, folder: Folder, trouble: _Trouble, uid: int, words: str) -> None:
        trouble.strikes[uid] = trouble.strikes.get(uid, 0) + 1
        if trouble.strikes[uid] < _MOST_STRIKES:
            return
        trouble.left_out[uid] = self._now_s() + _LEFT_OUT_S
        if uid not in trouble.told:
            trouble.told.add(uid)
            self._announce(ProblemMet(MessageUnreadable(words, subject=folder.label)))
