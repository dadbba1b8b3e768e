"""The README says what is so."""

import re
import tomllib
from pathlib import Path

import pytest

from tui_mailer.settings import reader
from tui_mailer.ui.commands.reference import with_table

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_that_of_the_commands() -> None:
    assert with_table(README) == README


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture


def test_the_settings_shown_are_all_there_are_and_can_be_read(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    (tmp_path / "reglages.toml").write_text(block, encoding="utf-8")
    assert len(reader.load(tmp_path / "reglages.toml").accounts) == 1
    shown = set(re.findall(r"^(\w+) =", block, flags=re.MULTILINE))
    assert shown == reader._GENERAL_NAMES | reader._ACCOUNT_NAMES


@pytest.mark.parametrize("target", ["demo", "test", "clean", "screenshots", "keys", "servers"])
def test_a_make_target_that_is_named_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_the_pythons_that_were_tried_are_those_of_the_metadata() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = (re.search(r":: Python :: (3\.\d+)$", line) for line in project["classifiers"])
    tried = [version[1] for version in found if version]
    assert f"{', '.join(tried[:-1])} and {tried[-1]} were tried" in " ".join(README.split())
    assert project["requires-python"] == f">={tried[0]}"


def test_the_map_of_the_code_shows_every_room_and_every_module_beside_them() -> None:
    (block,) = re.findall(r"```text\ntui_mailer/\n(.*?)```", README, flags=re.DOTALL)
    named = set(re.findall(r"\b\w+(?:/|\.py)", block))
    package = ROOT / "tui_mailer"
    rooms = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    modules = {path.name for path in package.glob("*.py") if not path.name.startswith("__")}
    assert named == rooms | modules
