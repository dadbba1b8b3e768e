"""What a template left to be filled in must not reach anybody."""

import re
from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.attachment_words import own_lines
from tui_mailer.domain.draft import Draft
from tui_mailer.engine.before_sending.finding import Context, Finding, Question

_GAP: Final = re.compile(r"…{2,}|\.{6,}|\{(?:patient|expediteur|date)\}")

UNFINISHED: Final = Question(
    "unfinished",
    "Il reste dans le message un blanc à compléter (………). L’envoyer ainsi ?",
    no="Compléter",
)


def nothing_is_left_to_fill_in(draft: Draft, context: Context) -> Iterator[Finding]:  # noqa: ARG001  (a check)
    """A dotted gap in what the sender wrote: ask. A laboratory's results are full of leaders."""
    if any(map(_GAP.search, own_lines(draft.body))):
        yield UNFINISHED
