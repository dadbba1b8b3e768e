"""What can be done while a patient is looked for."""

from typing import TYPE_CHECKING

from tui_mailer.ui.commands.base import Command

if TYPE_CHECKING:
    from tui_mailer.ui.screens.ins_search import InsSearchScreen


class AddKey(Command["InsSearchScreen"]):
    """Ajouter la clé calculée aux 13 caractères saisis, après l’avoir comparée."""

    key = "f4"
    label = "Ajouter la clé"

    def enabled(self, screen: "InsSearchScreen") -> bool:
        """Only for 13 right characters."""
        return screen.reading.expected_key is not None

    async def run(self, screen: "InsSearchScreen") -> None:
        """Complete the number; its identity is then to be confirmed like any other."""
        screen.add_key()


class Opposition(Command["InsSearchScreen"]):
    """Noter ou retirer l’opposition du patient à ce type de message."""

    key = "f6"
    label = "Opposition"
    asks = True

    def enabled(self, screen: "InsSearchScreen") -> bool:
        """Only while an identity is shown."""
        return screen.reading.is_valid

    async def run(self, screen: "InsSearchScreen") -> None:
        """Open it above the search."""
        await screen.edit_opposition()


class LeaveSearch(Command["InsSearchScreen"]):
    """Revenir sans écrire à un patient."""

    key = "escape"
    label = "Annuler"

    def enabled(self, screen: "InsSearchScreen") -> bool:
        """Escape closes an error first."""
        return screen.shown_error is None

    async def run(self, screen: "InsSearchScreen") -> None:
        """Leave with nobody."""
        screen.dismiss(None)
