"""Names of people as words, to be compared: without accents, case, order, titles and particles."""

import re
from typing import Final

from tui_mailer.domain.accents import without_accents

_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
_NOT_A_LETTER: Final = re.compile(r"[\W\d_]+")
# They say nothing about who somebody is: "Mme", "de la".
_IGNORED: Final = frozenset(
    {"m", "mr", "mme", "mlle", "madame", "monsieur", "mademoiselle", "dr", "docteur"}
    | {"d", "de", "des", "du", "l", "la", "le", "les", "ne", "nee", "epouse", "ep"}
)


def name_words(text: str) -> frozenset[str]:
    """The words of a name that tell people apart: `{"jean", "dupont"}` for "M. Dupont, Jean".

    A compound counts by its parts and as a whole: "Pat-Trois" is "PATTROIS" for some software.
    """
    bare = without_accents(text.translate(_LIGATURES)).casefold()
    chunks = [_NOT_A_LETTER.sub(" ", chunk).split() for chunk in bare.split()]
    words = frozenset(word for parts in chunks for word in (*parts, "".join(parts)) if word)
    return words - _IGNORED or words
