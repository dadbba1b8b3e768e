"""Searching words in everything held: headers, and the bodies of the messages that were fetched."""

from collections.abc import Sequence
from typing import Final

from tui_mailer.backend.store.part import Part
from tui_mailer.backend.store.rows import SUMMARY_COLUMNS, summary
from tui_mailer.backend.store.values import word_starts
from tui_mailer.domain.message import MessageSummary

_FIND: Final = f"""
    SELECT {SUMMARY_COLUMNS} FROM message AS m JOIN folder AS f ON f.id = m.folder_id
    WHERE m.id IN (SELECT rowid FROM message_text WHERE message_text MATCH ?)
    ORDER BY m.received_at DESC, m.id DESC LIMIT ?
"""  # noqa: S608  (constants)


class TextSearch(Part):
    """The text index's part of the store."""

    async def find_messages(self, text: str, limit: int) -> Sequence[MessageSummary]:
        """Messages that hold a word starting with each part of `text`, newest first.

        Accents, case and ligatures do not count. Nothing in `text` is an operator.
        """
        phrases = [f'"{start.strip()}" *' for start in word_starts(text)]
        if not phrases:
            return []
        rows = await self._database.fetch_all(_FIND, (" ".join(phrases), limit))
        return [summary(row) for row in rows]
