"""What the engine announces, in the past tense.

An event says what changed, not its content: whoever shows it asks the store again.
"""

from dataclasses import dataclass
from enum import Enum

from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.errors import MailerError


class Connectivity(Enum):
    """The one state of the line, as the status bar says it."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    SYNCING = "syncing"
    PAUSED = "paused"
    ONLINE = "online"
    REFUSED = "refused"


class ConnectionStep(Enum):
    """Steps of a login, in order; each is ticked as it succeeds."""

    NAME = "nom du serveur"
    TLS = "connexion chiffrée"
    LOGIN = "identification"
    FOLDERS = "dossiers"
    SUBMISSION = "serveur d’envoi"


@dataclass(frozen=True, slots=True)
class StepPassed:
    """A step of the connection succeeded."""

    step: ConnectionStep


@dataclass(frozen=True, slots=True)
class ConnectivityChanged:
    """The line changed; `error` says why when it is for the worse."""

    state: Connectivity
    error: MailerError | None = None


@dataclass(frozen=True, slots=True)
class WriteAsked:
    """The practice's software asked to write to a patient."""

    call: WriteCall


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """The folder tree, or a count in it, changed."""


@dataclass(frozen=True, slots=True)
class MessagesChanged:
    """Rows of one folder changed, and with them every view that holds it."""

    folder_id: int
    arrived_count: int = 0


@dataclass(frozen=True, slots=True)
class SyncAdvanced:
    """A first synchronisation got further: `done` of `total` messages of one folder."""

    folder_id: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class BodyAdvanced:
    """More of a large message is here; nothing of it is stored yet."""

    message_id: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class BodyArrived:
    """The whole message `message_id` (local) is in the store."""

    message_id: int


@dataclass(frozen=True, slots=True)
class BodyRefused:
    """The whole message could not be fetched."""

    message_id: int
    error: MailerError


@dataclass(frozen=True, slots=True)
class ServerSearchAdvanced:
    """The server's part of a search began, found more, or ended."""


@dataclass(frozen=True, slots=True)
class OutgoingChanged:
    """A message of the outbox changed state; `error` says why for failed and uncertain."""

    outgoing_id: int
    state: OutgoingState
    error: MailerError | None = None


@dataclass(frozen=True, slots=True)
class FateLearnt:
    """Something was reported about the message of ours `sent_id` (Message-ID).

    `error` says what to do when it did not reach somebody and nobody has seen the report yet.
    """

    sent_id: str
    error: MailerError | None = None


@dataclass(frozen=True, slots=True)
class DraftSaved:
    """A draft is on disk."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class DraftStored:
    """A draft is in the server's folder of drafts too."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class DraftTaken:
    """The copy of a draft left the server's folder of drafts, and not by our doing."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class DraftDiscarded:
    """A draft was thrown away."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class DraftNotSaved:
    """A draft could not be written; it is tried again."""

    error: MailerError


@dataclass(frozen=True, slots=True)
class ActionNotDone:
    """The server did not do to `count` messages what was done here; `error` says what became of them."""

    count: int
    error: MailerError


@dataclass(frozen=True, slots=True)
class ProblemMet:
    """Something that the user is to know, and that no line or message has a part in."""

    error: MailerError


Event = (
    StepPassed
    | ConnectivityChanged
    | FoldersChanged
    | MessagesChanged
    | SyncAdvanced
    | BodyAdvanced
    | BodyArrived
    | BodyRefused
    | ServerSearchAdvanced
    | OutgoingChanged
    | FateLearnt
    | DraftSaved
    | DraftStored
    | DraftTaken
    | DraftDiscarded
    | DraftNotSaved
    | ActionNotDone
    | ProblemMet
    | WriteAsked
)
