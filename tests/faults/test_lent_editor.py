"""What the user's own editor saved is kept, however the program ends, and lies about nowhere."""

import asyncio
import sys
from pathlib import Path

import pytest
from faults.program import (
    begin_message,
    kill,
    logged_in,
    opened_store,
    write_settings,
)
from faults.stage import BadLines
from journeys.pty_program import PtyProgram
from servers.people import PRACTICE
from servers.practice import RealServers

ELSEWHERE = "\x0f"
SAVED = "Écrit dans mon éditeur.\n"
# It saves, and stays open. As nano does, the second one saves beside when its terminal is gone.
_SAVES = 'path.write_text({saved!r}, encoding="utf-8")'
_SAVES_AT_LAST = """
def save(*_):
    path.with_name(path.name + ".save").write_text({saved!r}, encoding="utf-8")
    sys.exit(1)
signal.signal(signal.SIGHUP, save)
"""
_EDITOR = """
import pathlib, signal, sys, time
path = pathlib.Path(sys.argv[-1])
{how}
print("ENREGISTRÉ", flush=True)
time.sleep(60)
"""


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where temporary files go: the session's own directory, and everybody's."""
    script = tmp_path / "editor.py"
    script.write_text(_EDITOR.format(how=_SAVES.format(saved=SAVED)), encoding="utf-8")
    own, common = tmp_path / "runtime", tmp_path / "common"
    own.mkdir(mode=0o700)
    common.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(own))
    monkeypatch.setenv("TMPDIR", str(common))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    return own, common


async def write_elsewhere(program: PtyProgram) -> None:
    await begin_message(program, "lettre")
    program.press("Bonjour")
    await program.shows("Bonjour")
    program.press(ELSEWHERE)
    await program.shows("ENREGISTRÉ")


def allow_editor(home: Path) -> None:
    file = home / "config" / "tui-mailer" / "reglages.toml"
    file.write_text("editeur_externe = true\n" + file.read_text(encoding="utf-8"), encoding="utf-8")


def left_in(*directories: Path) -> list[Path]:
    return [found for directory in directories for found in directory.rglob("message*")]


@pytest.mark.parametrize("how", [_SAVES, _SAVES_AT_LAST], ids=["saved before", "saved at last"])
async def test_a_terminal_that_is_gone_loses_nothing_that_the_editor_saved(
    tmp_path: Path, real_servers: RealServers, lines: BadLines, places: tuple[Path, Path], how: str
) -> None:
    text = _EDITOR.format(how=how.format(saved=SAVED))
    (tmp_path / "editor.py").write_text(text, encoding="utf-8")
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    allow_editor(tmp_path)
    async with logged_in(tmp_path) as program:
        await write_elsewhere(program)
        program.hang_up()
        assert await program.ends() == 0
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [SAVED]
    assert left_in(*places) == []


async def test_a_program_that_is_killed_loses_nothing_and_clears_up_at_its_next_launch(
    tmp_path: Path, real_servers: RealServers, lines: BadLines, places: tuple[Path, Path]
) -> None:
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    allow_editor(tmp_path)
    own, common = places
    async with logged_in(tmp_path) as program:
        await write_elsewhere(program)
        assert left_in(own)
        assert left_in(common) == []
        await asyncio.sleep(4)  # a look a second, and two until a draft is on disk
        await kill(program)
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [SAVED]
    async with logged_in(tmp_path):
        async with asyncio.timeout(10):
            while left_in(own):
                await asyncio.sleep(0.1)
    assert left_in(*places) == []
