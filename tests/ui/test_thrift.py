"""Fewer bytes, the same picture: a terminal of its own is shown both streams and must not differ."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.drivers.headless_driver import HeadlessDriver

from tui_mailer.ui.thrift import Thrift, read_look, thrifty

COLUMNS, LINES = 60, 8

_COLOURS = ["31", "97", "38;5;188", "38;2;1;2;3"], ["44", "100", "48;5;233", "48;2;9;8;7"]
inks, papers = (st.sampled_from(["", *some]) for some in _COLOURS)
effects = st.sets(st.sampled_from("13479"))
# A mark stands behind the letter it joins, never at the start of a text.
words = st.text("ab  é–◆漢\u0301", max_size=9).map(lambda text: text.lstrip("\u0301"))
others = st.sampled_from(["\x1b[?25l", "\x1b]8;;x\x1b\\", "\x1b[2J", "\x1b[K"])


@st.composite
def styled(draw: st.DrawFn) -> str:
    style = ";".join(filter(None, [*sorted(draw(effects)), draw(inks), draw(papers)]))
    text = draw(words)
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


@st.composite
def pieces(draw: st.DrawFn) -> str:
    """What Textual sends: a move and the styled texts of a line, or something else."""
    row, column = draw(st.integers(1, LINES)), draw(st.integers(1, 12))
    rest = draw(st.lists(styled(), max_size=3) | st.lists(others, min_size=1, max_size=1))
    return f"\x1b[{row};{column}H{''.join(rest)}"


class Terminal:
    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.Stream(self.screen)

    def shows(self, data: str) -> list[list[tuple[object, ...]]]:
        """What is seen after `data`, cell by cell; the ink of a blank is not."""
        self._stream.feed(data)
        lines = [[self.screen.buffer[y][x] for x in range(COLUMNS)] for y in range(LINES)]
        return [[_seen(cell) for cell in line] for line in lines]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    marks = (cell.bg, cell.underscore, cell.reverse, cell.strikethrough)
    is_blank = cell.data == " " and not any(marks[1:])
    return (cell.data, *marks, *(() if is_blank else (cell.fg, cell.bold, cell.italics)))


@settings(deadline=None)
@given(st.lists(st.lists(pieces(), max_size=8), max_size=4))
def test_the_picture_is_the_same_whatever_is_sent(writes: list[list[str]]) -> None:
    thrift, plain, spared = Thrift(), Terminal(), Terminal()
    for write in writes:
        sent = "".join(write)
        assert spared.shows(thrift.shorten(sent)) == plain.shows(sent)


def test_a_style_is_written_as_what_differs() -> None:
    row = "\x1b[1;1H\x1b[1;38;5;188;48;5;233mNom\x1b[0m\x1b[38;5;188;48;5;233m  \x1b[0m\x1b[38;5;245;48;5;233mhier\x1b[0m"
    assert Thrift().shorten(row) == (
        "\x1b[1;1H\x1b[0;1;38;5;188;48;5;233mNom  \x1b[22;38;5;245mhier"
    )


def test_a_move_to_where_the_cursor_stands_is_left_out() -> None:
    sent = "\x1b[2;5Hab\x1b[2;7Hcd\x1b[2;9H\n\x1b[3;5Hef"
    assert Thrift().shorten(sent) == "\x1b[2;5H\x1b[mabcd\x1b[3;5Hef"


def test_what_stands_there_already_is_not_sent_again() -> None:
    thrift = Thrift()
    thrift.shorten("\x1b[2;1H\x1b[31mBonjour Madame\x1b[0m")
    assert thrift.shorten("\x1b[2;1H\x1b[31mBonjour Madame\x1b[0m\x1b[2;15H") == ""
    assert thrift.shorten("\x1b[2;1H\x1b[31mBonsoir Madame\x1b[0m\x1b[2;7H") == ("\x1b[2;4Hsoi")
    thrift.forget()
    assert "Bonsoir Madame" in thrift.shorten("\x1b[2;1H\x1b[31mBonsoir Madame\x1b[0m")


def test_after_a_character_of_doubtful_width_the_cursor_is_placed_anew() -> None:
    assert "\x1b[2;7H" in Thrift().shorten("\x1b[2;5H漢\x1b[2;7Hcd")


def test_the_terminal_is_left_as_it_was_found() -> None:
    thrift = Thrift()
    thrift.shorten("\x1b[?1049h\x1b[1;31mrouge\x1b[0m")
    assert thrift.shorten("\x1b[?1049l") == "\x1b[m\x1b[?1049l"
    assert thrift.shorten("\x1b[31mr").startswith("\x1b[0;31m"), "nothing is taken for granted"


@pytest.mark.parametrize("odd", ["38", "38;2;1;2", "48;9;1", "73", "1:2"])
def test_a_style_that_is_not_known_is_sent_as_it_is(odd: str) -> None:
    assert read_look(odd) is None
    sent = Thrift().shorten(f"\x1b[{odd}mx\x1b[0my")
    assert sent == f"\x1b[m\x1b[{odd}mx\x1b[my"


def test_the_platforms_driver_is_kept() -> None:
    spared = thrifty(HeadlessDriver)
    assert issubclass(spared, HeadlessDriver)
    assert spared.__name__ == "ThriftyHeadlessDriver"
