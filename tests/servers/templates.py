"""Configuration files with `<<name>>` in the places to be filled."""

from __future__ import annotations

import re
from pathlib import Path

_HERE = Path(__file__).parent


def fill(template: str, target: Path, **values: object) -> None:
    """Write `target` from the file `template` beside this module.

    Raises:
        KeyError: the template asks for a value that is not given.
    """
    text = (_HERE / template).read_text(encoding="utf-8")
    filled = re.sub(r"<<(\w+)>>", lambda place: str(values[place[1]]), text)
    target.write_text(filled, encoding="utf-8")
