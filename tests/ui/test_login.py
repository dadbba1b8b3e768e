"""The login screen: a first start, a step that fails, a next start, and what is kept."""

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Button, Input
from ui.stage import ACCOUNT, PASSWORD, SIZES, Practice, results, stage, text_of, until

from tui_mailer.domain.account import Security
from tui_mailer.domain.errors import (
    LoginRefused,
    StoreEmptied,
    TlsFault,
    TlsRefused,
    WrongPassphrase,
)
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.journal import JournalFilter
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.opening import Opening
from tui_mailer.ui.presenters.account_form import form_of
from tui_mailer.ui.screens.login import LoginScreen
from tui_mailer.ui.widgets.account_fields import AccountFields


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    return Practice(tmp_path)


@pytest.mark.parametrize("size", SIZES)
async def test_a_first_start_types_an_account_and_opens_it(
    practice: Practice, size: tuple[int, int]
) -> None:
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen, size=size) as pilot:
        assert "www.sante-ra.fr/inscription" in text_of(screen)
        assert "sante-ara.fr/contact" in text_of(screen)
        await pilot.press(*ACCOUNT.address, "tab", *PASSWORD, "tab")
        await pilot.press(*"imap.mssante.fr", "tab", "tab", "right", "tab")
        await pilot.press(*"smtp.mssante.fr", "enter")
        await until(pilot, lambda: results(pilot))
        (engine,) = results(pilot)
        assert isinstance(engine, Engine)
        await engine.stop()
    assert practice.connector.account is not None
    imap, smtp = practice.connector.account.imap, practice.connector.account.smtp
    assert (imap.host, imap.port, imap.security) == ("imap.mssante.fr", 993, Security.TLS)
    assert (smtp.host, smtp.port, smtp.security) == ("smtp.mssante.fr", 587, Security.STARTTLS)
    assert [account.address for account in practice.book.accounts()] == [ACCOUNT.address]


async def test_enter_connects_after_the_advanced_settings_were_looked_at(
    practice: Practice,
) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        await pilot.press("f3")
        assert screen.focused is screen.query_one("#label")
        await pilot.press("f3")
        assert screen.focused is screen.query_one("#password")
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()


async def test_a_login_name_that_is_not_the_address_reaches_the_servers_and_is_kept(
    practice: Practice,
) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        await pilot.press("f3", "tab", *"899700123456", "enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()
    assert practice.connector.users == {"899700123456"}
    assert [account.login for account in practice.book.accounts()] == ["899700123456"]


async def test_folding_the_advanced_settings_leads_to_the_first_field_that_is_empty(
    practice: Practice,
) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT))
    async with stage(screen) as pilot:
        screen.query_one("#smtp-host", Input).value = ""
        screen.query_one("#password", Input).value = PASSWORD
        await pilot.press("f3", "tab", "f3", *"abc")
        assert screen.query_one("#smtp-host", Input).value == "abc"


async def test_folding_leaves_a_field_in_sight_the_focus(practice: Practice) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        await pilot.press("f3")
        screen.set_focus(screen.query_one("#address"))
        await pilot.press("f3")
        assert screen.focused is screen.query_one("#address")


async def test_the_step_that_fails_says_why_and_everything_typed_is_kept(
    practice: Practice,
) -> None:
    practice.connector.fails_at = ConnectionStep.TLS
    practice.connector.error = TlsRefused(TlsFault.UNKNOWN_AUTHORITY, "unable to get issuer")
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        before = screen.query_one(AccountFields).form
        await pilot.press("enter")
        await until(pilot, lambda: screen.shown_error is not None)
        shown = text_of(screen)
        assert "✓ nom du serveur" in shown
        assert "✗ connexion chiffrée" in shown
        assert "· identification" in shown
        assert "IGC-Santé" in shown
        assert screen.query_one(AccountFields).form == before
        assert not screen.query_one("#connect", Button).disabled
    assert not practice.book.accounts()


async def test_a_refused_password_can_be_corrected_on_the_spot(practice: Practice) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, "faux"))
    async with stage(screen) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(screen.shown_error, LoginRefused))
        assert "✗ identification" in text_of(screen)
        screen.query_one("#password", Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()


async def test_bad_fields_are_said_before_anything_is_connected(practice: Practice) -> None:
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen) as pilot:
        await pilot.press(*"marie", "enter")
        await until(pilot, lambda: "pas valable" in text_of(screen))
        assert "Indiquez le mot de passe" in text_of(screen)
        assert screen.focused is screen.query_one("#address")
    assert practice.connector.account is None


