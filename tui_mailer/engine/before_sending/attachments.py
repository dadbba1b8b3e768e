"""What is asked about attachments: announced and missing, empty, or not to be seen by a patient."""

from collections.abc import Iterator, Sequence

from tui_mailer.domain.attachment_words import announced_attachment
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.before_sending.finding import Context, Finding, Question
from tui_mailer.engine.before_sending.patients import patients_of
from tui_mailer.mime.previews import PREVIEWED


def announced_is_attached(draft: Draft, context: Context) -> Iterator[Finding]:
    """A text that says "ci-joint" with nothing attached: ask."""
    if draft.attachments:
        return
    if words := announced_attachment(draft.body, context.signature):
        yield Question(
            "missing_attachment",
            f"Le message dit « {safe_line(words)} » et n’a pas de pièce jointe. L’envoyer ainsi ?",
            yes="Envoyer sans pièce jointe",
        )


def attachments_hold_something(draft: Draft, context: Context) -> Iterator[Finding]:  # noqa: ARG001  (a check)
    """A file of no bytes, as one whose export has not ended: ask."""
    empty = [one.name for one in draft.attachments if not one.size_bytes]
    if empty:
        is_empty = "est vide" if len(empty) == 1 else "sont vides"
        yield Question(
            "empty_attachment",
            f"{_quoted(empty)} {is_empty} (0 octet) : le destinataire n’y trouvera rien. L’envoyer ainsi ?",
        )


def patient_can_see_attachments(draft: Draft, context: Context) -> Iterator[Finding]:
    """Mon espace santé previews PDF, JPEG and PNG alone; the rest opens by downloading: ask."""
    if not patients_of(draft, context.account):
        return
    unseen = [a.name for a in draft.attachments if a.media_type.lower() not in PREVIEWED]
    if unseen:
        what, them = (
            ("n’est pas un fichier", "l’affiche pas, le patient devra le télécharger. L’envoyer")
            if len(unseen) == 1
            else (
                "ne sont pas des fichiers",
                "les affiche pas, le patient devra les télécharger. Les envoyer",
            )
        )
        yield Question(
            "not_previewed",
            f"{_quoted(unseen)} {what} PDF, JPEG ou PNG : Mon espace santé ne {them} ainsi ?",
        )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"« {safe_line(name)} »" for name in names)
