"""The journal, as it is kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tui_mailer.domain.journal import (
    ChainEnds,
    JournalEntry,
    JournalFilter,
    JournalLine,
    MessageTrace,
)


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

    async def newest_mail_at(self) -> datetime | None:
        """When the server took in the newest message that is held; None without any.

        Not of those that this machine puts there with its own time: drafts, copies of what was sent.
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
