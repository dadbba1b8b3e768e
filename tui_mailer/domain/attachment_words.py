"""Does a text announce an attachment? French phrases, outside what is quoted.

A missed phrase costs a second message, a false alarm costs one key: the table leans towards the
phrases of medical letters and leaves the doubtful ones out.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_MARK: Final = "---------- Message transféré ----------"
_SIGNATURE_MARK: Final = "--"
_ATTRIBUTION: Final = re.compile(r"\s*Le .{6,200} a écrit :\s*")
_WORD: Final = "compte[- ]rendu|courrier|lettre|ordonnance|bilan|resultats?|document|fichier|certificat|copie|radio|imagerie|photo|scan|rapport|formulaire|attestation|piece"

# Without accents, in lower case, with straight apostrophes; each stands at the start of a word.
PHRASES: Final[tuple[str, ...]] = (
    r"ci[- ]?joint(?:e?s?)\b",
    r"ci[- ]inclus(?:e?s?)\b",
    r"p(?:j|\.j\.?)(?!\w)",
    r"pieces?[- ]jointes?\b",
    r"en (?:annexe|attache|attachement|fichier joint|document joint)\b",
    r"trouver(?:ez|as|ons)? (?:\w+ ){0,3}?joint(?:e?s?)\b",
    r"(?:je|nous) (?:vous |t'|te |l'|les? |la )*(?:joins|joignons)\b(?! (?:par|au) )",
    r"joint(?:e?s?) (?:a ce|au present|au|dans ce) (?:message|mail|mel|courriel|courrier)\b",
    rf"(?:{_WORD})s? joint(?:e?s?)\b",
)
# Somebody else's attachment, or none.
_OTHERS: Final = r"(?<!\bsans )(?<!\baucune )(?<!\bpas de )(?<!\bvotre )(?<!\bvos )(?<!\btes )(?<!\bta )(?<!\bsa )(?<!\bses )"
_ANNOUNCED: Final = re.compile(rf"{_OTHERS}(?<![\w-])(?:{'|'.join(PHRASES)})")


def announced_attachment(body: str, signature: str = "") -> str:
    """The words of `body` that announce an attachment, as they are written; "" when none do."""
    for line in own_lines(body, signature):
        plain = _plain(line)
        if found := _ANNOUNCED.search(plain):
            # Taking accents away letter by letter keeps the places.
            return line[found.start() : found.end()] if len(plain) == len(line) else found[0]
    return ""


def own_lines(body: str, signature: str = "") -> Iterator[str]:
    """Lines that the sender wrote: neither quoted, nor sent on, nor the signature."""
    if signature.strip():
        body = body.replace(signature.strip(), "")
    for line in body.split("\n"):
        if line.strip() == _MARK or line.rstrip() == _SIGNATURE_MARK:
            return
        if not line.lstrip().startswith(">") and not _ATTRIBUTION.fullmatch(line):
            yield line


def _plain(line: str) -> str:
    """Lower case, straight apostrophes and spaces, no accents; one character for one."""
    folded = (unicodedata.normalize("NFD", character)[:1] for character in line)
    return "".join(folded).lower().replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
