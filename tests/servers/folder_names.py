"""Folder names in modified UTF-7 (RFC 3501 §5.1.3), written apart from the program's own."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode


def encode(name: str) -> str:
    """`name` as it travels, without quotes."""
    return re.sub(r"&|[^\x20-\x7e]+", _encoded_run, name)


def decode(name: str) -> str:
    """The name that travels as `name`."""
    return re.sub(r"&([^-]*)-", _decoded_run, name)


def quoted(name: str) -> str:
    """`name` as a quoted string of a command."""
    escaped = encode(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded_run(run: re.Match[str]) -> str:
    if run[0] == "&":
        return "&-"
    coded = b64encode(run[0].encode("utf-16-be")).decode("ascii")
    return "&" + coded.rstrip("=").replace("/", ",") + "-"


def _decoded_run(run: re.Match[str]) -> str:
    if not run[1]:
        return "&"
    coded = run[1].replace(",", "/")
    return b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-16-be")
