"""Bytes that are no UTF-8, read as what they are in the other coding that French is written in."""

import codecs
from typing import Final

AS_WINDOWS: Final = "tui_mailer.as_windows_1252"
"""For `bytes.decode` and codecs, as ``errors``: what is no UTF-8 is Windows-1252, never a control."""


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(AS_WINDOWS, _as_windows)
