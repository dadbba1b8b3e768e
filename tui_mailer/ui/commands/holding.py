"""Holding back what the line does: a message that is awaited, the synchronisation."""

from typing import TYPE_CHECKING, Final

from tui_mailer.ui import arrival
from tui_mailer.ui.commands.base import AnyCommand, Command
from tui_mailer.ui.screens import awaiting

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class StopWaiting(Command["MailboxScreen"]):
    """Arrêter le chargement du message ; il reste sur le serveur."""

    key = "escape"
    label = "Arrêter le chargement"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While the message opened is awaited, or the one to answer, to forward or to look into."""
        if arrival.is_awaited(screen.app):
            return True
        opened = screen.opened
        return (
            screen.stage == "reader"
            and opened is not None
            and screen.engine.reading.is_awaited(opened.id)
        )

    async def run(self, screen: "MailboxScreen") -> None:
        """Back to the list; nothing opens when it comes."""
        arrival.give_up(screen.app)
        awaiting.stop(screen)


class PauseSync(Command["MailboxScreen"]):
    """Suspendre la synchronisation, ou la reprendre ; lire, chercher et envoyer continuent."""

    key = "f8"
    label = "Suspendre/Reprendre"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """The other one."""
        if screen.engine.is_sync_paused:
            screen.engine.resume_sync()
        else:
            screen.engine.pause_sync()


CANCELLING: Final[tuple[AnyCommand, ...]] = (StopWaiting,)
