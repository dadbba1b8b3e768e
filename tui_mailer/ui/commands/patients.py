"""What can be done about a patient from the mailbox."""

from typing import TYPE_CHECKING

from tui_mailer.domain.ins import Matricule
from tui_mailer.ui.commands.base import Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class PatientOpposition(Command["MailboxScreen"]):
    """Noter ou retirer l’opposition du patient choisi à ce type de message."""

    key = "f6"
    label = "Opposition"
    in_bar = False
    asks = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On a patient, or on a message exchanged with one."""
        return bool(screen.exchanges.matricule)

    async def run(self, screen: "MailboxScreen") -> None:
        """Open it above the mailbox."""
        from tui_mailer.ui.screens.opposition import OppositionScreen  # late: as in `flows`

        text = screen.exchanges.matricule
        if text:
            patients = screen.engine.patients
            known = await patients.best_known(text)
            matricule = Matricule.parse(text, test_identities=True)
            name = known.name if known else ""
            await screen.app.push_screen_wait(OppositionScreen(patients, matricule, name))