async def test_what_is_said_of_a_field_goes_when_it_is_corrected(practice: Practice) -> None:
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Indiquez l’adresse" in text_of(screen))
        await pilot.press("d")
        await until(pilot, lambda: "Indiquez l’adresse" not in text_of(screen))
        assert "Indiquez le mot de passe" in text_of(screen)


async def test_a_fault_in_a_folded_field_unfolds_it(practice: Practice) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        screen.query_one("#ca-file", Input).value = "/nowhere/igc.pem"
        await pilot.press("enter")
        await until(pilot, lambda: "introuvable" in text_of(screen))
        assert screen.focused is screen.query_one("#ca-file")


async def test_escape_stops_a_connection_under_way(practice: Practice) -> None:
    practice.connector.gate = asyncio.Event()
    screen = LoginScreen(practice.session(), Opening(ACCOUNT, PASSWORD))
    async with stage(screen) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: "✓ nom du serveur" in text_of(screen))
        await pilot.press("escape")
        await until(pilot, lambda: not screen.is_connecting)
        assert results(pilot) == []
        assert screen.shown_error is None
        practice.connector.gate.set()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()


async def test_the_next_start_asks_the_passphrase_alone_and_connects_to_nothing(
    practice: Practice,
) -> None:
    await (await practice.engine()).stop()
    practice.book.save(ACCOUNT)
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen) as pilot:
        assert ACCOUNT.address in text_of(screen)
        assert not screen.query_one(AccountFields).display
        await pilot.press(*"faux", "enter")
        await until(pilot, lambda: "n’ouvre pas la boîte locale" in text_of(screen))
        screen.query_one("#passphrase", Input).value = PASSWORD
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()
    assert practice.connector.account is None


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_store_that_was_emptied_is_said_and_made_anew_once_it_is_opened_again(
    short_path: Path, size: tuple[int, int]
) -> None:
    practice = Practice(short_path)
    engine = await practice.engine()
    await engine.stop()
    (database,) = practice.directory.glob("*.db")
    database.write_bytes(b"")
    practice.book.save(ACCOUNT)
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen, size=size) as pilot:
        await pilot.press(*PASSWORD, "enter")
        await until(pilot, lambda: isinstance(screen.shown_error, StoreEmptied))
        assert "et les restes gardés à côté" in " ".join(text_of(screen).replace("▌", "").split())
        assert database.stat().st_size == 0
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        engine = results(pilot)[0]
        await engine.journal.flush()
        (line,) = await engine.journal.rows(JournalFilter("refaite"), 0, 9)
        await engine.stop()
    (aside,) = (file for file in practice.directory.glob("*.db") if file != database)
    assert aside.stem in line.entry.detail


async def test_a_password_newer_than_the_store_has_the_old_one_asked_for_where_it_can_be_typed(
    practice: Practice,
) -> None:
    """In the form the server refused the old one, and the store the new one, for ever."""
    await (await practice.engine()).stop()
    practice.connector.mailbox.password = "le nouveau"
    screen = LoginScreen(practice.session(), Opening())
    async with stage(screen) as pilot:
        screen.query_one(AccountFields).fill(form_of(ACCOUNT, "le nouveau"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(screen.shown_error, WrongPassphrase))
        assert ACCOUNT.address in text_of(screen)
        assert screen.focused is screen.query_one("#passphrase")
        await pilot.press(*PASSWORD, "enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()
    assert tuple(practice.book.accounts()) == (ACCOUNT,)


async def test_the_demo_fills_everything_in_and_explains(practice: Practice) -> None:
    opening = Opening(ACCOUNT, PASSWORD, hints=("Démonstration [/] : rien ne sort.",))
    screen = LoginScreen(practice.session(), opening)
    async with stage(screen) as pilot:
        assert "Démonstration [/] : rien ne sort." in text_of(screen)
        assert PASSWORD not in text_of(screen)
        await pilot.press("enter")
        await until(pilot, lambda: results(pilot))
        await results(pilot)[0].stop()


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+x"])
async def test_a_password_goes_to_no_clipboard(practice: Practice, key: str) -> None:
    screen = LoginScreen(practice.session(), Opening(ACCOUNT))
    async with stage(screen) as pilot:
        password = screen.query_one("#password", Input)
        password.focus()
        await pilot.press(*"secret", "shift+home", key)
        assert pilot.app.clipboard == ""
        assert password.value == "secret"
