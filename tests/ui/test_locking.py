"""Locking: nothing is seen and nothing is done until whoever logged in is back, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import time

import pytest
from ui.mailbox_stage import NOON, PATIENT, Mailing, Outdoors, mail, opened, practice

from tui_mailer.domain.account import SecretOrigin
from tui_mailer.domain.address import Address
from tui_mailer.domain.call import WriteCall
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import MessageNotHeld
from tui_mailer.domain.events import WriteAsked
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui import flows
from tui_mailer.ui.commands.palette import FrenchPalette
from tui_mailer.ui.locking import LockingApp
from tui_mailer.ui.screens import locked
from tui_mailer.ui.screens.compose import ComposeScreen
from tui_mailer.ui.screens.details import DetailsScreen
from tui_mailer.ui.screens.help import HelpScreen
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.leaving import LeavingScreen
from tui_mailer.ui.screens.locked import LockedScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen

HOUR_S = 3_600.0


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locked, "_FIRST_PAUSE_S", 0.0)


@asynccontextmanager
async def at_work(outdoors: Outdoors) -> AsyncIterator[Mailing]:
    """Logged in; the password is typed from now on."""
    async with opened(outdoors, notifications=True) as mailing:
        mailing.app.opening = replace(mailing.app.opening, password="")
        yield mailing


async def lock(mailing: Mailing) -> LockedScreen:
    await mailing.press("f9")
    await mailing.until(lambda: isinstance(mailing.app.screen, LockedScreen))
    await mailing.shows("Écran verrouillé", mailing.engine.account.address)
    assert isinstance(mailing.app.screen, LockedScreen)
    return mailing.app.screen


async def unlock(mailing: Mailing, password: str = "") -> None:
    await mailing.press(*(password or mailing.outdoors.mailbox.password), "enter")
    await mailing.until(lambda: not mailing.app.is_locked)


async def test_a_key_hides_everything_and_the_password_brings_it_back(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        before = mailing.terminal
        assert "Lettre" in before
        await lock(mailing)
        for word in ("Lettre", "DURAND", "PAT-TROIS", "Labo", "Éléments"):
            assert word not in mailing.terminal
        await unlock(mailing)
        await mailing.shows("Lettre 5")
        assert mailing.terminal == before


async def test_another_password_leaves_it_locked_and_says_so(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        screen = await lock(mailing)
        await mailing.press(*"autre", "enter")
        await mailing.shows("Ce n’est pas le mot de passe donné à la connexion.")
        assert mailing.app.screen is screen
        assert screen.typed == ""
        await mailing.press("enter")  # nothing is typed
        assert mailing.app.is_locked
        await unlock(mailing)


async def test_each_wrong_password_is_answered_later_than_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locked, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(locked, "_LONGEST_PAUSE_S", 0.04)
    waits: list[float] = []
    async with at_work(practice(tmp_path)) as mailing:
        screen = await lock(mailing)
        clock = asyncio.get_running_loop().time
        for _ in range(4):
            began = clock()
            with pytest.raises(locked.NotTheUser):
                await screen.unlock()
            waits.append(clock() - began)
    assert all(
        waited >= least for waited, least in zip(waits, (0.01, 0.02, 0.04, 0.04), strict=True)
    )


def left_alone_by_monotonic(mailing: Mailing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing.app, "_last_input_at", mailing.app._last_input_at - HOUR_S)


def slept(mailing: Mailing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine did: only the clock on the wall went on."""
    now = time()
    monkeypatch.setattr("tui_mailer.ui.at_rest.time", lambda: now + HOUR_S)


