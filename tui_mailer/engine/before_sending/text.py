"""What is asked about a message in which nothing was written."""

from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.attachment_words import own_lines
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.exchange import END_SUBJECT
from tui_mailer.engine.before_sending.finding import Context, Finding, Question
from tui_mailer.mime.headers import one_line

EMPTY_TEXT: Final = Question(
    "empty_text",
    "Vous n’avez rien écrit dans ce message, et rien n’y est joint. L’envoyer ainsi ?",
)


def text_is_there(draft: Draft, context: Context) -> Iterator[Finding]:
    """Sent from the subject, too soon: ask. What is sent on, or attached, needs no word."""
    if draft.attachments or draft.forwards or one_line(draft.subject) == END_SUBJECT:
        return
    if not any(line.strip() for line in own_lines(draft.body, context.signature)):
        yield EMPTY_TEXT
