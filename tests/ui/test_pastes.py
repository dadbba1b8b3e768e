"""A paste is text, in whatever pieces the terminal's bytes are read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste

from tui_mailer.ui.pastes import GuardedParser, PasteGuard

BEGIN, END = "\x1b[200~", "\x1b[201~"
texts = st.text("ab\x1b[20~1\x13", max_size=12).filter(lambda text: END not in text)
keys = st.text("ab[~", max_size=4)


def cut(data: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


@given(keys, texts, keys, st.lists(st.integers(0, 99)))
def test_no_escape_of_a_paste_is_left_and_all_else_is(
    before: str, pasted: str, after: str, places: list[int]
) -> None:
    guard = PasteGuard()
    sent = f"{before}{BEGIN}{pasted}{END}{after}"
    cleaned = "".join(guard.clean(piece) for piece in cut(sent, places))
    assert cleaned == f"{before}{BEGIN}{pasted.replace(chr(27), chr(0x241B))}{END}{after}"


def test_a_lone_escape_is_a_key_at_once() -> None:
    assert PasteGuard().clean("\x1b") == "\x1b"


def test_the_parser_makes_one_paste_and_no_key_of_it() -> None:
    parser = GuardedParser()
    found = [*parser.feed(f"{BEGIN}Texte collé\x1bX\x13 su"), *parser.feed(f"ite{END}k")]
    assert [event.text for event in found if isinstance(event, Paste)] == [
        "Texte collé␛X\x13 suite"
    ]
    assert [event.key for event in found if isinstance(event, Key)] == ["k"]


@pytest.mark.parametrize(
    ("sent", "pressed"),
    [
        ("\x1bd", ["escape", "d"]),
        ("\x1bdj\x1b[A", ["escape", "d", "j", "up"]),
        ("\x1b\x13", ["escape", "ctrl+s"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b2", ["escape", "2"]),
        ("\x1b\x1b[B\x1b ", ["escape", "down", "escape", "space"]),
        ("\x1bOP\x1b[Z\x1b\t", ["f1", "shift+tab", "shift+tab"]),
        ("\x1bb\x1bf", ["ctrl+left", "ctrl+right"]),
    ],
)
@pytest.mark.parametrize("in_pieces", [False, True])
def test_escape_and_the_key_behind_it_are_two_keys(
    sent: str, pressed: list[str], in_pieces: bool
) -> None:
    parser = GuardedParser()
    found = [event for piece in (sent if in_pieces else [sent]) for event in parser.feed(piece)]
    assert [event.key for event in found if isinstance(event, Key)] == pressed
