"""Moving in a list on a sheet, and leaving it."""

from typing import Any, Final, Protocol

from tui_mailer.ui.commands.base import AnyCommand, Command
from tui_mailer.ui.widgets.choice_list import ChoiceList


class HasChoices(Protocol):
    """A screen with one `ChoiceList`."""

    @property
    def choices(self) -> ChoiceList:
        """The list."""
        ...

    def dismiss(self, result: Any = None) -> Any:  # noqa: ANN401  (Textual's own signature)
        """Leave."""
        ...


class PreviousChoice(Command[HasChoices]):
    """Ligne précédente."""

    key = "up,k"
    label = "Monter"
    in_bar = False

    async def run(self, screen: HasChoices) -> None:
        """Move up."""
        screen.choices.move(-1)


class NextChoice(Command[HasChoices]):
    """Ligne suivante."""

    key = "down,j"
    label = "Descendre"
    in_bar = False

    async def run(self, screen: HasChoices) -> None:
        """Move down."""
        screen.choices.move(1)


class Leave(Command[HasChoices]):
    """Revenir à la boîte aux lettres."""

    key = "escape"
    label = "Fermer"

    async def run(self, screen: HasChoices) -> None:
        """Leave."""
        screen.dismiss(None)


CHOOSING: Final[tuple[AnyCommand, ...]] = (Leave, PreviousChoice, NextChoice)
