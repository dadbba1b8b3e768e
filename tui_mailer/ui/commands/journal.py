"""What can be done in the journal."""

from typing import TYPE_CHECKING, Final

from tui_mailer.ui.commands.base import AnyCommand, Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.journal import JournalScreen


class LeaveJournal(Command["JournalScreen"]):
    """Tout montrer de nouveau, puis revenir à la boîte aux lettres."""

    key = "escape"
    label = "Fermer"

    async def run(self, screen: "JournalScreen") -> None:
        """The filter first."""
        screen.step_back()


class FilterJournal(Command["JournalScreen"]):
    """Chercher un patient, un message, un dossier ou une action."""

    key = "slash,ctrl+f"
    label = "Chercher"

    async def run(self, screen: "JournalScreen") -> None:
        """Type in the bar."""
        screen.type_filter()


class EnterJournalList(Command["JournalScreen"]):
    """Passer de la recherche aux lignes trouvées."""

    key = "enter"
    label = "Voir les lignes"
    priority = True

    def enabled(self, screen: "JournalScreen") -> bool:
        """While typing."""
        return screen.is_typing

    async def run(self, screen: "JournalScreen") -> None:
        """Go to the list."""
        screen.lines.focus()


class OnLine(Command["JournalScreen"]):
    """Agit sur la ligne choisie."""

    field = ""

    def enabled(self, screen: "JournalScreen") -> bool:
        """On a line that names one."""
        return bool(self._wanted(screen))

    def _wanted(self, screen: "JournalScreen") -> str:
        line = screen.lines.selected
        return str(getattr(line.entry, self.field)) if line is not None else ""

    async def run(self, screen: "JournalScreen") -> None:
        """Look for it."""
        screen.look_for(self._wanted(screen))


class SamePatient(OnLine):
    """Ne montrer que les lignes de ce patient."""

    key = "p"
    label = "Ce patient"
    field = "patient"


class SameMessage(OnLine):
    """Ne montrer que les lignes de ce message."""

    key = "m"
    label = "Ce message"
    field = "message_id"


class _Move(Command["JournalScreen"]):
    in_bar = False


class PreviousLine(_Move):
    """Ligne précédente."""

    key = "up,k"
    label = "Monter"

    async def run(self, screen: "JournalScreen") -> None:
        """Move up."""
        screen.lines.move(-1)


class NextLine(_Move):
    """Ligne suivante."""

    key = "down,j"
    label = "Descendre"

    async def run(self, screen: "JournalScreen") -> None:
        """Move down."""
        screen.lines.move(1)


class PreviousPage(_Move):
    """Page précédente."""

    key = "pageup"
    label = "Page précédente"

    async def run(self, screen: "JournalScreen") -> None:
        """Move up by a page."""
        screen.lines.move_page(-1)


class NextPage(_Move):
    """Page suivante."""

    key = "pagedown"
    label = "Page suivante"

    async def run(self, screen: "JournalScreen") -> None:
        """Move down by a page."""
        screen.lines.move_page(1)


JOURNAL: Final[tuple[AnyCommand, ...]] = (
    LeaveJournal,
    EnterJournalList,
    FilterJournal,
    SamePatient,
    SameMessage,
    PreviousLine,
    NextLine,
    PreviousPage,
    NextPage,
)
LETTERS: Final[frozenset[AnyCommand]] = frozenset({FilterJournal, SamePatient, SameMessage})
"""What a bar that is typed in keeps for itself."""
