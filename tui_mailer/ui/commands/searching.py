"""Searching in the mailbox."""

from typing import TYPE_CHECKING, Final

from tui_mailer.ui.commands.acting import Untick
from tui_mailer.ui.commands.base import AnyCommand, Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class LeaveSearch(Command["MailboxScreen"]):
    """Fermer la recherche et revenir au dossier, là où l’on était."""

    key = "escape"
    label = "Fermer"
    # Taken at once: a letter that follows in the same burst is no longer for the bar.
    priority = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While searching; an error, ticks and a message that is read come first.

        As all that has priority, this would be done before them.
        """
        search = screen.search
        comes_first = screen.shown_error is not None or Untick().enabled(screen)
        return search.is_typing or (search.is_open and screen.stage != "reader" and not comes_first)

    async def run(self, screen: "MailboxScreen") -> None:
        """Close it."""
        await screen.search.close()


class GoToHits(Command["MailboxScreen"]):
    """Aller à la liste. On cherche par mots, « phrase », de: à: objet: corps: pj: date: avant: après: patient:."""

    key = "enter"
    label = "Aller aux messages"
    priority = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While typing."""
        return screen.search.is_typing

    async def run(self, screen: "MailboxScreen") -> None:
        """Give the list the focus."""
        await screen.search.enter_list()


class SwitchScope(Command["MailboxScreen"]):
    """Chercher dans tous les dossiers, ou de nouveau dans celui-ci."""

    key = "ctrl+f"
    label = "Ici/partout"
    priority = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While searching."""
        return screen.search.is_open

    async def run(self, screen: "MailboxScreen") -> None:
        """The other one."""
        screen.search.switch_scope()


class Find(Command["MailboxScreen"]):
    """Chercher des messages : mots, personne, objet, pièce jointe, date, patient."""

    key = "slash,ctrl+f"
    label = "Chercher"
    priority = True

    def enabled(self, screen: "MailboxScreen") -> bool:
        """Not while typing: there it is a letter."""
        return not screen.search.is_typing

    async def run(self, screen: "MailboxScreen") -> None:
        """Open the bar, or go back to it."""
        screen.search.open()


SEARCHING: Final[tuple[AnyCommand, ...]] = (LeaveSearch, GoToHits, SwitchScope)
