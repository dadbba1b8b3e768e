"""Keeps the trust space at hand: the white list's file, read again now and then."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.ports import Files
from tui_mailer.domain.trust import TrustSpace, WhiteList
from tui_mailer.mime.white_list import MAX_SIZE_BYTES, NotAWhiteList, parse_white_list

# A new list laid down by the practice's own task is seen without a restart.
_READ_AGAIN_AFTER: Final = timedelta(hours=1)


class Trust:
    """Says who is a member of the trust space."""

    def __init__(self, files: Files, path: Path | None, now: Callable[[], datetime]) -> None:
        """`path`: of the white list, None when the settings name none."""
        self._files = files
        self._path = path
        self._now = now
        self._space = TrustSpace()
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def space(self) -> TrustSpace:
        """The trust space now; a list is read in a thread when it is first asked for.

        A list that cannot be read leaves the suffix rule, and its notice says why: a practice is
        not kept from writing by a download that failed, and the rule is the one that holds
        without a list. It is tried again at the next question.
        """
        if self._path is None:
            return self._space
        async with self._reading:
            if self._is_due():
                await self._read(self._path)
        return self._space

    def _is_due(self) -> bool:
        age = self._now() - self._read_at if self._read_at else None
        return age is None or not timedelta() <= age < _READ_AGAIN_AFTER

    async def _read(self, path: Path) -> None:
        now = self._now()
        self._read_at = None
        try:
            white_list = await asyncio.to_thread(self._load, path)
        except MailerError:
            self._space = TrustSpace.unreadable("introuvable ou illisible")
        except NotAWhiteList:
            self._space = TrustSpace.unreadable("illisible (ce fichier n’en est pas une)")
        else:
            self._space = TrustSpace.of(white_list, now)
            self._read_at = now

    def _load(self, path: Path) -> WhiteList:
        if self._files.describe(path).size_bytes > MAX_SIZE_BYTES:
            raise NotAWhiteList
        return parse_white_list(self._files.read(path))
