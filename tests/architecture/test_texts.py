"""What no file of the project may hold."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_dependencies_are_locked_by_hash_and_name_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==\S+", lock, flags=re.MULTILINE)
    assert pins
    for block in re.split(r"\n(?=[a-z0-9])", lock):
        assert "--hash=sha256:" in block
    assert "://" not in lock
    assert "index-url" not in lock


def test_every_pin_of_the_project_is_exact() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for requirement in re.findall(r'^    "([a-z0-9-]+[=<>~].*)",$', text, flags=re.MULTILINE):
        assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", requirement), requirement


def test_no_safe_text_is_made_outside_its_module() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if path.suffix == ".py"
        and "tui_mailer" in path.parts
        and re.search(r'\bSafeText\((?!""\))', path.read_text(encoding="utf-8"))
    ]
    assert makers == ["tui_mailer/domain/safe_text.py"]
