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
# As vim does, it ends with an error as soon as its terminal is gone.
_ENDS_AT_ONCE = """
def end():
    try:
        while sys.stdin.buffer.read(1):
            pass
    finally:
        os._exit(1)
threading.Thread(target=end, daemon=True).start()
"""
_EDITOR = """
import os, threading
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


def prepare(home: Path, real_servers: RealServers, lines: BadLines) -> None:
    """An empty mailbox, and settings that allow the editor."""
    real_servers.empty(PRACTICE.address)
    write_settings(home, real_servers, lines, undo_s=1)
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
    prepare(tmp_path, real_servers, lines)
    async with logged_in(tmp_path) as program:
        await write_elsewhere(program)
        program.hang_up()
        assert await program.ends() == 0
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [SAVED]
    assert left_in(*places) == []


@pytest.mark.parametrize("signalled", [True, False], ids=["SIGHUP", "end of file alone"])
async def test_an_editor_that_ends_with_its_terminal_has_given_nothing_up(
    tmp_path: Path,
    real_servers: RealServers,
    lines: BadLines,
    places: tuple[Path, Path],
    *,
    signalled: bool,
) -> None:
    text = _EDITOR.format(how=_SAVES.format(saved=SAVED) + _ENDS_AT_ONCE)
    (tmp_path / "editor.py").write_text(text, encoding="utf-8")
    prepare(tmp_path, real_servers, lines)
    async with logged_in(tmp_path, signalled=signalled) as program:
        await write_elsewhere(program)
        program.hang_up()
        assert await program.ends() == 0
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [SAVED]
    assert left_in(*places) == []


@pytest.mark.parametrize("editor", ["false", "/nowhere/editor"])
async def test_after_an_editor_that_fails_the_program_takes_its_terminal_back(
    tmp_path: Path,
    real_servers: RealServers,
    lines: BadLines,
    monkeypatch: pytest.MonkeyPatch,
    editor: str,
) -> None:
    prepare(tmp_path, real_servers, lines)
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.delenv("VISUAL", raising=False)
    async with logged_in(tmp_path) as program:
        await begin_message(program, "lettre")
        program.press("Bonjour" + ELSEWHERE)
        await program.shows("L’éditeur n’a pas pu être utilisé")
        program.press(" et merci")
        await program.shows("Bonjour et merci")


async def test_a_program_that_is_killed_loses_nothing_and_clears_up_at_its_next_launch(
    tmp_path: Path, real_servers: RealServers, lines: BadLines, places: tuple[Path, Path]
) -> None:
    prepare(tmp_path, real_servers, lines)
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
