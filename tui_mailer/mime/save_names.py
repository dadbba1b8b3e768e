"""A file name to save something under, made of a name that somebody else gave it."""

import re
import unicodedata
from typing import Final

DEFAULT_NAME: Final = "piece-jointe"
MAX_NAME_BYTES: Final = 200
_MAX_ENDING_BYTES: Final = 20
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def save_name(wanted: str) -> str:
    """A file name to save an attachment under, wherever it came from: never a path, never empty.

    At most `MAX_NAME_BYTES` bytes of UTF-8, the ending kept; no control, invisible or reversing
    character; nothing that a shell, an option parser or another system would take amiss.
    """
    last = unicodedata.normalize("NFC", wanted).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if not unicodedata.category(c).startswith(("C", "Zl", "Zp")))
    plain = " ".join(_FORBIDDEN.sub("_", plain).split()).lstrip(" .-~").rstrip(" .")
    if _RESERVED.match(plain):
        plain = "_" + plain
    return shortened(plain) or DEFAULT_NAME


def shortened(whole: str) -> str:
    """A name cut to `MAX_NAME_BYTES` bytes of UTF-8, its ending kept."""
    if len(whole.encode()) <= MAX_NAME_BYTES:
        return whole
    stem, dot, ending = whole.rpartition(".")
    if not stem or len(ending.encode()) > _MAX_ENDING_BYTES:
        stem, dot, ending = whole, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + ending
