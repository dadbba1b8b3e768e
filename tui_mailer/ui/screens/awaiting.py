"""A message that was opened and is not wholly here yet: what the reader says, how it is given up."""

from typing import TYPE_CHECKING, Final

from tui_mailer.domain.events import BodyAdvanced, BodyArrived, BodyRefused, Connectivity
from tui_mailer.ui.text import french_size

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen

_WAITING: Final = "Chargement… Échap : arrêter."
_WAITING_OFFLINE: Final = "Hors ligne : le message sera chargé au retour de la connexion."
_STOPPED: Final = "Chargement arrêté. Entrée, dans la liste, le reprend."


def words(state: Connectivity) -> str:
    """What the reader says while it waits."""
    return _WAITING_OFFLINE if state is Connectivity.OFFLINE else _WAITING


async def follow(screen: "MailboxScreen", event: BodyAdvanced | BodyArrived | BodyRefused) -> None:
    """More of a message is here, all of it, or none of it will come."""
    opened = screen.opened
    if opened is None or event.message_id != opened.id:
        return
    match event:
        case BodyArrived():
            await screen.show_opened()
        case BodyRefused():
            screen.reader.show_waiting(opened, event.error.explanation)
            screen.show_error(event.error)
        case BodyAdvanced():
            sizes = french_size(event.received_bytes), french_size(opened.size_bytes)
            screen.reader.show_waiting(opened, f"{_WAITING}\n\n{sizes[0]} sur {sizes[1]}")


def stop(screen: "MailboxScreen") -> None:
    """Give up the message that is awaited, and go back to the list."""
    opened = screen.opened
    if opened is not None and screen.engine.reading.stop_request(opened.id):
        screen.reader.show_waiting(opened, _STOPPED)
        screen.opened = None
        screen.stage = "list"
