from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.safe_text import safe_block, safe_line

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
ANY_TEXT = st.text(st.characters())  # lone surrogates included
HOSTILE_TEXT = st.text(st.sampled_from("ab é☎\x1b\x9b\x07\r\n\t\u202e\u200b\ufe0f\ud800\u2028‹›␛"))

ORDINARY = [
    "Bonjour Madame Müller-Lefèvre, cœur normal : 72 bpm",
    "« Résultat » : 5\u00a0mg/l, 37,2\u202f°C – à revoir…",
    "L’œdème a diminué ; naïf, où, Noël, ÇÀ ET LÀ",
    "Émojis 🙂 1\ufe0f\u20e3 ❤\ufe0f ☎\ufe0f 🇫🇷",
    "Αθήνα, Москва, 東京, العربية, हिन्दी",
    "e\u0301crit en décomposé",
    "1 < 2 & [red] [/] {3+} \\ %s",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert safe_line(text) == text
    assert safe_block(text) == text


def test_nothing_that_a_terminal_obeys_is_left_over_all_code_points() -> None:
    shown = safe_block("".join(EVERY_CHARACTER))
    unsafe = {c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")}

    assert unsafe == {"\n"}


def test_a_line_holds_no_line_break_over_all_code_points() -> None:
    assert safe_line("".join(EVERY_CHARACTER)).splitlines() == [safe_line("".join(EVERY_CHARACTER))]


@pytest.mark.parametrize(
    "invisible",
    [
        *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800",
        *"\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\u206a\u206f\u3164\ufeff\uffa0",
        *"\ufe00\ufe0e\ufe0f\U000e0001\U000e0041\U000e007f\U000e0100\U000e01ef",
        *"\U0001d173\U0001bca0\u2065\ufff0\U000e0fff",
    ],
    ids=lambda c: f"U+{ord(c):04X}",
)
def test_an_invisible_character_within_a_name_is_shown(invisible: str) -> None:
    assert safe_line(f"Mar{invisible}tin") == f"Mar‹U+{ord(invisible):04X}›tin"


def test_a_variation_selector_after_a_symbol_is_part_of_an_emoji() -> None:
    assert safe_line("❤\ufe0f") == "❤\ufe0f"
    assert safe_line("❤\ufe0f\ufe0f") == "❤\ufe0f‹U+FE0F›"
    assert safe_line("\x07\ufe0f") == "␇‹U+FE0F›"
    assert safe_line("\u2800\ufe0f") == "‹U+2800›‹U+FE0F›"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x1b]52;c;aGVsbG8=\x07", "␛]52;c;aGVsbG8=␇"),
        ("\x9b6n", "‹U+009B›6n"),
        ("a\x00b\x7f", "a␀b␡"),
        ("a\r\nb\tc", "a␍␊b␉c"),
        ("facture\u202efdp.exe", "facture‹U+202E›fdp.exe"),
        ("\ud800", "‹U+D800›"),
        ("\U000e0061", "‹U+E0061›"),
    ],
)
def test_what_a_terminal_obeys_becomes_a_visible_mark(text: str, shown: str) -> None:
    assert safe_line(text) == shown


def test_a_block_keeps_its_lines_whatever_ends_them() -> None:
    assert safe_block("a\r\nb\rc\nd\u2028e\u2029f\u0085g\th") == "a\nb\nc\nd\ne\nf\ng    h"


@given(ANY_TEXT | HOSTILE_TEXT)
def test_cleaning_is_total_and_idempotent(text: str) -> None:
    line, block = safe_line(text), safe_block(text)

    assert safe_line(line) == line
    assert safe_block(block) == block
    line.encode("utf-8")
    block.encode("utf-8")


@given(ANY_TEXT | HOSTILE_TEXT)
def test_no_text_vanishes(text: str) -> None:
    assert len(safe_line(text)) >= len(text)
