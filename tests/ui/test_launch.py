"""A start: a store that opens by itself is shown at once, and nothing is asked for before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen
from ui.stage import ACCOUNT, PASSWORD, Practice, receive, text_of, until

from tui_mailer.domain.account import SecretOrigin
from tui_mailer.domain.errors import SecretUnavailable, WrongPassphrase
from tui_mailer.engine.early_opening import EarlyOpening
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.app import MailerApp
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.screens.login import LoginScreen
from tui_mailer.ui.screens.mailbox import MailboxScreen

GIVEN = replace(
    ACCOUNT, secret_origin=SecretOrigin.COMMAND, secret_command=("printf", "%s", PASSWORD)
)


@pytest.fixture
async def practice(tmp_path: Path) -> Practice:
    """A practice whose store holds one message."""
    made = Practice(tmp_path)
    engine = await made.engine(GIVEN)
    await receive(engine, "dr.durand@chu.mssante.fr", "Dr Durand", "Compte rendu")
    await engine.stop()
    return made


@asynccontextmanager
async def launched(
    practice: Practice, *command: str, size: tuple[int, int] = (140, 40)
) -> AsyncIterator[Any]:
    """The program, its passphrase given by `command`."""
    account = replace(GIVEN, secret_command=command or GIVEN.secret_command)
    session = practice.session()
    begun = EarlyOpening(session, account)
    app = MailerApp(session, Opening(account, begun=begun))
    try:
        async with app.run_test(size=size) as pilot:
            yield pilot
    finally:
        await begun.close()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 40)])
async def test_the_list_is_drawn_before_the_engine_starts_and_with_no_screen_before_it(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    shown_at_start = list[str]()
    screens = list[type[Screen[Any]]]()
    start, push = Engine.start, MailerApp.push_screen

    def started(engine: Engine) -> None:
        shown_at_start.append(text_of(pilot.app.screen))
        start(engine)

    def pushed(app: MailerApp, screen: Screen[Any], *others: Any) -> Any:
        screens.append(type(screen))
        return push(app, screen, *others)

    monkeypatch.setattr(Engine, "start", started)
    monkeypatch.setattr(MailerApp, "push_screen", pushed)
    async with launched(practice, size=size) as pilot:
        await until(pilot, lambda: shown_at_start)
    assert "Compte rendu" in shown_at_start[0]
    assert screens == [MailboxScreen]


async def test_after_a_first_login_the_engine_starts_while_the_mailbox_is_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is held that could be shown first, and the servers take their time."""
    seen_at_start = list[tuple[type[Screen[Any]], bool]]()
    start = Engine.start

    def started(engine: Engine) -> None:
        seen_at_start.append((type(pilot.app.screen), pilot.app.screen.is_mounted))
        start(engine)

    monkeypatch.setattr(Engine, "start", started)
    app = MailerApp(Practice(tmp_path).session(), Opening(ACCOUNT, PASSWORD))
    async with app.run_test(size=(140, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "à jour" in text_of(pilot.app.screen))
    assert seen_at_start == [(MailboxScreen, False)]


async def test_styles_are_parsed_once(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual parses all of them again when a theme is set once the app runs."""
    monkeypatch.delattr(Stylesheet, "reparse")
    async with launched(practice) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))
        assert pilot.app.theme == "sombre"


async def test_a_command_that_takes_its_time_is_waited_for_on_the_login_screen(
    practice: Practice, tmp_path: Path
) -> None:
    may_tell = tmp_path / "may tell"
    script = f"while [ ! -e '{may_tell}' ]; do sleep 0.05; done; printf %s '{PASSWORD}'"
    async with launched(practice, "sh", "-c", script) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen))
        may_tell.touch()
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))


async def test_a_passphrase_that_is_typed_goes_before_a_command_that_takes_its_time(
    practice: Practice,
) -> None:
    async with launched(practice, "sleep", "60") as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen))
        await until(pilot, lambda: "Il est demandé au trousseau" in text_of(pilot.app.screen))
        await pilot.press(*"faux", "enter")
        login = pilot.app.screen
        assert isinstance(login, LoginScreen)
        await until(pilot, lambda: isinstance(login.shown_error, WrongPassphrase))
        await pilot.press(*["backspace"] * 4, *PASSWORD, "enter")
        await until(pilot, lambda: "Boîte de réception" in text_of(pilot.app.screen))


async def test_letters_of_a_passphrase_never_reach_the_mailbox_that_opens_meanwhile(
    practice: Practice, tmp_path: Path
) -> None:
    may_tell = tmp_path / "may tell"
    script = f"while [ ! -e '{may_tell}' ]; do sleep 0.05; done; printf %s '{PASSWORD}'"
    async with launched(practice, "sh", "-c", script) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen))
        await pilot.press("d")
        may_tell.touch()
        begun = pilot.app.opening.begun
        await begun.settled()
        await pilot.pause(0.3)
        assert isinstance(pilot.app.screen, LoginScreen)
        await pilot.press("d", "enter")  # not the passphrase, which is known already
        await until(pilot, lambda: "à jour" in text_of(pilot.app.screen))


async def test_what_failed_early_is_said_on_the_login_screen_and_can_be_typed(
    practice: Practice,
) -> None:
    async with launched(practice, "false") as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LoginScreen))
        login = pilot.app.screen
        assert isinstance(login, LoginScreen)
        await until(pilot, lambda: isinstance(login.shown_error, SecretUnavailable))
        await pilot.press(*"faux", "enter")
        await until(pilot, lambda: isinstance(login.shown_error, WrongPassphrase))
        await pilot.press(*["backspace"] * 4, *PASSWORD, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, MailboxScreen))


@pytest.mark.parametrize("waited_s", [0.0, 5.0])
async def test_what_nobody_took_is_closed(practice: Practice, waited_s: float) -> None:
    begun = EarlyOpening(practice.session(), GIVEN)
    await asyncio.wait({begun._task}, timeout=waited_s)
    await begun.close()
    store = await practice._opener.open(GIVEN, PASSWORD)  # else it would still be in use
    await store.close()
