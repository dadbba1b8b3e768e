"""Who says what in an answer: the lines of a quotation begin with ``>``, as in plain text."""

import re
from typing import Final

from lxml.html import HtmlElement

BEGIN: Final = "\ufdd1"
END: Final = "\ufdd2"
"""They stand around a quotation while it is rendered; no text holds these code points."""

_DEEPEST: Final = 9
_INDENTED_ALONE: Final = re.compile(r"border(?:-left)?\s*:\s*(?:none|0)", re.IGNORECASE)


def mark_quotes(tree: HtmlElement) -> None:
    """Put the marks around each quotation that is in no table; what is only indented is none."""
    for quote in list(tree.iter("blockquote")):
        is_cited = quote.get("type", "").lower() == "cite"
        if not is_cited and _INDENTED_ALONE.search(quote.get("style", "")):
            continue
        if next(quote.iterancestors("table"), None) is None:
            first, last = (quote.makeelement("div") for _ in range(2))
            first.text, last.text = BEGIN, END
            first.tail, quote.text = quote.text, None
            quote.insert(0, first)
            quote.append(last)


def quoted(text: str) -> str:
    """`text` without the marks, each line between them behind a ``>`` for each quotation."""
    if BEGIN not in text:
        return text
    depth, lines = 0, []
    for line in text.split("\n"):
        depth += line.count(BEGIN)
        said = line.replace(BEGIN, "").replace(END, "")
        if said.strip() or said == line:
            marks = ">" * min(depth, _DEEPEST)
            lines.append(f"{marks} {said}".rstrip() if marks else said)
        depth -= line.count(END)
    return "\n".join(lines)
