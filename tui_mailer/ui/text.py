"""French dates, sizes and plurals, and the one way from text to what a widget shows.

Textual reads a `str` as markup: `[/]` in a subject ends the program. So every text becomes a
`Content` here, built from its parts as they are.
"""

from datetime import datetime, timedelta
from typing import Final

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from tui_mailer.domain.ins import MONTHS

Part = str | Content | tuple[str, str | Style]
"""A plain text, a content, or a text with its style; none is read as markup."""

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_SHORT_MONTHS: Final = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
                        "oct.", "nov.", "déc.")  # fmt: skip
_NO_BREAK_SPACE: Final = "\u00a0"
_QUOTED_WIDTH: Final = 60


def line(*parts: Part) -> Content:
    """Join `parts` into what a widget shows, without reading markup in any of them."""
    return Content.assemble(*parts)


def lines(*rows: Part) -> Content:
    """Like `line`, with a line break between the parts."""
    return Content("\n").join(line(row) for row in rows)


def cut(text: str, width: int) -> str:
    """Make `text` exactly `width` cells wide: padded, or ended with "…" when it is too long."""
    if width <= 0:
        return ""
    missing = width - cell_len(text)
    if missing >= 0:
        return text + " " * missing
    kept = _prefix(text, width - 1)
    return kept + "…" + " " * (width - 1 - cell_len(kept))


def cut_within(text: str, width: int) -> str:
    """As `cut`, but what is too long loses its middle: the names of files differ at their ends."""
    if width < 3 or cell_len(text) <= width:
        return cut(text, width)
    end = _prefix(text[::-1], (width - 1) // 2)[::-1]
    return cut(_prefix(text, width - 1 - cell_len(end)) + "…" + end, width)


def _prefix(text: str, width: int) -> str:
    """The longest beginning of `text` that takes at most `width` cells."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[:index]
    return text


def french_date(moment: datetime, now: datetime) -> str:
    """A date as short as it can be: "14:05", "hier 14:05", "3 sept.", "03/09/2025".

    Both are aware; the day is that of the time zone of `now`.
    """
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.date() == (now - timedelta(days=1)).date():
        return f"hier {local:%H:%M}"
    return french_day(moment, now)


def french_day(moment: datetime, now: datetime) -> str:
    """A day as short as it can be: "3 sept." this year, else "03/09/2025"; in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    if local.year == now.year:
        return f"{_day(local)} {_SHORT_MONTHS[local.month - 1]}"
    return f"{local:%d/%m/%Y}"


def french_moment(moment: datetime, now: datetime) -> str:
    """A date in full: "mardi 3 mars 2026 à 14:05", in the time zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    day = f"{_DAYS[local.weekday()]} {_day(local)} {MONTHS[local.month - 1]} {local.year}"
    return f"{day} à {local:%H:%M}"


def _day(local: datetime) -> str:
    return "1er" if local.day == 1 else str(local.day)


def french_size(size_bytes: int) -> str:
    """A size in decimal units: "512 o", "340 ko", "1,2 Mo"."""
    if size_bytes < 1_000:
        return f"{size_bytes}{_NO_BREAK_SPACE}o"
    if size_bytes < 999_500:
        return f"{size_bytes / 1_000:.0f}{_NO_BREAK_SPACE}ko"
    return f"{size_bytes / 1_000_000:.1f}{_NO_BREAK_SPACE}Mo".replace(".", ",")


def french_number(number: int) -> str:
    """A number with its thousands apart: "4 000"."""
    return f"{number:,}".replace(",", _NO_BREAK_SPACE)


def plural(count: int, one: str, many: str = "") -> str:
    """A counted noun: "1 message", "2 messages"; `many` when an s does not do. 0 is singular."""
    noun = one if abs(count) < 2 else many or f"{one}s"
    return f"{french_number(count)} {noun}"


def quoted_subject(subject: str) -> str:
    """A subject in a sentence, between French quotation marks, cut where it is too long for one."""
    return f"« {cut(subject or '(sans objet)', _QUOTED_WIDTH).rstrip()} »"
