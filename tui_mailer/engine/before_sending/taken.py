"""What is asked about a draft that stood on the server and was taken from there by others."""

from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.draft import Draft
from tui_mailer.engine.before_sending.finding import Context, Finding, Question

TAKEN_ELSEWHERE: Final = Question(
    "taken_elsewhere",
    "Ce message a peut-être déjà été envoyé depuis un autre poste : son brouillon y a été repris, "
    "envoyé ou jeté. Regardez d’abord dans les messages envoyés et dans les brouillons du serveur. "
    "L’envoyer d’ici quand même ?",
    yes="Envoyer quand même",
)


def is_not_sent_twice(draft: Draft, context: Context) -> Iterator[Finding]:  # noqa: ARG001  (a check)
    """A draft taken elsewhere may have left from there: ask."""
    if context.taken:
        yield TAKEN_ELSEWHERE