@pytest.mark.parametrize("away", [left_alone_by_monotonic, slept])
async def test_who_is_away_for_long_finds_it_locked(
    away: Callable[[Mailing, pytest.MonkeyPatch], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        mailing.app._lock_if_alone()
        assert not mailing.app.is_locked, "somebody has just pressed a key"
        away(mailing, monkeypatch)
        mailing.app._lock_if_alone()
        await mailing.shows("Écran verrouillé")
        mailing.app._lock_if_alone()
        await unlock(mailing)
        assert isinstance(mailing.app.screen, MailboxScreen)


async def test_the_key_that_wakes_the_machine_does_nothing_but_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        slept(mailing, monkeypatch)
        await mailing.press("e")
        await mailing.shows("Écran verrouillé")
        await unlock(mailing)
        assert isinstance(mailing.app.screen, MailboxScreen)


async def test_the_time_is_the_one_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        opening = replace(mailing.app.opening, lock_after=timedelta(hours=2))
        monkeypatch.setattr(mailing.app, "opening", opening)
        slept(mailing, monkeypatch)
        mailing.app._lock_if_alone()
        assert not mailing.app.is_locked


async def test_it_is_looked_at_without_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LockingApp, "looks_at_lock_every_s", 0.05)
    async with at_work(practice(tmp_path)) as mailing:
        slept(mailing, monkeypatch)
        await mailing.shows("Écran verrouillé")


async def test_what_is_being_written_is_there_again(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        await mailing.press("e")
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.press(*"martin@x.fr", "tab", *"Objet")
        await mailing.shows("martin@x.fr")
        before = mailing.terminal
        await lock(mailing)
        assert "martin" not in mailing.terminal.replace(mailing.engine.account.address, "")
        await mailing.press("escape", "ctrl+s", "ctrl+p", "escape")
        await unlock(mailing)
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
        assert mailing.terminal == before


async def test_mail_comes_meanwhile_and_is_not_announced_on_the_locked_screen(
    tmp_path: Path,
) -> None:
    outdoors = practice(tmp_path)
    async with at_work(outdoors) as mailing:
        await lock(mailing)
        shown = mailing.terminal
        outdoors.mailbox.deliver(mail("Résultat urgent"), at=NOON + timedelta(hours=1))
        mailing.app.notify("Résultat urgent", markup=False)
        view = mailing.screen.view
        assert view is not None
        async with asyncio.timeout(10):
            while (await mailing.engine.reading.rows(view, 0, 1))[0].subject != "Résultat urgent":
                await mailing.pilot.pause(0.01)
        await mailing.pilot.pause(0.1)
        assert mailing.terminal == shown
        await unlock(mailing)
        await mailing.shows("Résultat urgent")


@pytest.mark.parametrize("asks_for_help", [False, True])
async def test_a_screen_that_ends_below_is_left_once_it_can_be(
    tmp_path: Path, asks_for_help: bool
) -> None:
    """As the composer when its message has been queued: left open, it would be sent twice."""
    async with at_work(practice(tmp_path)) as mailing:
        await mailing.press("e")
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
        composer = mailing.app.screen
        await lock(mailing)
        if asks_for_help:
            await mailing.press("f1")
            await mailing.until(lambda: isinstance(mailing.app.screen, HelpScreen))
        composer.dismiss(None)
        composer.dismiss(None)
        await mailing.pilot.pause()
        assert composer in mailing.app.screen_stack
        if asks_for_help:
            await mailing.press("escape")
        await unlock(mailing)
        await mailing.until(lambda: isinstance(mailing.app.screen, MailboxScreen))


async def test_what_the_practice_software_asks_waits(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        screen = await lock(mailing)
        mailing.engine.announce(WriteAsked(WriteCall(PATIENT.split("@")[0])))
        await mailing.pilot.pause(0.7)
        assert mailing.app.screen is screen
        await unlock(mailing)
        await mailing.until(lambda: isinstance(mailing.app.screen, InsSearchScreen))


async def test_what_asks_the_user_asks_once_it_is_unlocked(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        screen = await lock(mailing)
        question = LeavingScreen("Un message n’est pas encore parti.")
        asking = mailing.app.run_worker(mailing.app.push_screen_wait(question))
        await mailing.pilot.pause()
        assert mailing.app.screen is screen
        await unlock(mailing)
        await mailing.until(lambda: mailing.app.screen is question)
        asking.cancel()


async def test_one_may_quit_without_the_password_and_is_told_what_waits(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        to = (Address.received("jean.durand@medecin.mssante.fr"),)
        await mailing.engine.writing.send(Draft(to=to, subject="Secret", body="Bonjour."))
        await lock(mailing)
        await mailing.press("ctrl+q")
        await mailing.until(lambda: isinstance(mailing.app.screen, LeavingScreen))
        assert "Secret" not in mailing.terminal
        await mailing.answer("n")
        await mailing.until(lambda: isinstance(mailing.app.screen, LockedScreen))
        await mailing.press("ctrl+q")
        await mailing.answer("o")
        await mailing.until(lambda: not mailing.app.is_running)


async def test_before_login_there_is_nothing_to_lock(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        engine, mailing.app.engine = mailing.app.engine, None
        await mailing.press("f9")
        assert not mailing.app.is_locked
        mailing.app.engine = engine


async def test_where_a_command_gives_the_password_it_is_asked_for_what_is_not_typed(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret"
    async with at_work(practice(tmp_path)) as mailing:
        given = replace(
            mailing.engine.account,
            secret_origin=SecretOrigin.COMMAND,
            secret_command=("cat", str(secret)),
        )
        mailing.engine.account = given
        screen = await lock(mailing)
        await mailing.press("enter")
        await mailing.until(lambda: screen.shown_error is not None)
        assert mailing.app.is_locked
        secret.write_text("secret")
        await mailing.press("enter")
        await mailing.until(lambda: not mailing.app.is_locked)
        secret.unlink()
        await lock(mailing)
        await unlock(mailing)


async def test_the_source_of_a_message_that_comes_late_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_here = asyncio.Event()

    async def late(*_: object) -> bool:
        await is_here.wait()
        return True

    async with at_work(practice(tmp_path)) as mailing:
        await mailing.press("enter")
        await mailing.shows("Bonjour.")
        monkeypatch.setattr("tui_mailer.ui.commands.mailbox.have_whole", late)
        await mailing.press("x")
        screen = await lock(mailing)
        is_here.set()
        await mailing.pilot.pause(0.1)
        assert mailing.app.screen is screen
        await unlock(mailing)
        await mailing.until(lambda: isinstance(mailing.app.screen, DetailsScreen))


async def test_a_question_above_the_lock_lets_no_other_screen_through(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        to = (Address.received("jean.durand@medecin.mssante.fr"),)
        await mailing.engine.writing.send(Draft(to=to, subject="Secret", body="Bonjour."))
        await lock(mailing)
        await mailing.press("ctrl+q")
        await mailing.until(lambda: isinstance(mailing.app.screen, LeavingScreen))
        leaving = mailing.app.screen
        other = DetailsScreen("Détails", safe_line("Mme PAT-TROIS"))
        asking = mailing.app.run_worker(mailing.app.push_screen_wait(other))
        await mailing.pilot.pause(0.05)
        assert mailing.app.screen is leaving
        await mailing.answer("n")
        await mailing.until(lambda: isinstance(mailing.app.screen, LockedScreen))
        await unlock(mailing)
        await mailing.until(lambda: mailing.app.screen is other)
        asking.cancel()


async def test_what_fails_meanwhile_is_said_after_it(tmp_path: Path) -> None:
    async def fail() -> None:
        raise MessageNotHeld

    async with at_work(practice(tmp_path)) as mailing:
        screen = await lock(mailing)
        failing = asyncio.create_task(flows._guarded(mailing.app, fail))
        await mailing.pilot.pause(0.05)
        assert screen.shown_error is None
        await unlock(mailing)
        await failing
        assert isinstance(mailing.screen.shown_error, MessageNotHeld)


async def test_the_key_works_above_a_text_and_in_the_palette(tmp_path: Path) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        await mailing.press("e")
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))
        await mailing.press("ctrl+p")
        await mailing.until(lambda: isinstance(mailing.app.screen, FrenchPalette))
        await lock(mailing)
        await unlock(mailing)
        await mailing.press("escape")
        await mailing.until(lambda: isinstance(mailing.app.screen, ComposeScreen))


async def test_who_types_in_an_editor_is_not_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(practice(tmp_path)) as mailing:
        mailing.app._suspend_signal()
        slept(mailing, monkeypatch)
        mailing.app._lock_if_alone()
        assert not mailing.app.is_locked
        mailing.app._resume_signal()
        mailing.app._lock_if_alone()
        assert not mailing.app.is_locked
