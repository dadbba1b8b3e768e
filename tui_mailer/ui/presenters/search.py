"""What a search found, in French."""

from tui_mailer.domain.message import MOST_HITS
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.domain.search import SearchQuery
from tui_mailer.ui.text import Part, cut, french_number, plural

EVERYWHERE = "tous les dossiers"
_LONGEST_SCOPE = 22
_LONGEST_IGNORED = 12


def found_words(
    query: SearchQuery, scope: str, count: int, elsewhere_count: int = 0
) -> tuple[Part, ...]:
    """The right end of the search bar.

    Args:
        query: what is looked for.
        scope: where, or `EVERYWHERE`.
        count: messages found there.
        elsewhere_count: messages found in all folders, when there are none in `scope`.
    """
    where = f" · {cut(scope, _LONGEST_SCOPE).rstrip()}"
    parts: list[Part] = []
    if query.ignored:
        ignored = cut(safe_line(query.ignored[0]), _LONGEST_IGNORED).rstrip()
        parts.append((f" ✗ non compris : « {ignored} » ", "$warning"))
    if query.is_empty:
        return (*parts, where.removeprefix(" ·"))
    if not count and elsewhere_count:
        return (*parts, " rien ici", (f" · {_number(elsewhere_count)} ailleurs", "bold"))
    return (*parts, (f" {_number(count)}", "bold"), where)


def _number(count: int) -> str:
    if not count:
        return "aucun message"
    if count >= MOST_HITS:
        return f"{french_number(MOST_HITS)} messages les plus récents"
    return plural(count, "message")
