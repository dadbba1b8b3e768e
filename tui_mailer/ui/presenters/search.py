"""What a search found, in French."""

from tui_mailer.domain.message import MOST_HITS
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.domain.search import SearchQuery
from tui_mailer.domain.server_search import SearchStage
from tui_mailer.ui.text import Part, cut, french_number, plural

EVERYWHERE = "tous les dossiers"
_LONGEST_SCOPE = 22
_LONGEST_IGNORED = 12


def server_words(stage: SearchStage, server_count: int, *, brief: bool) -> str:
    """What the server adds to a search, for the right end of the bar.

    Args:
        stage: how far it is.
        server_count: messages that it alone found.
        brief: there is little room.
    """
    if stage is SearchStage.OFFLINE:
        return " · hors ligne : ici seulement" if brief else " · hors ligne : cherché ici seulement"
    if stage is SearchStage.REFUSED:
        return " · serveur : refus" if brief else " · le serveur n’a pas pu tout chercher"
    found = f" · dont {french_number(server_count)} du serveur" if server_count else ""
    if stage is SearchStage.DONE:
        return found or ("" if brief else " · rien de plus sur le serveur")
    return found + (" · serveur…" if brief else " · … recherche sur le serveur")


def attachment_words(*, brief: bool) -> str:
    """What a search for the name of an attachment has not looked into: as `server_words`."""
    return " · PJ vues ici" if brief else " · PJ des messages déjà ouverts ici seulement"


def found_words(
    query: SearchQuery, scope: str, count: int, elsewhere_count: int = 0, server: str = ""
) -> tuple[Part, ...]:
    """The right end of the search bar.

    Args:
        query: what is looked for.
        scope: where, or `EVERYWHERE`.
        count: messages found there.
        elsewhere_count: messages found in all folders, when there are none in `scope`.
        server: see `server_words` and `attachment_words`.
    """
    where = f" · {cut(scope, _LONGEST_SCOPE).rstrip()}"
    parts: list[Part] = []
    if query.ignored:
        ignored = cut(safe_line(query.ignored[0]), _LONGEST_IGNORED).rstrip()
        parts.append((f" ✗ non compris : « {ignored} » ", "$warning"))
    if query.is_empty:
        return (*parts, where.removeprefix(" ·"))
    if not count and elsewhere_count:
        return (*parts, " rien ici", (f" · {_number(elsewhere_count)} ailleurs", "bold"), server)
    return (*parts, (f" {_number(count)}", "bold"), where, server)


def _number(count: int) -> str:
    if not count:
        return "aucun message"
    if count >= MOST_HITS:
        return f"{french_number(MOST_HITS)} messages les plus récents"
    return plural(count, "message")
