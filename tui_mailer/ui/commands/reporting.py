"""What can be done about a sent message that came back."""

from typing import TYPE_CHECKING, Final

from tui_mailer.ui.commands.base import AnyCommand, Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class ShowReportWords(Command["MailboxScreen"]):
    """Lire la réponse exacte du serveur sur le message envoyé."""

    key = "f2"
    label = "Réponse du serveur"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While such a message is read; an error on the screen comes first."""
        return screen.shown_error is None and bool(screen.reports.server_words)

    async def run(self, screen: "MailboxScreen") -> None:
        """Open it above the screen."""
        screen.reports.show_words()


class HandOver(Command["MailboxScreen"]):
    """Texte à remettre au patient, pour qu’il active Mon espace santé."""

    key = "i"
    label = "Texte au patient"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """Where activating would help."""
        return screen.reports.can_activate

    async def run(self, screen: "MailboxScreen") -> None:
        """Open it above the screen."""
        screen.reports.show_activation()


REPORTING: Final[tuple[AnyCommand, ...]] = (ShowReportWords, HandOver)
