"""Templates: those of the program, and the user's own beside the settings file.

``modeles/*.txt``, UTF-8; a file's name is its title. One of the user's takes the place of the
program's own of the same title.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tui_mailer.domain.template import Template, read_template

_FOLDER: Final = "modeles"
_MOST_BYTES: Final = 100_000


class TemplateFolder:
    """The templates that a settings file has beside it. Blocking."""

    def __init__(self, settings_file: Path) -> None:
        self._directory = settings_file.parent / _FOLDER

    def templates(self) -> Sequence[Template]:
        """All of them by title; a file that cannot be read is passed over."""
        found = {template.title.casefold(): template for template in _packaged()}
        found |= {template.title.casefold(): template for template in self._own()}
        return sorted(found.values(), key=lambda template: template.title.casefold())

    def _own(self) -> Iterator[Template]:
        try:
            paths = sorted(self._directory.glob("*.txt"))
        except OSError:
            return
        for path in paths:
            try:
                if path.is_file() and path.stat().st_size <= _MOST_BYTES:
                    yield read_template(path.stem, path.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError):
                continue


def _packaged() -> Iterator[Template]:
    for path in (Path(__file__).parent / _FOLDER).glob("*.txt"):
        yield read_template(path.stem, path.read_text(encoding="utf-8"))
