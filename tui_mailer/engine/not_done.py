"""What could not be done on the server, told once: a notice replaces the one before it."""

from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.events import ActionNotDone
from tui_mailer.engine.announcer import Announcer


class SeveralNotDone(CommandRefused):
    """For more than one reason at a time."""

    what = "Plusieurs de vos actions n’ont pas pu être faites sur le serveur."
    advice = "La liste montre ce que le serveur contient ; vérifiez ce qui est à refaire."

    def __init__(self, errors: list[CommandRefused]) -> None:
        """`errors`: one of each kind."""
        super().__init__("\n".join(filter(None, (error.server_words for error in errors))))
        self.meaning = " ".join(error.what for error in errors)


class NotDone:
    """Gathers what one replay could not do."""

    def __init__(self, announce: Announcer) -> None:
        self._announce = announce
        self._found: list[tuple[int, CommandRefused]] = []

    def add(self, count: int, error: CommandRefused) -> None:
        """An action on `count` messages was not done."""
        self._found.append((count, error))

    def tell(self) -> None:
        """Announce all of it as one event, if there is any."""
        found, self._found = self._found, []
        kinds: dict[type[CommandRefused], CommandRefused] = {}
        for _, error in found:
            kinds.setdefault(type(error), error)
        if found:
            first, *others = kinds.values()
            told = SeveralNotDone([first, *others]) if others else first
            self._announce(ActionNotDone(sum(count for count, _ in found), told))
