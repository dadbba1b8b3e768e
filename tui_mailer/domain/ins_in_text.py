"""Finds the matricules INS that stand in a text, however they are grouped."""

import re
from typing import Final

from tui_mailer.domain.ins_checks import problems_in

# Fifteen characters in whatever groups people write them.
_MAYBE_INS: Final = re.compile(
    r"(?<![0-9A-Za-z])[1-478](?:[ .\u00a0\u202f-]?[0-9ABab]){14}(?![0-9A-Za-z])"
)
_SEPARATORS: Final = re.compile(r"[^0-9A-Za-z]")


def ins_in(text: str) -> frozenset[str]:
    """Every valid matricule in `text`: 15 characters, upper case, the right key."""
    found = (_SEPARATORS.sub("", one[0]).upper() for one in _MAYBE_INS.finditer(text))
    return frozenset(matricule for matricule in found if not problems_in(matricule))
