"""What the user writes: drafts, their copies on the server, messages that leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tui_mailer.domain.draft import (
    Draft,
    DraftCopy,
    Outgoing,
    OutgoingState,
)
from tui_mailer.domain.safe_text import SafeText


class DraftStore(Protocol):
    """Drafts."""

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


class DraftCopyStore(Protocol):
    """Copies of drafts on the server."""

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

    async def draft_copy_replacing(self, mark: str) -> DraftCopy | None:
        """The copy that is to take the place of another machine's, whose mark this is, or None."""
        ...

    async def draft_copy_of_outgoing(self, outgoing_id: int) -> DraftCopy | None:
        """What was stored of the draft that a message of the outbox was; None when nothing was."""
        ...

    async def note_draft_copy(self, copy: DraftCopy) -> None:
        """Keep what is known of a draft's copy."""
        ...

    async def forget_draft_copy(self, draft_id: int) -> None:
        """Nothing more is to be done about it; its key stays known, should a version turn up."""
        ...


class OutboxStore(Protocol):
    """Messages that leave or have left."""

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
        """The exact bytes to send; they are kept until the message is SENT."""
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
