"""The BODYSTRUCTURE of nearly every message, read part by part instead of token by token.

Any other is left to `structure`. Both must come to the same, whatever the structure.
"""

import re
from functools import lru_cache
from typing import Final

from tui_mailer.backend.imap.structure import is_file, media_type

# No backtracking into what is read: characters have possessive quantifiers, all else is in atomic
# groups. They should be the same, but Python 3.11.4 and before take too much for "(?:ab)*+".
PLAIN: Final = r"[ !#-\[\]-~]"
"""A character that stands for itself in a quoted string, and on the screen."""
STRING: Final = f'(?:NIL|"{PLAIN}*+")'

_WORD: Final = f'"({PLAIN}{{1,100}}+)"'
_STRINGS: Final = rf"(?:NIL|\((?>(?:{STRING} ?)*)\))"
_PAIR: Final = f'"{PLAIN}*+" "{PLAIN}*+" ?'
# The group is the first pair that names a file.
_NAMELESS_PAIRS: Final = rf'(?>(?:(?!(?i:"(?:file)?name["*])){_PAIR})*)'
_PARAMETERS: Final = rf"(?:NIL|\({_NAMELESS_PAIRS}({_PAIR})?(?>(?:{_PAIR})*)\))"
TEXT_ALONE: Final = (
    rf'\("(?i:text)" {_WORD} (?:NIL|\({_NAMELESS_PAIRS}\)) {STRING} {STRING} {STRING}'
    r" [0-9]++ [0-9]++(?>(?: NIL){0,4})\)"
)
"""The structure of one text that is no file; the group is for `read_text_alone`."""
_LANGUAGE_AND_PLACE: Final = f"(?: (?:{STRING}|{_STRINGS})(?: {STRING})?)?"
_PIECE: Final = re.compile(
    (
        # A single part; of text, the lines are counted.
        rf"\({_WORD} {_WORD} {_PARAMETERS} ({STRING}) {STRING} {STRING} [0-9]++( [0-9]++)?"
        rf"(?: {STRING}(?: (?:NIL|\({_WORD} {_PARAMETERS}\)){_LANGUAGE_AND_PLACE})?)?\)"
        # Where a multipart begins, and where it ends, after one part at least.
        rf"|(\()|(?<=\)) {_WORD}"
        rf"(?: {_STRINGS}(?: (?:NIL|\({STRING} {_STRINGS}\)){_LANGUAGE_AND_PLACE})?)?\)"
        # Anything else, to the end: the pieces leave nothing out.
        r"|(.++)"
    ).encode(),
    re.DOTALL,
)
# Of a long row of brackets the pieces would weigh a hundred times as much.
_LONGEST: Final = 16_384
# Far less than `tokens` takes.
_DEEPEST: Final = 100

_media_type: Final = lru_cache(maxsize=512)(media_type)


@lru_cache(maxsize=64)
def read_text_alone(subtype: bytes) -> tuple[bool, str]:
    """As `read_structure`, of what `TEXT_ALONE` matched."""
    return False, media_type(b"text", subtype)


def read_structure(text: bytes) -> tuple[bool, str] | None:
    """Whether a file is attached, and the type of the root; None for any other structure."""
    if len(text) > _LONGEST:
        return None
    attached, root = False, ""
    # From the end, where a multipart says what it is. The root itself is part of none.
    related = [False]
    for piece in reversed(_PIECE.findall(text)):
        media, subtype, named, cid, lines, disposition, named_there, begins, kind, other = piece
        if other or len(related) > _DEEPEST or (root and len(related) < 2):
            return None
        root = root or _media_type(media or b"multipart", subtype or kind)
        if kind:
            related.append(kind.upper() == b"RELATED")
        elif begins:
            related.pop()
        elif (media.upper() == b"TEXT") != bool(lines):
            return None
        elif disposition or named or named_there:
            if subtype.upper() == b"RFC822":
                return None
            attached = attached or is_file(
                media.upper(),
                subtype.upper(),
                disposition.upper(),
                named=bool(named or named_there),
                shown=related[-1] and cid != b"NIL",
            )
    return (attached, root) if len(related) == 1 else None
