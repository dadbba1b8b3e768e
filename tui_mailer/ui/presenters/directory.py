"""What a directory holds, as the file chooser lists it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui_mailer.domain.safe_text import SafeText, safe_line

PARENT: Final = safe_line("..")
_MOST_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A directory or a file; `label` is its name, safe to show; the size is 0 for a directory."""

    path: Path
    label: SafeText
    is_directory: bool
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries listed, and how many more there are."""

    entries: tuple[Entry, ...]
    left_out_count: int = 0


def list_directory(directory: Path) -> Listing:
    """The parent, the directories, then the files, by name; hidden ones are left out.

    Raises:
        OSError: `directory` is none, or may not be read.
    """
    with os.scandir(directory) as found:
        seen = [(item.is_file(), item.name.casefold(), item) for item in found if _is_listed(item)]
    seen.sort(key=lambda row: row[:2])
    entries = [_entry(item, is_file=is_file) for is_file, _, item in seen[:_MOST_LISTED]]
    parent = (
        []
        if directory.parent == directory
        else [Entry(directory.parent, PARENT, is_directory=True)]
    )
    return Listing((*parent, *entries), len(seen) - len(entries))


def _is_listed(item: os.DirEntry[str]) -> bool:
    try:
        return not item.name.startswith(".") and (item.is_dir() or item.is_file())
    except OSError:
        return False


def _entry(item: os.DirEntry[str], *, is_file: bool) -> Entry:
    path = Path(item.path)
    try:
        size_bytes = item.stat().st_size if is_file else 0
    except OSError:
        size_bytes = 0
    return Entry(path, safe_line(item.name), is_directory=not is_file, size_bytes=size_bytes)
