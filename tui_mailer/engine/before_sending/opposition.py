"""A patient's recorded opposition warns; the sender may pass over it, and that is recorded too."""

from collections.abc import Iterator

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.opposition import OppositionEntry, Towards
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.before_sending.finding import Context, Finding, Question
from tui_mailer.engine.before_sending.patients import patient_of, patients_of

_SENTENCES = {
    Towards.PATIENT: "Ce patient s’oppose à recevoir des messages par cette voie",
    Towards.PROFESSIONALS: "Ce patient s’oppose à ce que des messages qui le concernent soient "
    "envoyés à des professionnels",
}


def patient_does_not_object(draft: Draft, context: Context) -> Iterator[Finding]:
    """Ask about each opposition that this message would pass over (MSS/va1.20, va1.22)."""
    for entry in passed_over(draft, context):
        yield Question(
            f"opposition_{entry.towards.value}",
            f"{_SENTENCES[entry.towards]} (noté le {entry.noted_at.astimezone():%d/%m/%Y} par "
            f"{safe_line(entry.author)}). L’envoyer tout de même ? Votre décision sera notée.",
            yes="Passer outre et envoyer",
        )


def passed_over(draft: Draft, context: Context) -> tuple[OppositionEntry, ...]:
    """The oppositions in force that sending `draft` goes against."""
    written_to = patients_of(draft, context.account)
    has_others = any(not patient_of(a, context.account) for a in draft.recipients)
    concerned = {*written_to, context.about}
    return tuple(
        entry
        for entry in context.oppositions
        if (
            entry.matricule in written_to
            if entry.towards is Towards.PATIENT
            else has_others and entry.matricule in concerned
        )
    )
