"""Fewer bytes for the same picture: what a terminal over SSH is sent.

Textual writes each piece of text between a full style and a reset, repaints whole widgets for one
letter, and moves the cursor where it already is. Here the terminal's picture is remembered, and
only what differs is sent, as curses has always done: cells that change, styles as what differs
from the one in force (ECMA-48 §8.3.117, SGR), moves that lead somewhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.driver import Driver

if TYPE_CHECKING:
    from textual.drivers.headless_driver import HeadlessDriver as _Base
else:
    _Base = object

_TOKEN: Final = re.compile(
    r"\x1b\[(?P<style>[0-9;:]*)m"
    r"|(?:\r?\n|\x1b\[\d+;\d+H)*\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<mode>\x1b\[\?[0-9;]+[hl])"
    r"|(?P<text>[^\x00-\x1f]+)"
    r"|(?P<other>\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and the other strings
    r"|[ -/]*[0-~])|.)",
    re.DOTALL,
)
# Every terminal gives these one cell; after others it is not sure where the cursor stands, and they
# may join the character before them.
_SURE: Final = " -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u2193\u2400-\u2426\u2500-\u259f▸▾●✓✗"
_RUN: Final = re.compile(f"(?P<sure>[{_SURE}]+(?=[{_SURE}]|$))|[{_SURE}]?[^{_SURE}]+|.")
# So many unchanged cells are written again rather than jumped over: a jump takes as many bytes.
_JUMP_CELLS: Final = 4
_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28",
               "9": "29"}  # fmt: skip
# What shows on a blank: the background, and these.
_SHOWN_ON_BLANKS: Final = frozenset("4789")
_EXTENDED: Final = {"2": 5, "5": 3}


@dataclass(frozen=True)
class Look:
    """A style in force, in SGR parameters; `known` is False when nothing is sure."""

    effects: frozenset[str] = frozenset()
    ink: str = "39"
    paper: str = "49"
    known: bool = True

    @cached_property
    def on_blank(self) -> "Look":
        """What is seen of it on a blank."""
        if self.effects & _SHOWN_ON_BLANKS:
            return self
        return Look(paper=self.paper, known=self.known)


Place = tuple[int, int]
"""Row and column, from 1."""
Cell = tuple[str, Look]


@lru_cache(maxsize=1024)
def read_look(parameters: str) -> Look | None:
    """The style that these SGR parameters set from a reset; None for one we do not know."""
    words, look = parameters.split(";") if parameters else ["0"], Look()
    effects = set[str]()
    while words:
        word = words.pop(0)
        if word in {"38", "48"}:
            length = _EXTENDED.get(words[0], 0) - 1 if words else 0
            if not 0 < length <= len(words):
                return None
            colour = ";".join((word, *words[:length]))
            words = words[length:]
            look = replace(look, ink=colour) if word == "38" else replace(look, paper=colour)
        elif word in _OFF:
            effects.add(word)
        elif re.fullmatch(r"3[0-79]|9[0-7]", word):
            look = replace(look, ink=word)
        elif re.fullmatch(r"4[0-79]|10[0-7]", word):
            look = replace(look, paper=word)
        elif word not in {"", "0"}:
            return None
    return replace(look, effects=frozenset(effects))


@lru_cache(maxsize=4096)
def change_of_look(old: Look, new: Look) -> str:
    """The shortest SGR that leads from `old` to `new`; "" when they are alike."""
    anew = ["0", *sorted(new.effects)]
    anew += [colour for colour, usual in ((new.ink, "39"), (new.paper, "49")) if colour != usual]
    if not old.known:
        return _sgr(anew)
    off = {_OFF[effect] for effect in old.effects - new.effects}
    # 22 ends bold and faint alike.
    kept = frozenset(effect for effect in old.effects if _OFF[effect] not in off)
    words = [*sorted(off), *sorted(new.effects - kept)]
    words += [new.ink] if new.ink != old.ink else []
    words += [new.paper] if new.paper != old.paper else []
    return min(_sgr(words), _sgr(anew), key=len) if words else ""


def _sgr(words: list[str]) -> str:
    text = ";".join(words)
    return f"\x1b[{'' if text == '0' else text}m"


class Thrift:
    """Rewrites what is sent to one terminal; knows the picture that stands there."""

    def __init__(self) -> None:
        self._in_force = Look(known=False)
        self._wanted: Look | None = Look()
        self._cursor: Place | None = None
        self._target: Place | None = None
        self._rows: dict[int, dict[int, Cell]] = {}

    def forget(self) -> None:
        """Nothing is sure any more: the terminal has another size, or somebody wrote on it."""
        self._in_force = Look(known=False)
        self._cursor = None
        self._rows.clear()

    def shorten(self, data: str) -> str:
        """The same picture in fewer characters; `data` holds whole sequences."""
        sent = [self._token(found) for found in _TOKEN.finditer(data)]
        sent.append(self._go())
        return "".join(sent)

    def _token(self, found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "style":
            return self._style(found[0], found["style"])
        if kind == "column":
            self._target = (int(found["row"]), int(found["column"]))
            return ""
        if kind == "mode":
            return self._mode(found[0])
        if kind == "text":
            return self._text(found[0])
        return self._other(found[0])

    def _style(self, sent: str, parameters: str) -> str:
        self._wanted = read_look(parameters)
        if self._wanted is not None:
            return ""
        self._in_force = Look(known=False)
        return f"\x1b[m{sent}"

    def _mode(self, sent: str) -> str:
        """Modes; another screen shows another picture, and is left as it was found."""
        if "?1049" not in sent:
            return sent
        self.forget()
        self._target, self._wanted = None, Look()
        return f"\x1b[m{sent}"

    def _other(self, sent: str) -> str:
        """What may do anything: it is done where and as it was meant to be."""
        before = self._go() + self._put(self._wanted)
        self._cursor = self._target = None
        self._rows.clear()
        return before + sent

    # --- text

    def _text(self, text: str) -> str:
        if self._target is None or self._wanted is None:
            return self._other(text)
        sent = []
        for run in _RUN.finditer(text):
            write = self._known if run["sure"] else self._doubtful
            sent.append(write(run[0], self._target, self._wanted))
            row, column = self._target
            self._target = (row, column + cell_len(run[0]))
        return "".join(sent)

    def _known(self, run: str, place: Place, look: Look) -> str:
        """Characters of one cell each: those that differ from what stands there."""
        (row, first), sent = place, list[str]()
        held = self._rows.setdefault(row, {})
        blank = look.on_blank
        cells = [(character, blank if character == " " else look) for character in run]
        changed = [index for index, cell in enumerate(cells) if held.get(first + index) != cell]
        for start, stop in _stretches(changed):
            sent += [self._go((row, first + start)), self._put_for(run[start:stop], look)]
            sent.append(run[start:stop])
            self._cursor = (row, first + stop)
        held.update({first + index: cells[index] for index in changed})
        return "".join(sent)

    def _doubtful(self, run: str, place: Place, look: Look) -> str:
        """Characters whose width terminals disagree on: always written, and remembered by none."""
        (row, first) = place
        held = self._rows.setdefault(row, {})
        for column in range(first - 1, first + cell_len(run) + 1):
            held.pop(column, None)
        sent = self._go(place) + self._put(look) + run
        self._cursor = None
        return sent

    # --- the cursor and the style in force

    def _go(self, place: Place | None = None) -> str:
        """Move to `place`, or to where the cursor was meant to be."""
        place = place or self._target
        if place is None or place == self._cursor:
            return ""
        old, self._cursor = self._cursor, place
        (row, column) = place
        if old is not None and old[0] == row and old[1] < column:
            steps = column - old[1]
            return f"\x1b[{steps if steps > 1 else ''}C"
        return f"\x1b[{row};{column}H"

    def _put_for(self, text: str, look: Look) -> str:
        """As `_put`, for a text that may not show all of it."""
        now = self._in_force
        if (
            not text.strip(" ")
            and now.known
            and now.on_blank.effects == look.on_blank.effects == set()
        ):
            return self._put(replace(now, paper=look.paper))
        return self._put(look)

    def _put(self, wanted: Look | None) -> str:
        if wanted is None:
            return ""
        change = change_of_look(self._in_force, wanted)
        self._in_force = wanted
        return change


def _stretches(indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join ascending indexes into ranges (stop excluded), over gaps that are not worth a jump."""
    start = stop = -1
    for index in indexes:
        if start >= 0 and index - stop < _JUMP_CELLS:
            stop = index + 1
            continue
        if start >= 0:
            yield start, stop
        start, stop = index, index + 1
    if start >= 0:
        yield start, stop


class _ThriftyDriver(_Base):
    """A driver that sends less; mixed in before the platform's own."""

    _thrift: Thrift | None = None

    def write(self, data: str) -> None:
        """Send what `data` changes."""
        if self._thrift is None:
            self._thrift = Thrift()
        if sent := self._thrift.shorten(data):
            super().write(sent)

    def forget(self) -> None:
        """Send all anew from now on."""
        if self._thrift is not None:
            self._thrift.forget()


def thrifty(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, sending fewer bytes."""
    return type(f"Thrifty{driver_class.__name__}", (_ThriftyDriver, driver_class), {})


def forget_picture(driver: Driver | None) -> None:
    """What stands on the terminal is not sure any more; the next picture is sent whole."""
    if isinstance(driver, _ThriftyDriver):
        driver.forget()
