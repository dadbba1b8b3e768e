"""A fault ends the program without a word of what it was about, and without losing a draft."""

import asyncio
from pathlib import Path

import pytest
from ui.mailbox_stage import opened, practice

from tui_mailer.domain.draft import Draft
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.discreet import InputLost
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.login import LoginScreen

SECRET = "Mme PAT-TROIS, 279035121518989"


async def test_a_fault_ends_the_program_prints_nothing_and_keeps_the_draft(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    outdoors = practice(tmp_path)
    apps: list[MailerApp] = []

    def explode() -> None:
        private_text = SECRET
        raise RuntimeError(private_text)

    async def work_until_the_fault() -> None:
        async with opened(outdoors) as mailing:
            apps.append(mailing.app)
            mailing.engine.keep_draft(Draft()).edited(Draft(body="à garder"))
            mailing.app.call_next(explode)
            async with asyncio.timeout(10):
                while mailing.app.fault is None:
                    await asyncio.sleep(0.01)

    with pytest.raises(RuntimeError):
        await work_until_the_fault()
    assert isinstance(apps[0].fault, RuntimeError)
    assert apps[0]._exit_renderables == []
    async with opened(outdoors) as mailing:
        assert [draft.body for draft in await mailing.engine.drafts()] == ["à garder"]
    printed = capfd.readouterr()
    assert SECRET not in printed.out + printed.err
    assert "Traceback" not in printed.out + printed.err


async def test_a_thread_that_reads_no_more_is_a_fault_and_no_ordinary_end(tmp_path: Path) -> None:
    """Textual has the app panic then, and the program ended with 0, without a word."""
    async with opened(practice(tmp_path)) as mailing:
        mailing.app.panic("Traceback")
        assert isinstance(mailing.app.fault, InputLost)
        # What ended it is looked at above; this stage would raise it.
        mailing.app._exception = None


@pytest.mark.parametrize("told_to_end", [True, False])
async def test_a_screen_that_was_being_filled_when_the_program_ends_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told_to_end: bool
) -> None:
    fill = LoginScreen.on_mount

    async def interrupted(self: LoginScreen) -> None:
        if told_to_end:
            self.app.exit()  # as SIGHUP and SIGTERM do
        await self.query("*").remove()
        fill(self)

    monkeypatch.setattr(LoginScreen, "on_mount", interrupted)
    app = MailerApp(practice(tmp_path).session(), Opening())
    await app.run_async(headless=True)
    assert (app.fault is None) is told_to_end
    assert app.return_code == (0 if told_to_end else 1)
