"""Bytes of a terminal that are no UTF-8 are text all the same, and end nothing.

A terminal that is set to Latin-1 sends one byte for an accent, and a bad line sends what it likes.
Textual decodes strictly: its thread that reads ended there, and the program with it.
"""

import codecs
from functools import partial
from typing import Final

from textual.drivers import linux_driver

_LENIENT: Final = "tui_mailer.as_windows_1252"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """What the bytes are in the other coding that French keyboards write; never a control."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error(_LENIENT, _as_windows_1252)


def lenient_decoder(encoding: str) -> "partial[codecs.IncrementalDecoder]":
    """Makes decoders as `codecs.getincrementaldecoder`'s, which take any bytes."""
    return partial(codecs.getincrementaldecoder(encoding), errors=_LENIENT)


def take_any_bytes() -> None:
    """Have the library's driver read so: it names its decoder in one place only."""
    vars(linux_driver)["getincrementaldecoder"] = lenient_decoder
