"""Saving what strangers named, and reading what may have vanished."""

import os
from pathlib import Path

import pytest

from tui_mailer.backend.files.user_files import UserFiles
from tui_mailer.domain.errors import AttachmentChanged, AttachmentNotSaved, AttachmentUnreadable

HOSTILE_NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\boot.ini",
    "nul\0.pdf",
    "-rf",
    ".bashrc",
    "deux\nlignes.pdf",
    "é" * 300 + ".pdf",
    "CON.pdf",
    "facture\u202efdp.exe",
    "point final. . .",
    "",
    "..",
    "/",
    "~/.ssh/authorized_keys",
]


@pytest.fixture
def files() -> UserFiles:
    return UserFiles()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_an_attachment_is_saved_inside_the_chosen_folder_whatever_its_name(
    files: UserFiles, tmp_path: Path, name: str
) -> None:
    chosen = tmp_path / "choisi"
    chosen.mkdir()
    path = files.save(chosen, name, b"contenu")
    assert path.parent == chosen
    assert path.read_bytes() == b"contenu"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.name.startswith(("-", "."))
    assert list(tmp_path.iterdir()) == [chosen]
    assert len(list(chosen.iterdir())) == 1


def test_a_file_is_never_written_over(files: UserFiles, tmp_path: Path) -> None:
    (tmp_path / "bilan.pdf").write_bytes(b"ancien")
    names = [files.save(tmp_path, "bilan.pdf", b"nouveau").name for _ in range(2)]
    assert names == ["bilan (2).pdf", "bilan (3).pdf"]
    assert (tmp_path / "bilan.pdf").read_bytes() == b"ancien"


def test_a_link_at_the_target_is_not_followed(files: UserFiles, tmp_path: Path) -> None:
    prey = tmp_path / "proie"
    chosen = tmp_path / "choisi"
    chosen.mkdir()
    (chosen / "bilan.pdf").symlink_to(prey)
    path = files.save(chosen, "bilan.pdf", b"contenu")
    assert path.name == "bilan (2).pdf"
    assert not prey.exists()


def test_an_absent_folder_is_said(files: UserFiles, tmp_path: Path) -> None:
    with pytest.raises(AttachmentNotSaved):
        files.save(tmp_path / "absent", "bilan.pdf", b"")


def test_no_room_is_said_and_no_half_file_stays(
    files: UserFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AttachmentNotSaved):
        files.save(tmp_path, "bilan.pdf", b"contenu")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_pulled_out_while_it_is_written_is_said(
    files: UserFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", gone)
    monkeypatch.setattr(Path, "unlink", gone)
    with pytest.raises(AttachmentNotSaved):
        files.save(tmp_path, "bilan.pdf", b"contenu")


def test_a_file_to_attach_is_described(files: UserFiles, tmp_path: Path) -> None:
    path = tmp_path / "bilan é.pdf"
    path.write_bytes(b"%PDF-1.4")
    found = files.describe(path)
    assert (found.name, found.media_type, found.size_bytes) == (
        "bilan é.pdf",
        "application/pdf",
        8,
    )
    assert files.read(found.path) == b"%PDF-1.4"


def test_a_file_that_is_no_pdf_is_not_taken_for_one(files: UserFiles, tmp_path: Path) -> None:
    (tmp_path / "bilan.pdf").write_bytes(b"PK\x03\x04")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff\xe0...")
    assert files.describe(tmp_path / "bilan.pdf").media_type == "application/octet-stream"
    assert files.describe(tmp_path / "photo").media_type == "image/jpeg"


def test_a_compressed_file_is_not_taken_for_what_is_in_it(files: UserFiles, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt.gz"
    path.write_bytes(b"")
    assert files.describe(path).media_type == "application/octet-stream"


@pytest.mark.parametrize("kind", ["absent", "folder", "pipe", "nul"])
def test_what_cannot_be_read_is_no_attachment(files: UserFiles, tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("nul\0" if kind == "nul" else kind)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(AttachmentUnreadable) as refused:
        files.describe(path)
    assert kind in refused.value.explanation


def test_another_content_under_the_name_and_time_of_the_first_is_refused(
    files: UserFiles, tmp_path: Path
) -> None:
    file = tmp_path / "export.pdf"
    file.write_bytes(b"%PDF patient A")
    before = file.stat()
    described = files.describe(file)
    assert files.read(file, described.stamp) == b"%PDF patient A"
    while file.stat().st_ctime_ns == before.st_ctime_ns:  # a clock ticks some times a second only
        file.write_bytes(b"%PDF patient B")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = file.stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    )
    with pytest.raises(AttachmentChanged):
        files.read(file, described.stamp)


def test_a_file_that_vanished_is_said(files: UserFiles, tmp_path: Path) -> None:
    path = tmp_path / "bilan.pdf"
    path.write_bytes(b"x")
    found = files.describe(path)
    path.unlink()
    with pytest.raises(AttachmentUnreadable):
        files.read(found.path)


def test_a_file_attached_by_an_earlier_version_is_read(files: UserFiles, tmp_path: Path) -> None:
    file = tmp_path / "export.pdf"
    file.write_bytes(b"%PDF")
    stamp = files.describe(file).stamp.rpartition(".")[0]
    assert files.read(file, stamp) == b"%PDF"
    file.write_bytes(b"%PDF, longer")
    with pytest.raises(AttachmentChanged):
        files.read(file, stamp)
