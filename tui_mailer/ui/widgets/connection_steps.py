"""The steps of a login, each ticked as it succeeds."""

from typing import Final

from textual.content import Content
from textual.widgets import Static

from tui_mailer.domain.events import ConnectionStep
from tui_mailer.ui.text import Part, line, lines

_STYLES: Final = {"…": "bold", "✗": "bold $error", "·": "$text-muted"}
# Two steps, then three: as wide as they fit beside the button in 80 columns.
_FIRST_LINE: Final = 2


class ConnectionSteps(Static):
    """``✓ nom du serveur  … connexion chiffrée  · identification``: done, under way, to come."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (the library's name)
        super().__init__(markup=False, id=id)
        self._passed: set[ConnectionStep] = set()
        self.display = False

    @property
    def passed(self) -> frozenset[ConnectionStep]:
        """The steps that succeeded."""
        return frozenset(self._passed)

    def begin(self) -> None:
        """A login begins: nothing is done, the first step is under way."""
        self._passed.clear()
        self.display = True
        self._draw("…")

    def tick(self, step: ConnectionStep) -> None:
        """`step` succeeded."""
        self._passed.add(step)
        self._draw("…")

    def fail(self) -> None:
        """The step under way failed."""
        self._draw("✗")

    def hide(self) -> None:
        """Nothing is under way any more."""
        self.display = False

    def _draw(self, mark_under_way: str) -> None:
        parts: list[Part] = []
        mark = mark_under_way
        for step in ConnectionStep:
            if step in self._passed:
                parts.append((f"✓ {step.value}", "$success"))
                continue
            parts.append((f"{mark} {step.value}", _STYLES[mark]))
            mark = "·"
        first, second = parts[:_FIRST_LINE], parts[_FIRST_LINE:]
        self.update(lines(_spaced(first), _spaced(second)))


def _spaced(parts: list[Part]) -> Content:
    return Content("  ").join(line(part) for part in parts)
