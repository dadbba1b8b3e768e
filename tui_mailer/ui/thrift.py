"""Fewer bytes for the same picture: what a terminal over SSH is sent.

Textual writes each piece of text between a full style and a reset, and moves the cursor where it
already is. Here a style is written as what differs from the one in force (ECMA-48 §8.3.117, SGR),
and moves that change nothing are left out. A cursor key costs a quarter of what it would.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

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
# Every terminal gives these one cell; of others it is not sure where the cursor stands after them.
_SURELY_ONE_CELL: Final = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u00ff]*")
_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28",
               "9": "29"}  # fmt: skip
# What shows on a blank: the background, and these.
_SHOWN_ON_BLANKS: Final = frozenset("4789")
_EXTENDED: Final = {"2": 5, "5": 3}


@dataclass(frozen=True, slots=True)
class Look:
    """A style in force, in SGR parameters; `known` is False when nothing is sure."""

    effects: frozenset[str] = frozenset()
    ink: str = "39"
    paper: str = "49"
    known: bool = True


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
    """Rewrites what is sent to one terminal; knows how the terminal stands after it."""

    def __init__(self) -> None:
        self._in_force = Look(known=False)
        self._wanted: Look | None = Look()
        self._place: tuple[int, int] | None = None

    def shorten(self, data: str) -> str:
        """The same picture in fewer characters; `data` may be any part of the stream."""
        return "".join(self._token(found) for found in _TOKEN.finditer(data))

    def _token(self, found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "style":
            return self._style(found[0], found["style"])
        if kind == "column":
            return self._move(int(found["row"]), int(found["column"]))
        if kind == "mode":
            return self._mode(found[0])
        if kind == "text":
            return self._text(found[0])
        self._place = None
        return self._as_wanted() + found[0]

    def _style(self, sent: str, parameters: str) -> str:
        self._wanted = read_look(parameters)
        if self._wanted is not None:
            return ""
        self._in_force = Look(known=False)
        return f"\x1b[m{sent}"

    def _move(self, row: int, column: int) -> str:
        if self._place == (row, column):
            return ""
        self._place = (row, column)
        return f"\x1b[{row};{column}H"

    def _mode(self, sent: str) -> str:
        """Other screens and modes; on leaving, the terminal is as its owner had it."""
        if "?1049" not in sent:
            return sent
        self._place = None
        self._in_force, self._wanted = Look(known=False), Look()
        return f"\x1b[m{sent}"

    def _text(self, text: str) -> str:
        wanted = self._wanted
        if wanted is not None and not text.strip(" "):
            wanted = self._on_blanks(wanted)
        if self._place is not None:
            row, column = self._place
            sure = _SURELY_ONE_CELL.fullmatch(text) is not None
            self._place = (row, column + len(text)) if sure else None
        return self._put(wanted) + text

    def _on_blanks(self, wanted: Look) -> Look:
        """`wanted`, but for what a blank does not show."""
        now = self._in_force
        if not now.known or (wanted.effects | now.effects) & _SHOWN_ON_BLANKS:
            return wanted
        return replace(now, paper=wanted.paper)

    def _as_wanted(self) -> str:
        return self._put(self._wanted)

    def _put(self, wanted: Look | None) -> str:
        if wanted is None:
            return ""
        change = change_of_look(self._in_force, wanted)
        self._in_force = wanted
        return change


class _ThriftyDriver(_Base):
    """A driver that sends less; mixed in before the platform's own."""

    _thrift: Thrift

    def write(self, data: str) -> None:
        """Send `data`, shortened."""
        if not hasattr(self, "_thrift"):
            self._thrift = Thrift()
        super().write(self._thrift.shorten(data))


def thrifty(driver_class: type[Driver]) -> type[Driver]:
    """`driver_class`, sending fewer bytes."""
    return type(f"Thrifty{driver_class.__name__}", (_ThriftyDriver, driver_class), {})
