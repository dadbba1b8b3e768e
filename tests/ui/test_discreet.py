"""A fault ends the program without a word of what it was about, and without losing a draft."""

import asyncio
from pathlib import Path

import pytest
from ui.mailbox_stage import opened, practice

from tui_mailer.domain.draft import Draft
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.discreet import InputLost

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
