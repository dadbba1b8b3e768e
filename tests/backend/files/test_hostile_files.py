from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.domain.errors import AttachmentUnreadable
from tui_mailer.domain.safe_text import safe_line

FILES = UserFiles()


def unreadable(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / kind
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "dangling link":
        path.symlink_to(tmp_path / "absent")
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "NUL":
        return tmp_path / "a\0b"
    elif kind == "below a file":
        path.touch()
        return path / "x"
    return path


@pytest.mark.parametrize(
    "kind",
    ["absent", "directory", "pipe", "dangling link", "loop", "NUL", "below a file"],
)
def test_what_cannot_be_read_is_told_with_its_name(tmp_path: Path, kind: str) -> None:
    path = unreadable(tmp_path, kind)

    for attempt in (FILES.describe, FILES.read):
        with pytest.raises(AttachmentUnreadable) as failure:
            attempt(path)
        assert safe_line(path.name) in failure.value.headline


@pytest.mark.parametrize(
    "name",
    [
        *("../../evil.sh", "/etc/passwd", "..\\..\\evil.exe", "C:\\evil.exe", "..", ".", "", "/"),
        *("a\0b.pdf", "-rf", ".bashrc", "a\nb.pdf", "é" * 300 + ".pdf", "nul", "CON.txt", "a. . ."),
        *("facture\u202efdp.exe", "\u200b", "~root", "x/../../y", "a" * 300),
    ],
)
def test_a_hostile_name_stays_inside_the_directory(tmp_path: Path, name: str) -> None:
    chosen = tmp_path / "chosen"
    chosen.mkdir()

    first, second = FILES.save(chosen, name, b"x"), FILES.save(chosen, name, b"y")

    assert first.parent == second.parent == chosen
    assert sorted(path.name for path in chosen.iterdir()) == sorted([first.name, second.name])
    assert list(tmp_path.iterdir()) == [chosen]
    assert all(len(path.name.encode()) <= 255 for path in (first, second))
