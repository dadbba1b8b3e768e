"""What is asked about the subject."""

from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.draft import Draft
from tui_mailer.engine.before_sending.finding import Context, Finding, Question

EMPTY_SUBJECT: Final = Question("empty_subject", "Ce message n’a pas d’objet. L’envoyer ainsi ?")


def subject_is_there(draft: Draft, context: Context) -> Iterator[Finding]:  # noqa: ARG001  (a check)
    """A message without a subject is easily overlooked: ask."""
    if not draft.subject.strip():
        yield EMPTY_SUBJECT
