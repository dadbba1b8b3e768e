"""Errors, said on the screen until they no longer hold."""

from textual.widgets import Static

from tui_mailer.domain.errors import MailerError
from tui_mailer.ui.text import Part, line


class Notice(Static):
    """A panel with what happened, what it means for the message, and what to do."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__("", id=id, markup=False)
        self.error: MailerError | None = None
        self.display = False

    def show_error(self, error: MailerError) -> None:
        """Show `error`; another one is replaced."""
        self.error = error
        hint = "F2 : réponse exacte du serveur · " if error.server_words else ""
        parts: list[Part] = [
            ("⚠ ", "bold"),
            (error.headline, "bold"),
            f"\n{error.meaning} {error.advice}",
            (f"\n{hint}Échap : fermer cet avis", "dim"),
        ]
        self.update(line(*parts))
        self.display = True

    def clear(self) -> None:
        """Hide the panel."""
        self.error = None
        self.display = False
