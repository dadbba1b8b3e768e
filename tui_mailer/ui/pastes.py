"""What a terminal sends, made plain for Textual's parser.

A paste is text: nothing in it presses a key. The parser takes what stands behind an ESC inside a
bracketed paste for keys: a pasted text could delete messages, or send the one being written. So no
ESC of a paste reaches it.

Escape is a key of its own. The parser takes one that the next key follows within 0.1 s, as keys do
that a slow line brings together, for Alt, and mostly drops it: what was meant for the screen behind
would be done on this one. No key of ours has Alt; so both are told apart.
"""

import re
from collections.abc import Iterable
from typing import Final

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

_BEGIN: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
_VISIBLE_ESC: Final = "\u241b"
# Not before what begins a sequence or an answer of the terminal (ECMA-48 §5.3), nor before what
# terminals send for Shift+Tab, and with Alt for the words to the left and right in a text.
_LONE_ESC: Final = re.compile(r"\x1b(?=[^\x1b\\\[\]NOPX^_\t\x7fbf])")
# The report of a mode that is none (DECRPM): the parser ends the key before it, and ignores it.
_NO_KEY: Final = "\x1b[?0;0$y"


class PasteGuard:
    """Rewrites what comes from a terminal, in whatever pieces it is read."""

    def __init__(self) -> None:
        self._in_paste = False
        # Outside a paste: the last that was passed on. Inside: what may be the end mark's start.
        self._tail = ""

    def clean(self, data: str) -> str:
        """`data` with every ESC inside a paste made visible.

        Nothing outside a paste is held back: a lone ESC is a key.
        """
        passed = []
        while data:
            part, data = self._paste(data) if self._in_paste else self._keys(data)
            passed.append(part)
        return "".join(passed)

    def _keys(self, data: str) -> tuple[str, str]:
        """What is passed on as it is, and the rest, which is pasted."""
        known = len(self._tail)
        seen = self._tail + data
        begins = seen.find(_BEGIN)
        if begins < 0:
            self._tail = seen[1 - len(_BEGIN) :]
            return data, ""
        self._in_paste, self._tail = True, ""
        end = begins + len(_BEGIN) - known
        return data[:end], data[end:]

    def _paste(self, data: str) -> tuple[str, str]:
        """What is passed on, made safe, and the rest, which is not pasted."""
        text, mark, rest = (self._tail + data).partition(_END)
        self._tail = ""
        if mark:
            self._in_paste = False
        else:
            kept = _overlap(text, _END)
            text, self._tail = text[: len(text) - kept], text[len(text) - kept :]
        return text.replace("\x1b", _VISIBLE_ESC) + mark, rest


def _overlap(text: str, mark: str) -> int:
    """How much of the end of `text` may be the start of `mark`."""
    return next((size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), 0)


class GuardedParser(XTermParser):
    """The library's parser, behind a guard."""

    def __init__(self, debug: bool = False) -> None:
        self._guard = PasteGuard()
        self._last = ""
        super().__init__(debug)

    def feed(self, data: str) -> Iterable[Message]:
        """As the library's; "" ends the input."""
        cleaned = self._guard.clean(data)
        return super().feed(self._told_apart(cleaned)) if cleaned or not data else ()

    def _told_apart(self, data: str) -> str:
        """`data` with each Escape apart from the key behind it, be that in the next piece."""
        seen, known = self._last + data, len(self._last)
        self._last = "\x1b" if data.endswith("\x1b") else ""
        return _LONE_ESC.sub(rf"\g<0>{_NO_KEY}", seen)[known:]


def guard_pastes() -> None:
    """Have the library's driver read through the guard: it names its parser in one place only."""
    vars(linux_driver)["XTermParser"] = GuardedParser
