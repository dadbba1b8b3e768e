"""What can be done with patients and their exchanges in the mailbox."""

from typing import TYPE_CHECKING, Final

from tui_mailer.domain.patient_list import PatientFilter
from tui_mailer.ui import flows
from tui_mailer.ui.commands.base import AnyCommand, Command
from tui_mailer.ui.screens.choose_filter import ChooseFilterScreen

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class FilterPatients(Command["MailboxScreen"]):
    """Filtrer les patients : tous, non lus, ouverts, clos, non distribués, non lus par lui."""

    key = "w"
    label = "Filtrer"
    asks = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On the list of patients."""
        return screen.stage == "list" and screen.exchanges.are_listed

    async def run(self, screen: "MailboxScreen") -> None:
        """Ask which, and list them."""
        exchanges = screen.engine.exchanges
        counts = {each: await exchanges.count(each) for each in PatientFilter}
        chosen = await screen.app.push_screen_wait(
            ChooseFilterScreen(counts, screen.exchanges.narrowed)
        )
        if chosen is not None:
            await screen.exchanges.narrow(chosen)


class EndExchange(Command["MailboxScreen"]):
    """Mettre fin aux échanges avec le patient ; les redémarrer, c’est lui écrire."""

    key = "z"
    label = "Mettre fin"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On a patient, in an exchange, or on a message of one."""
        return bool(screen.exchanges.matricule)

    def worth_a_place(self, screen: "MailboxScreen") -> bool:
        """Not where it ended, or is about to: the key still says so."""
        return not screen.exchanges.is_ended

    async def run(self, screen: "MailboxScreen") -> None:
        """Say what it does, ask once, send the end."""
        flows.end_exchange(screen.mailer, screen.engine, screen.exchanges.matricule)


EXCHANGES: Final[tuple[AnyCommand, ...]] = (FilterPatients, EndExchange)
