"""What every part of the store shares: the open file and whose mailbox it is."""

from contextlib import suppress
from functools import partial

from tui_mailer.backend.store.database import Database
from tui_mailer.backend.store.follow_up import follow_up, is_behind
from tui_mailer.backend.store.owner import Owner
from tui_mailer.domain.errors import StoreProblem


class Part:
    """A group of the store's methods; `EncryptedMessageStore` is all of them together."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self._database = database
        self._owner = owner

    async def _followed_up(self) -> None:
        """Wait until words and people of all messages that are here by now are known.

        On a full disk they stay unknown: what is known is found all the same.
        """
        with suppress(StoreProblem):
            while await self._database.read(is_behind):
                await self._database.write(partial(follow_up, owner=self._owner))
