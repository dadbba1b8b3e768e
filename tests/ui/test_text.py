"""French dates and sizes, and columns that keep their width."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.text import (
    cut,
    cut_within,
    french_date,
    french_moment,
    french_size,
    line,
    plural,
)
from tui_mailer.ui.wrapping import wrap_as_french

NOW = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - timedelta(hours=5), "14:00"),
        (NOW - timedelta(hours=20), "hier 23:00"),
        (datetime(2026, 1, 1, 8, 0, tzinfo=UTC), "1er janv."),
        (datetime(2025, 3, 3, 8, 0, tzinfo=UTC), "03/03/2025"),
        (NOW + timedelta(days=1), "3 mars"),
    ],
)
def test_dates_are_as_short_as_they_can_be(moment: datetime, words: str) -> None:
    assert french_date(moment, NOW) == words


def test_a_moment_is_said_in_full() -> None:
    assert french_moment(NOW, NOW) == "lundi 2 mars 2026 à 19:00"


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [(0, "0 o"), (999, "999 o"), (340_000, "340 ko"), (999_600, "1,0 Mo"), (1_234_567, "1,2 Mo")],
)
def test_sizes_are_french(size_bytes: int, words: str) -> None:
    assert french_size(size_bytes).replace("\u00a0", " ") == words


def test_nothing_is_singular_in_french() -> None:
    assert [plural(count, "envoi") for count in (0, 1, 2)] == ["0 envoi", "1 envoi", "2 envois"]


@given(st.text(), st.integers(0, 60))
def test_a_column_is_always_as_wide_as_it_should_be(text: str, width: int) -> None:
    assert cell_len(cut(safe_line(text), width)) == width


@pytest.mark.parametrize("text", ["[/]", "[red]x[/red]", "[@click=app.quit]x[/]", "[/", "[link=x]"])
def test_markup_is_shown_as_it_was_written(text: str) -> None:
    assert line(text, (text, "bold")).plain == text + text


@pytest.mark.parametrize("width", range(14, 60))
def test_no_line_begins_with_a_mark_or_parts_a_guillemet_from_its_word(width: int) -> None:
    wrap_as_french()
    said = "Envoyer ce message de 25\u00a0Mo ? Il dit : « Votre bilan est normal », à vous ; non !"
    lines = [shown.content.plain for shown in Content(said)._wrap_and_format(width)]
    assert " ".join(lines).split() == said.split()
    assert max(map(len, lines)) <= width
    for shown in lines:
        assert not shown.startswith((":", ";", "!", "?", "»", "Mo"))
        assert not shown.endswith("«")


@given(st.text(), st.integers(0, 40))
def test_a_name_cut_within_has_its_width_and_both_its_ends(text: str, width: int) -> None:
    name = safe_line(text)
    assert cell_len(cut_within(name, width)) == width
    if name.isascii() and len(name) > width >= 5:
        start, _, end = cut_within(name, width).partition("…")
        assert name.startswith(start)
        assert name.endswith(end)
        assert len(end) >= 2


def test_the_files_of_two_days_are_told_apart() -> None:
    name = "CR-consultation-cardiologie_DUPONT_{}.pdf"
    first, second = (cut_within(name.format(day), 30) for day in ("2026-03-11", "2026-03-12"))
    assert first != second
    assert second.endswith("2026-03-12.pdf")
