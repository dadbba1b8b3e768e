"""Moving in the mailbox: the same keys in every pane."""

from typing import TYPE_CHECKING, Final

from tui_mailer.ui.commands.base import AnyCommand, Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.mailbox import MailboxScreen


class Up(Command["MailboxScreen"]):
    """Ligne précédente."""

    key = "up,k"
    label = "Monter"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move(-1)


class Down(Command["MailboxScreen"]):
    """Ligne suivante."""

    key = "down,j"
    label = "Descendre"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move(1)


class PageUp(Command["MailboxScreen"]):
    """Page précédente."""

    key = "pageup"
    label = "Page précédente"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move_page(-1)


class PageDown(Command["MailboxScreen"]):
    """Page suivante."""

    key = "pagedown,space"
    label = "Page suivante"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move_page(1)


class First(Command["MailboxScreen"]):
    """Tout au début."""

    key = "home"
    label = "Début"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move_to_edge(last=False)


class Last(Command["MailboxScreen"]):
    """Tout à la fin."""

    key = "end"
    label = "Fin"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """Move in the pane that has the focus."""
        screen.pane.move_to_edge(last=True)


class NextPane(Command["MailboxScreen"]):
    """Passer au volet suivant : dossiers, messages, lecture."""

    key = "tab"
    label = "Volet"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """The reader takes part once it shows a message."""
        screen.turn(1)


class PreviousPane(Command["MailboxScreen"]):
    """Revenir au volet précédent."""

    key = "shift+tab"
    label = "Volet précédent"
    in_bar = False

    async def run(self, screen: "MailboxScreen") -> None:
        """The reader takes part once it shows a message."""
        screen.turn(-1)


class Unfold(Command["MailboxScreen"]):
    """Montrer les patients sous « Echanges patient »."""

    key = "right"
    label = "Voir les patients"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On "Echanges patient", folded."""
        return screen.stage == "folders" and screen.folders.hides_patients

    async def run(self, screen: "MailboxScreen") -> None:
        """Unfold."""
        screen.folders.fold(folded=False)


class Fold(Command["MailboxScreen"]):
    """Cacher les patients sous « Echanges patient »."""

    key = "left"
    label = "Replier"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On "Echanges patient" or a patient under it."""
        return screen.stage == "folders" and screen.folders.shows_patients

    async def run(self, screen: "MailboxScreen") -> None:
        """Fold."""
        screen.folders.fold(folded=True)


class Open(Command["MailboxScreen"]):
    """Ouvrir le dossier, l’échange ou le message choisi."""

    key = "enter"
    label = "Ouvrir"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """On a folder, a patient or a message."""
        if screen.stage != "list":
            return screen.stage == "folders"
        return screen.target is not None or screen.exchanges.are_listed

    async def run(self, screen: "MailboxScreen") -> None:
        """Go one pane further."""
        if screen.stage == "folders":
            screen.stage = "list"
        elif screen.exchanges.are_listed:
            await screen.exchanges.open_selected()
        else:
            await screen.open_selected()


class Back(Command["MailboxScreen"]):
    """Revenir à la liste, aux patients, puis aux dossiers."""

    key = "escape"
    label = "Retour"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """Not in the first pane."""
        return screen.stage != "folders"

    async def run(self, screen: "MailboxScreen") -> None:
        """Go one pane back, or from an exchange to the patients."""
        if screen.stage == "list" and screen.exchanges.opened:
            await screen.exchanges.back()
            return
        screen.stage = "list" if screen.stage == "reader" else "folders"


class NextMessage(Command["MailboxScreen"]):
    """Lire le message suivant de la liste."""

    key = "n"
    label = "Suivant"

    def enabled(self, screen: "MailboxScreen") -> bool:
        """While one is read."""
        return screen.stage == "reader"

    async def run(self, screen: "MailboxScreen") -> None:
        """One further down, if there is one."""
        screen.list.move(1)
        await screen.open_selected()


MOVING: Final[tuple[AnyCommand, ...]] = (
    Open,
    Unfold,
    Fold,
    Back,
    NextMessage,
)
BETWEEN_ROWS: Final[tuple[AnyCommand, ...]] = (Up, Down, PageUp, PageDown, First, Last)
MOVING_SILENTLY: Final[tuple[AnyCommand, ...]] = (*BETWEEN_ROWS, NextPane, PreviousPane)
