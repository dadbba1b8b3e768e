"""Ending an exchange: the one message that does, and subjects that only look like it.

The field ends an exchange by a subject alone (ENS V1.3 §7), so what is nearly that subject ends
nothing and looks as if it did.
"""

import re
import unicodedata
from dataclasses import replace
from typing import Final

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.exchange import END_SUBJECT

END_BODY: Final = (
    "Bonjour, je mets fin pour le moment à nos échanges par cette messagerie ; je vous y écrirai "
    "de nouveau si besoin.\n"
)

_OPENING, _CLOSING = frozenset({"Ps", "Pi"}), frozenset({"Pe", "Pf"})
_UNSEEN: Final = frozenset({"Cc", "Cf", "Mn", "Me"})
_PREFIXES: Final = re.compile(r"(?:\s*(?:re|rép|rep|aw|tr|fw|fwd)\s*:)+", re.IGNORECASE)
_WORD: Final = r"f\s?i\s?n"
_BRACKETED: Final = re.compile(rf"\[\s*{_WORD}\b|\b{_WORD}\s*\]")
_ALONE: Final = re.compile(rf"[\W_]*{_WORD}[\W_]*")


def end_draft(patient: Address) -> Draft:
    """The message that ends the exchange with `patient`."""
    return Draft(to=(patient,), subject=END_SUBJECT, body=END_BODY, final=True)


def as_end(draft: Draft) -> Draft:
    """`draft` as a message that ends the exchange: to whom it goes and what it says, no more."""
    return Draft(
        id=draft.id,
        to=draft.to,
        cc=draft.cc,
        bcc=draft.bcc,
        subject=END_SUBJECT,
        body=draft.body if draft.body.strip() else END_BODY,
        final=True,
        updated_at=draft.updated_at,
    )


def is_untouched_end(draft: Draft) -> bool:
    """True for an `end_draft` in which nobody wrote anything."""
    return len(draft.to) == 1 and replace(draft, id=0, updated_at=None) == end_draft(draft.to[0])


def resembles_end(subject: str) -> bool:
    """True for what may have been meant as ``[FIN]`` and is not that, byte for byte.

    ``FIN``, ``[fin]``, ``Re: [FIN]``, ``[FIN] merci``, full-width or other brackets; not a word
    such as « Fin de traitement ».
    """
    if subject == END_SUBJECT:
        return False
    plain = _plain(subject)
    return bool(_BRACKETED.search(plain) or _ALONE.fullmatch(_PREFIXES.sub("", plain)))


def _plain(subject: str) -> str:
    """Lower case without accents and invisible characters; brackets of every kind square.

    Round ones stay: « Compte rendu (fin) » is an ordinary subject.
    """
    characters = unicodedata.normalize("NFKD", subject)
    return "".join(map(_square, characters)).casefold()


def _square(character: str) -> str:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        return ""
    if character in "()":
        return character
    if category in _OPENING:
        return "["
    return "]" if category in _CLOSING else character
