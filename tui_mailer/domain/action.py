"""What the user does to messages: here at once, on the server as soon as it can be.

The store holds what the user wants and, beside it, where the server still has each message; the
difference is what is left to do. So no order can be wrong, a wish that was taken back costs the
server nothing, and doing a step twice is doing it once.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tui_mailer.domain.safe_text import SafeText


class ActionKind(Enum):
    """What was done, for the words that say so."""

    READ = "read"
    UNREAD = "unread"
    FLAG = "flag"
    UNFLAG = "unflag"
    MOVE = "move"
    ARCHIVE = "archive"
    DELETE = "delete"
    EXPUNGE = "expunge"


@dataclass(frozen=True, slots=True)
class Action:
    """Something done to messages.

    Attributes:
        number: from 1, in the order they were done.
        count: messages that it changed.
        folder: label of the folder they went to, or "".
        done_at: seconds on the clock that `time.monotonic` reads.
        message_ids: local ids of the messages that it changed.
    """

    number: int
    kind: ActionKind
    count: int
    folder: SafeText
    done_at: float
    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server has a message."""

    folder_id: int
    uid: int


@dataclass(frozen=True, slots=True)
class PendingMove:
    """A message that stands in folder `target_id` here, and at `place` on the server.

    Attributes:
        tried_id: the folder that it may already be in, since the line was lost while it was moved
            there; 0 when no move is in doubt.
        floor: it has no UID below this one there.
    """

    message_id: int
    place: Place
    target_id: int
    tried_id: int = 0
    floor: int = 0


@dataclass(frozen=True, slots=True)
class RemovalInDoubt:
    """A message removed for good here while its move was in doubt; see `PendingMove`.

    Attributes:
        message_id: with `size_bytes` and `shown_at`, how it is known where it turns up.
    """

    place: Place
    tried_id: int
    floor: int
    message_id: str
    size_bytes: int
    shown_at: datetime
