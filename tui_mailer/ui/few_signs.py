"""A terminal that is not in UTF-8 shows "?" for what it has no sign for: that is said.

"≥ 5" and "≤ 5" look alike there, and whoever reads a result must know that something is hidden.
"""

import codecs
from typing import Final, TextIO

# Such a terminal has neither the apostrophe nor the dashes of French typography.
FEW_SIGNS: Final = (
    "Ce terminal ne parle pas UTF-8 : un « ? » y cache un signe, ≥ ou µ par exemple. "
    "Avant de lire un résultat, réglez le terminal et la variable LANG sur UTF-8."
)


def has_few_signs(terminal: TextIO | None) -> bool:
    """True where what is written to `terminal` is encoded in anything but UTF-8."""
    if terminal is None or not terminal.encoding:
        return False
    try:
        return codecs.lookup(terminal.encoding).name != "utf-8"
    except LookupError:
        return True
