"""The gate that every message passes: new, reply, forward, draft taken up again, command line.

What it holds against a draft stands in `engine.before_sending`; the confirmed identity stands apart
from the checks: it is no question that a "yes" answers.
"""

from dataclasses import dataclass

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.opposition import OppositionEntry
from tui_mailer.engine.before_sending.checks import CHECKS
from tui_mailer.engine.before_sending.finding import Context, Question, Refusal
from tui_mailer.engine.before_sending.opposition import passed_over
from tui_mailer.engine.before_sending.patients import patients_of


@dataclass(frozen=True, slots=True)
class Review:
    """What stands between a draft and its sending.

    Attributes:
        refusals: French sentences; the message cannot leave while there is one.
        questions: to be answered by the user, each once, in this order.
        patient: matricule of the patient written to, or "".
        unconfirmed: True when that identity must be confirmed first.
        spared: True when it need not be for this very message: it answers that patient, within an
            open exchange whose identity was confirmed before.
        passed_over: oppositions that sending goes against; each has its question.
    """

    refusals: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    patient: str = ""
    unconfirmed: bool = False
    spared: bool = False
    passed_over: tuple[OppositionEntry, ...] = ()


def review(draft: Draft, context: Context) -> Review:
    """Hold `draft` against every check."""
    patients = patients_of(draft, context.account)
    findings = [finding for check in CHECKS for finding in check(draft, context)]
    return Review(
        refusals=tuple(found.text for found in findings if isinstance(found, Refusal)),
        questions=tuple(found for found in findings if isinstance(found, Question)),
        patient=patients[0] if len(patients) == 1 else "",
        unconfirmed=any(matricule not in context.cleared for matricule in patients),
        spared=bool(patients) and context.spared.issuperset(patients),
        passed_over=passed_over(draft, context),
    )
