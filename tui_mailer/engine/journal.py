"""Keeping the journal: lines are noted at once and written in batches, in their order.

Noting never waits and never fails. A line is on disk some milliseconds after it was noted; those
of a burst are written together, at most `_PAUSE_S` later. While the disk is full they wait.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tui_mailer.domain.errors import StoreProblem
from tui_mailer.domain.journal import (
    ChainCheck,
    ChainReport,
    Deed,
    JournalEntry,
    JournalFilter,
    JournalLine,
    MessageTrace,
    journal_time,
)
from tui_mailer.domain.ports import Journal
from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.engine.waiting import happens_within

_PAUSE_S: Final = 0.2
_RETRY_S: Final = 5.0
_DAY_S: Final = 86_400.0
_BATCH: Final = 500
_LONGEST_MONTH: Final = timedelta(days=31)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Author:
    """Whose deeds are noted: a mailbox's address, and who is logged in to the machine."""

    account: str
    system_user: str


class JournalKeeper:
    """The journal of one open mailbox; `close` before its store is closed."""

    def __init__(self, journal: Journal, author: Author, now: Callable[[], datetime]) -> None:
        self._journal = journal
        self._author = author
        self._now = now
        self._noted: list[JournalEntry] = []
        self._writing: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._file_is_used = asyncio.Lock()
        self._chain_is_used = asyncio.Lock()

    # --- noting

    def note(
        self,
        deed: Deed,
        *,
        folder: str = "",
        uid: int = 0,
        trace: MessageTrace = MessageTrace(),  # noqa: B008  (frozen)
        detail: str = "",
        answer: str = "",
    ) -> None:
        """Note what was done, on which message, and what the server answered."""
        self._noted.append(
            self._entry(deed, folder=folder, uid=uid, trace=trace, detail=detail, answer=answer)
        )
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    def _entry(
        self,
        deed: Deed,
        *,
        folder: str = "",
        uid: int = 0,
        trace: MessageTrace = MessageTrace(),  # noqa: B008  (frozen)
        detail: str = "",
        answer: str = "",
    ) -> JournalEntry:
        return JournalEntry(
            at=journal_time(self._now()),
            account=safe_line(self._author.account),
            system_user=safe_line(self._author.system_user),
            deed=safe_line(deed.value),
            folder=safe_line(folder),
            uid=uid,
            message_id=safe_line(trace.message_id),
            patient=safe_line(trace.patient),
            detail=_one_line(detail),
            answer=_one_line(answer),
        )

    async def _write(self) -> None:
        while self._noted:
            pause_s = _PAUSE_S
            try:
                await self._write_batch()
            except Exception as fault:  # noqa: BLE001  (whatever it is, the mail goes on)
                _log.error("the journal was not written: %s", type(fault).__name__)
                pause_s = _RETRY_S
            if await happens_within(self._closing, pause_s):
                return

    async def _write_batch(self) -> None:
        # One at a time: what is noted while `flush` writes starts a writer of its own.
        async with self._file_is_used:
            if batch := self._noted[:_BATCH]:
                await self._journal.add_to_journal(batch)
                del self._noted[: len(batch)]

    async def flush(self) -> None:
        """Have all that was noted on disk.

        Raises:
            StoreProblem: it is not.
        """
        self._closing.set()
        if self._writing is not None:
            await asyncio.wait([self._writing])
        self._closing.clear()
        while self._noted:
            await self._write_batch()

    # --- which message

    async def traces(self, folder: str, uids: Sequence[int]) -> Mapping[int, MessageTrace]:
        """How messages on the server are named; none when the store cannot tell now."""
        try:
            return await self._journal.traces(folder, uids)
        except StoreProblem:
            return {}

    # --- reading

    async def count(self, chosen: JournalFilter) -> int:
        """Number of lines that `chosen` lists."""
        return await self._journal.journal_count(chosen)

    async def rows(self, chosen: JournalFilter, start: int, stop: int) -> Sequence[JournalLine]:
        """Lines `start` to `stop` (excluded), newest first."""
        return await self._journal.journal_rows(chosen, start, stop)

    async def check(
        self, each: Callable[[Sequence[JournalLine]], None] = lambda _lines: None
    ) -> ChainReport:
        """Follow the whole chain as it stands now, off the event loop; `each` gets its lines.

        Raises:
            StoreProblem: the file cannot be read.
        """
        async with self._chain_is_used:
            ends = await self._journal.journal_ends()
            check, number = ChainCheck(ends), ends.before.number
            while lines := await self._journal.journal_slice(number, _BATCH):
                # Lines written since belong to the next look.
                lines = [line for line in lines if line.number <= ends.last.number]
                if not lines:
                    break
                await asyncio.to_thread(check.take, lines)
                each(lines)
                number = lines[-1].number
            return check.finish()

    # --- retention

    async def keep_short(self, months: int) -> None:
        """Take out old lines now and every day, until cancelled."""
        while True:
            await self.cut(months)
            await asyncio.sleep(_DAY_S)

    async def cut(self, months: int) -> int:
        """Take out what is older than `months`; the number of lines taken out.

        A clock that is wrong today must not empty the journal. It is not believed when it shows
        more than the newest line written before, which a wrong clock may have written too; nor more
        than the newest mail, whose time is the server's.

        Raises:
            StoreProblem: nothing was taken out.
        """
        newest = await self._journal.journal_rows(JournalFilter(), 0, 1)
        if not newest:
            return 0
        times = [newest[0].entry.at, journal_time(self._now())]
        if (received := await self._journal.newest_mail_at()) is not None:
            times.append(journal_time(received))
        before = _earlier(min(times), months)
        async with self._chain_is_used:
            return await self._journal.cut_journal(self._entry(Deed.CUT), before)


def _earlier(at: str, months: int) -> str:
    """`months` before a time of the journal; before everything when it is none."""
    try:
        return journal_time(datetime.fromisoformat(at) - months * _LONGEST_MONTH)
    except (ValueError, OverflowError):
        return ""


def _one_line(text: str) -> SafeText:
    return safe_line(" · ".join(part.strip() for part in text.splitlines() if part.strip()))
