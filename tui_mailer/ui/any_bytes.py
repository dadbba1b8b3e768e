"""Bytes of a terminal that are no UTF-8 are text all the same, and end nothing.

A terminal that is set to Latin-1 sends one byte for an accent, and a bad line sends what it likes.
Textual decodes strictly: its thread that reads ended there, and the program with it.
"""

import codecs
from functools import partial

from textual.drivers import linux_driver

from tui_mailer.domain.western import AS_WINDOWS


def lenient_decoder(encoding: str) -> "partial[codecs.IncrementalDecoder]":
    """Makes decoders as `codecs.getincrementaldecoder`'s, which take any bytes."""
    return partial(codecs.getincrementaldecoder(encoding), errors=AS_WINDOWS)


def take_any_bytes() -> None:
    """Have the library's driver read so: it names its decoder in one place only."""
    vars(linux_driver)["getincrementaldecoder"] = lenient_decoder
