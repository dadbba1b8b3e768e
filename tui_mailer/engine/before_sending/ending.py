"""Messages that end an exchange with a patient, restart it, or look as if they did (ENS V1.3 §7)."""

from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ending import resembles_end
from tui_mailer.domain.exchange import END_SUBJECT, ExchangeState
from tui_mailer.engine.before_sending.finding import Context, Finding, Question
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.mime.headers import one_line

ENDS_EXCHANGE: Final = "ends_exchange"
"""Code of the question whose "yes" ends the exchange."""

_ENDS: Final = (
    "L’objet « [FIN] » met fin aux échanges avec ce patient : il ne pourra plus répondre à aucun "
    "de vos messages. Vous pourrez les redémarrer à tout moment, en lui écrivant. "
)
NEARLY_ENDS: Final = Question(
    "nearly_ends_exchange",
    "Cet objet ressemble à « [FIN] », qui met fin aux échanges avec un patient, mais ne l’est pas "
    "exactement : tel quel, le message part comme un message ordinaire, et le patient peut y "
    "répondre. Que voulez-vous faire ?",
    yes="Message ordinaire",
    instead="Mettre fin aux échanges",
)
END_TO_NO_PATIENT: Final = Question(
    "end_to_no_patient",
    "L’objet « [FIN] » met fin aux échanges avec un patient, et aucun patient n’est destinataire : "
    "ici, il ne met fin à rien. L’envoyer ainsi ?",
)


def ends_exchange(draft: Draft, context: Context) -> bool:
    """True when `draft` would leave with the very subject that ends an exchange."""
    return one_line(draft.subject) == END_SUBJECT and bool(patients_of(draft, context.account))


def end_is_meant(draft: Draft, context: Context) -> Iterator[Finding]:
    """An end is meant, and what was meant as an end is one."""
    if ends_exchange(draft, context):
        yield _ends(draft)
    elif resembles_end(one_line(draft.subject)) and patients_of(draft, context.account):
        yield NEARLY_ENDS
    elif one_line(draft.subject).casefold() == END_SUBJECT.casefold():
        yield END_TO_NO_PATIENT


def restart_is_meant(draft: Draft, context: Context) -> Iterator[Finding]:
    """Writing to a patient whose exchange is closed opens it again: said before it is done."""
    exchange = context.exchange
    if exchange is None or exchange.state is not ExchangeState.CLOSED:
        return
    if not ends_exchange(draft, context):
        since = f" depuis le {exchange.since.astimezone():%d/%m/%Y}" if exchange.since else ""
        means = (
            ", mais le patient ne pourra pas répondre à ce message-ci"
            if draft.final
            else " : le patient pourra de nouveau vous répondre"
        )
        yield Question(
            "restarts_exchange",
            f"L’échange avec ce patient est clos{since}. Ce message le redémarre{means}. L’envoyer ?",
            yes="Redémarrer et envoyer",
        )


def _ends(draft: Draft) -> Question:
    if not draft.attachments:
        return Question(ENDS_EXCHANGE, _ENDS + "Mettre fin aux échanges ?", yes="Mettre fin")
    return Question(
        ENDS_EXCHANGE,
        _ENDS + "Les pièces jointes ne partiront pas avec ce message : envoyez-les d’abord dans un "
        "message ordinaire. Mettre fin sans elles ?",
        yes="Mettre fin, sans pièce jointe",
    )
