"""One query in two halves: what the server alone may know, and what is known here.

Here are all headers, and the bodies of messages that were opened. So the server is asked in which
bodies each word stands, and every word may be told by either side: ``helene lithiase`` finds the
word that the server saw in a message from the person that is known here, accents and case ignored.
Names of attachments have no search key in IMAP (RFC 9051 §6.4.4).
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from tui_mailer.domain.message import SearchView
from tui_mailer.domain.search import SearchField, SearchQuery, SearchTerm

_IN_BODIES: Final = frozenset({SearchField.ANYWHERE, SearchField.BODY})
# The server looks for parts of words: less than three letters are in every body.
_FEWEST_CHARACTERS: Final = 3


class SearchStage(Enum):
    """How far the server's part of a search is."""

    ASKING = "asking"
    DONE = "done"
    OFFLINE = "offline"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ServerHits:
    """What the server found so far.

    Attributes:
        view: what was looked for, and where.
        found: for each of `asked` words, local ids of the messages that hold it in their bodies.
    """

    view: SearchView
    stage: SearchStage
    found: tuple[tuple[int, ...], ...] = ()


def names_attachment(query: SearchQuery) -> bool:
    """True when an attachment's name is looked for: it is known of messages opened here alone."""
    return any(term.field is SearchField.ATTACHMENT for term in query.terms)


def asked(query: SearchQuery) -> tuple[SearchTerm, ...]:
    """The words whose bodies are asked of the server; none when it could add nothing."""
    if names_attachment(query):
        return ()
    return tuple(t for t in query.terms if t.field in _IN_BODIES and not _is_short(t))


def known_here(query: SearchQuery) -> SearchQuery:
    """What the server's hits are held against here: all else that was asked for.

    Of short words only those with a digit count: ``de`` and ``la`` are in every body.
    """
    return replace(
        query,
        terms=tuple(
            term
            for term in query.terms
            if term.field not in _IN_BODIES
            or (_is_short(term) and any(map(str.isdigit, term.text)))
        ),
    )


def _is_short(term: SearchTerm) -> bool:
    return sum(map(str.isalnum, term.text)) < _FEWEST_CHARACTERS
