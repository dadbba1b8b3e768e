"""The user's own editor: a private file, an argument list, and nothing left behind."""

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ui.stage import Practice, StageApp, stage, until

from tui_mailer.domain.draft import Draft
from tui_mailer.ui.editor import EditorFailed, edit_text
from tui_mailer.ui.screens.compose import ComposeScreen

_EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
seen = [str(path), oct(path.stat().st_mode), oct(path.parent.stat().st_mode), path.read_text()]
pathlib.Path({log!r}).write_text("\\n".join(seen))
path.write_text("écrit ailleurs\\x1b[2J\\n")
sys.exit({status})
"""


class LentTerminal(StageApp):
    """An app whose terminal can be lent."""

    @contextmanager
    def suspend(self) -> Iterator[None]:
        yield


def an_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int = 0) -> Path:
    log = tmp_path / "seen"
    script = tmp_path / "my editor; true.py"
    script.write_text(_EDITOR.format(log=str(log), status=status))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{script}'")
    return log


async def test_the_text_comes_back_safe_and_the_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = an_editor(tmp_path, monkeypatch)
    assert await edit_text(LentTerminal(), "Bonjour") == "écrit ailleurs␛[2J\n"
    path, file_mode, directory_mode, text = log.read_text().split("\n")
    assert text == "Bonjour"
    assert stat.S_IMODE(int(file_mode, 8)) == 0o600
    assert stat.S_IMODE(int(directory_mode, 8)) == 0o700
    assert not Path(path).parent.exists()


async def test_an_editor_that_fails_changes_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = an_editor(tmp_path, monkeypatch, status=3)
    with pytest.raises(EditorFailed):
        await edit_text(LentTerminal(), "Bonjour")
    path = log.read_text().split("\n")[0]
    assert not Path(path).exists()  # noqa: ASYNC240  (a look at one file of the test)


async def test_an_editor_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    with pytest.raises(EditorFailed):
        await edit_text(LentTerminal(), "Bonjour")


async def test_what_an_editor_saved_and_then_gave_up_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As vim's `:w`, then `:cq`."""
    monkeypatch.setattr(StageApp, "suspend", LentTerminal.suspend)
    an_editor(tmp_path, monkeypatch, status=3)
    script = tmp_path / "my editor; true.py"
    script.write_text(
        script.read_text().replace("sys.exit", "import time; time.sleep(2); sys.exit")
    )
    engine = await Practice(tmp_path / "store").engine()
    screen = ComposeScreen(engine, Draft(body="Bonjour"), offers_editor=True)
    async with stage(screen, engine=engine) as pilot:
        await pilot.press("ctrl+o")
        await until(pilot, lambda: screen.draft.body.startswith("écrit ailleurs"))
        await until(pilot, lambda: screen.shown_error)
        assert isinstance(screen.shown_error, EditorFailed)
        assert screen.draft.body == "Bonjour"
