"""Lines that break where French lets them.

A blank stands before ``: ; ! ?`` and inside guillemets, and no line may end there. Neither the
library nor a no-break space sees to it: it breaks lines at every blank, that one included.
"""

import re
from typing import Final

from rich import _wrap

_BLANK: Final = r"[^\S\u00a0\u202f]"
_SOLID: Final = r"(?:\S|[\u00a0\u202f])"
WORD: Final = re.compile(
    rf"{_BLANK}*(?:{_SOLID}*«{_BLANK})?{_SOLID}+(?:{_BLANK}[:;!?»]{_SOLID}*)*{_BLANK}*"
)
"""What stays on one line, where a line is long enough, and the blanks behind it."""


def wrap_as_french() -> None:
    """Have the library divide lines so: it names what a word is in one place only."""
    vars(_wrap)["re_word"] = WORD
