"""The INS search on the screen: typing, pasting, confirming, and what confirms nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input, OptionList
from ui.stage import (
    ACCOUNT,
    INS,
    OTHER_INS,
    SIZES,
    Practice,
    burst,
    receive,
    results,
    stage,
    text_of,
    until,
)

from tui_mailer.domain.events import FoldersChanged
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.folder import FolderRole, FolderState, RemoteFolder
from tui_mailer.domain.ins import computed_key
from tui_mailer.domain.patient import IdentityPoint
from tui_mailer.engine.engine import Engine, utc_now
from tui_mailer.ui.presenters.identity import ConfirmedPatient
from tui_mailer.ui.screens.ins_search import InsSearchScreen, Purpose
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint
from tui_mailer.ui.widgets.identity_panel import IdentityPanel
from tui_mailer.ui.widgets.patient_search_input import SCAN_S


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    return await Practice(tmp_path).engine()


@asynccontextmanager
async def search(
    engine: Engine,
    text: str = "",
    purpose: Purpose = Purpose.WRITE,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[Pilot[Any], InsSearchScreen]]:
    screen = InsSearchScreen(engine, text, purpose)
    async with stage(screen, engine=engine, size=size) as pilot:
        yield pilot, screen


def points(screen: InsSearchScreen) -> list[ConfirmPoint]:
    return list(screen.query(ConfirmPoint))


def confirmed(screen: InsSearchScreen) -> set[IdentityPoint]:
    pending = screen.query_one(IdentityPanel).pending
    return set() if pending is None else set(pending.points)


async def readable(pilot: Pilot[Any], screen: InsSearchScreen) -> None:
    """Wait until the identity has been on the screen long enough to be read."""
    await until(pilot, lambda: all(point.accepts_keys for point in points(screen)))


async def tick_all(pilot: Pilot[Any], screen: InsSearchScreen) -> None:
    await readable(pilot, screen)
    await pilot.press("enter", "space", "down", "space", "down", "space", "down", "space")


@pytest.mark.parametrize("size", SIZES)
async def test_a_patient_is_found_confirmed_and_given(
    engine: Engine, size: tuple[int, int]
) -> None:
    async with search(engine, size=size) as (pilot, screen):
        await pilot.press(*"2 79 03 51 215 189 89".replace(" ", ""))
        await tick_all(pilot, screen)
        shown = text_of(screen)
        assert f"{INS}@patient.mssante.fr" in shown
        assert "[x] Sexe " in shown
        assert "Femme — confirmé" in shown
        assert "[x] L’INS est qualifiée dans mon logiciel métier" in shown
        assert "Identité confirmée." in shown
        assert "www.monespacesante.fr" in shown
        await pilot.press("down", "enter")
        await until(pilot, lambda: results(pilot))
        (given,) = results(pilot)
        assert isinstance(given, ConfirmedPatient)
        assert given.matricule.text == INS
        assert await engine.identities.cleared((INS,)) == {INS}


async def test_what_is_typed_takes_the_place_of_the_ins_the_search_was_opened_with(
    engine: Engine,
) -> None:
    async with search(engine, INS) as (pilot, screen):
        await pilot.press(*OTHER_INS)
        await until(pilot, lambda: screen.reading.cleaned == OTHER_INS)
        assert confirmed(screen) == set()


async def test_the_key_that_goes_on_is_named(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await until(pilot, lambda: "; Entrée pour cocher chaque ligne :" in text_of(screen))
        await pilot.press("enter")
        await until(pilot, lambda: "cochez chaque ligne (Espace) :" in text_of(screen))
        screen.query_one("#ins").focus()
        await until(pilot, lambda: "; Entrée pour cocher" in text_of(screen))


async def test_the_button_waits_for_every_point(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        await pilot.press("enter", "space", "down", "space", "down", "space")
        assert len(confirmed(screen)) == 3
        assert screen.query_one("#write", Button).disabled
        assert "INS qualifiée" in text_of(screen)
        await pilot.press("down", "space")
        assert not screen.query_one("#write", Button).disabled


async def test_changing_one_character_cancels_every_confirmation(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await tick_all(pilot, screen)
        assert len(confirmed(screen)) == 4
        screen.query_one("#ins", Input).focus()
        await pilot.press("end", "backspace", "9")
        assert screen.reading.matricule is not None
        assert confirmed(screen) == set()
        assert screen.query_one("#write", Button).disabled


def hurried_keys() -> list[events.Key]:
    """What a hand that looks elsewhere types after the digits."""
    names = ["space", "down", "space", "down", "space", "down", "space"]
    return [events.Key(name, " " if name == "space" else None) for name in names]


async def test_keys_typed_ahead_confirm_nothing(engine: Engine) -> None:
    """They were pressed before the identity was on the screen, whenever they are handled."""
    keys = hurried_keys()
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        points(screen)[0].focus()
        for key in keys:
            pilot.app.post_message(key)
            await pilot.pause()
        await until(pilot, lambda: screen.focused is points(screen)[3])
        await pilot.pause()
        assert confirmed(screen) == set()
        assert results(pilot) == []


async def test_keys_pressed_sooner_than_anybody_reads_confirm_nothing(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        readable_at = monotonic()
        points(screen)[0].focus()
        screen.query_one("#ins", Input).value = OTHER_INS
        await until(pilot, lambda: screen.reading.cleaned == OTHER_INS)
        for key in hurried_keys():
            key.time = readable_at
            pilot.app.post_message(key)
            await pilot.pause()
        await readable(pilot, screen)
        await until(pilot, lambda: screen.focused is points(screen)[3])
        await pilot.pause()
        assert confirmed(screen) == set()


async def test_a_point_out_of_sight_is_shown_and_not_confirmed(engine: Engine) -> None:
    async with search(engine, INS, size=(60, 15)) as (pilot, screen):
        await readable(pilot, screen)
        await pilot.press("enter", "down", "down")
        place = points(screen)[2]
        await until(pilot, lambda: place.is_in_sight and place.accepts_keys)
        screen.query_one("#below").scroll_home(animate=False)
        await until(pilot, lambda: not place.is_in_sight)
        assert "Département" not in text_of(screen)
        await pilot.press("space")
        await until(pilot, lambda: place.is_in_sight and place.accepts_keys)
        assert confirmed(screen) == set()
        await pilot.press("space")
        assert confirmed(screen) == {place.point}


async def test_a_terminal_too_low_for_a_point_says_so(engine: Engine) -> None:
    async with search(engine, INS, size=(60, 8)) as (pilot, screen):
        await readable(pilot, screen)
        await pilot.press("enter", "down")
        year = points(screen)[1]
        await until(pilot, lambda: year.has_focus)
        await pilot.press("space")
        await until(pilot, lambda: bool(pilot.app._notifications))
        (said,) = [toast.message for toast in pilot.app._notifications]
        assert "agrandissez la fenêtre" in said
        assert confirmed(screen) == set()


@pytest.mark.parametrize("purpose", Purpose)
async def test_what_is_left_to_confirm_is_shown_whole_beside_every_button(
    engine: Engine, purpose: Purpose
) -> None:
    async with search(engine, INS, purpose) as (pilot, screen):
        await until(pilot, lambda: "Reste : sexe, année" in text_of(screen))
        words = " ".join(text_of(screen).replace("│", " ").split())
        assert "Reste : sexe, année, département, INS qualifiée." in words


async def test_in_a_low_terminal_the_identity_has_the_room_of_the_note(engine: Engine) -> None:
    async with search(engine, size=(60, 15)) as (pilot, screen):
        await until(pilot, lambda: "www.monespacesante.fr" in text_of(screen))
        await pilot.press(*INS)
        await readable(pilot, screen)
        await until(pilot, lambda: "www.monespacesante.fr" not in text_of(screen))
        await pilot.press("enter", "down", "down")
        await until(pilot, lambda: all(point.is_in_sight for point in points(screen)[:3]))


async def test_keys_in_one_burst_act_on_the_lines_they_were_meant_for(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        points(screen)[0].focus()
        for key in hurried_keys()[:5]:
            pilot.app.post_message(key)
        await until(pilot, lambda: len(confirmed(screen)) == 3)
        assert screen.focused is points(screen)[2]


async def test_tab_moves_in_its_turn_among_the_keys_of_a_burst(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        screen.set_focus(points(screen)[0])
        burst(pilot.app, "tab", "space", "tab", "tab", "space", "shift+tab")
        await until(pilot, lambda: len(confirmed(screen)) == 2)
        await until(pilot, lambda: screen.focused is points(screen)[2])
        assert confirmed(screen) == {points(screen)[1].point, points(screen)[3].point}


async def test_tab_leads_from_the_points_to_the_button_and_back(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await tick_all(pilot, screen)
        await pilot.press("tab")
        assert screen.focused is screen.query_one("#write")
        await pilot.press("shift+tab", "shift+tab")
        assert screen.focused is points(screen)[2]


async def test_an_ins_typed_on_a_point_takes_the_place_of_the_one_shown(engine: Engine) -> None:
    async with search(engine, OTHER_INS) as (pilot, screen):
        await tick_all(pilot, screen)
        await pilot.press(*INS[:3])
        assert confirmed(screen) == set()
        await until(pilot, lambda: screen.focused is screen.query_one("#ins"))
        await pilot.press(*INS[3:])
        assert screen.reading.cleaned == INS
        assert confirmed(screen) == set()


async def test_a_character_on_a_point_of_a_settled_patient_only_unticks(engine: Engine) -> None:
    async with search(engine, INS, Purpose.SEND) as (pilot, screen):
        await readable(pilot, screen)
        await pilot.press("space", "down", "space", "x")
        await until(pilot, lambda: confirmed(screen) == set())
        await pilot.pause(2 * SCAN_S)
        assert screen.reading.cleaned == INS
        await pilot.press("space")
        assert confirmed(screen) == {points(screen)[1].point}
        await pilot.press("up", "space", "down", "down", "space", "down", "space", "down", "x")
        await until(pilot, lambda: screen.focused is points(screen)[0])
        assert confirmed(screen) == set()


async def test_enter_confirms_no_point(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, screen):
        await readable(pilot, screen)
        await pilot.press("enter", "enter", "enter", "enter", "enter", "enter")
        assert confirmed(screen) == set()


async def test_a_paste_with_line_breaks_is_read_and_confirms_nothing(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        pilot.app.post_message(events.Paste("2\u00a079.03-51\u202f215 189 89\n\n   \n"))
        await until(pilot, lambda: screen.reading.is_valid)
        await readable(pilot, screen)
        assert confirmed(screen) == set()
        assert screen.focused is screen.query_one("#ins")


@pytest.mark.parametrize(
    "pasted",
    [
        f"{INS}@patient.mssante.fr",
        f" <{INS}@Patient.MSSante.fr> ",
        f'"PAT-TROIS, Dominique" <{INS}@patient.mssante.fr>',
    ],
)
async def test_the_patients_own_address_pasted_is_the_ins_in_it(
    engine: Engine, pasted: str
) -> None:
    async with search(engine) as (pilot, screen):
        pilot.app.post_message(events.Paste(pasted))
        await until(pilot, lambda: screen.reading.cleaned == INS)
        assert screen.reading.is_valid
        assert confirmed(screen) == set()


async def test_an_ins_pasted_with_another_domain_is_nobodys(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        pilot.app.post_message(events.Paste(f"{INS}@patient.mssante.fr.example"))
        await until(pilot, lambda: "@" in screen.reading.cleaned)
        assert not screen.reading.is_valid


async def test_control_characters_pasted_are_named_and_reach_no_terminal(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        pilot.app.post_message(events.Paste("2790\x1b[2J[/]\x00351"))
        await until(pilot, lambda: "␛" in screen.query_one("#ins", Input).value)
        shown = text_of(screen)
        assert "n’a pas sa place" in shown
        assert "\x1b" not in shown
        assert "\x00" not in shown


async def test_the_computed_key_is_taken_on_demand_only(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        await pilot.press(*INS[:13])
        assert "Clé calculée : 89" in text_of(screen)
        await pilot.press("enter")
        assert screen.reading.matricule is None
        await pilot.press("f4")
        assert screen.reading.matricule is not None
        assert screen.reading.matricule.text == INS
        assert confirmed(screen) == set()


async def test_a_known_patient_is_found_by_name_and_confirmed_again(engine: Engine) -> None:
    await receive(engine, f"{INS}@patient.mssante.fr", "Dominique [/]PAT-TROIS")
    await receive(engine, f"{OTHER_INS}@patient.mssante.fr", "Paulette DURAND")
    async with search(engine) as (pilot, screen):
        await pilot.press(*"domi")
        found = screen.query_one("#patients", OptionList)
        await until(pilot, lambda: found.option_count == 1)
        assert "Dominique [/]PAT-TROIS" in text_of(screen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen.reading.is_valid)
        assert confirmed(screen) == set()
        await readable(pilot, screen)
        await pilot.press("space", "down", "space", "down", "space", "down", "space")
        await pilot.press("down", "enter")
        await until(pilot, lambda: results(pilot))
        assert results(pilot)[0].name == "Dominique [/]PAT-TROIS"


@pytest.mark.parametrize("pause_s", [0.0, 0.005, 0.04])
async def test_a_list_that_is_behind_what_was_typed_gives_nobody(
    engine: Engine, pause_s: float
) -> None:
    await receive(engine, f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS", "a")
    await receive(engine, f"{OTHER_INS}@patient.mssante.fr", "Bernard DURAND", "b")
    async with search(engine) as (pilot, screen):
        found = screen.query_one("#patients", OptionList)
        await until(pilot, lambda: found.option_count == 2)
        for key in [*"dominique", "down", "enter"]:
            burst(pilot.app, key)
            await asyncio.sleep(pause_s)
        await until(pilot, lambda: found.option_count == 1)
        await pilot.pause()
        assert screen.reading.cleaned != OTHER_INS
        found.focus()
        await pilot.press("enter")
        await until(pilot, lambda: screen.reading.cleaned == INS)


async def test_a_scan_while_the_list_has_the_focus_chooses_nobody_of_it(engine: Engine) -> None:
    await receive(engine, f"{OTHER_INS}@patient.mssante.fr", "Bernard DURAND")
    async with search(engine) as (pilot, screen):
        found = screen.query_one("#patients", OptionList)
        await until(pilot, lambda: found.option_count == 1)
        found.focus()
        burst(pilot.app, *INS, "enter")
        await until(pilot, lambda: screen.focused is points(screen)[0])
        assert screen.reading.cleaned == INS


async def test_a_long_place_of_birth_is_shown_whole(engine: Engine) -> None:
    seine_saint_denis_or_algeria = "1540793123456"
    ins = seine_saint_denis_or_algeria + computed_key(seine_saint_denis_or_algeria)
    async with search(engine, ins) as (pilot, screen):
        await readable(pilot, screen)
        shown = " ".join(text_of(screen).replace("│", "").split())
        assert "Seine-Saint-Denis, ou Algérie (ancien code 93) — je confirme" in shown
        assert "Écrire à ce patient" in shown


async def test_a_closed_exchange_says_that_writing_restarts_it(engine: Engine) -> None:
    await engine._store.save_exchange(Exchange(INS, ExchangeState.CLOSED, utc_now()))
    async with search(engine, INS) as (pilot, screen):
        await until(pilot, lambda: "écrire le redémarre" in text_of(screen))


async def test_for_a_reply_the_patient_cannot_be_changed(engine: Engine) -> None:
    async with search(engine, INS, Purpose.REPLY) as (pilot, screen):
        assert screen.query_one("#ins", Input).disabled
        await readable(pilot, screen)
        assert "Répondre à ce patient" in text_of(screen)


async def test_a_wrong_key_stops_in_production_and_warns_on_a_test_profile(tmp_path: Path) -> None:
    wrong = "224027511583555"
    engine = await Practice(tmp_path / "production").engine()
    async with search(engine, wrong) as (_, screen):
        assert not screen.query_one(IdentityPanel).display
        assert "est fausse" in text_of(screen)
    engine = await Practice(tmp_path / "test").engine(replace(ACCOUNT, test_identities=True))
    async with search(engine, wrong) as (_, screen):
        assert screen.query_one(IdentityPanel).display
        assert "Clé fausse" in text_of(screen)
        assert "1924 ou 2024" in text_of(screen)


async def test_escape_gives_nobody(engine: Engine) -> None:
    async with search(engine, INS) as (pilot, _):
        await pilot.press("escape")
        await until(pilot, lambda: results(pilot))
        assert results(pilot) == [None]


async def test_a_first_message_is_claimed_once_every_folder_was_read(engine: Engine) -> None:
    inbox = RemoteFolder("INBOX", "/", FolderRole.INBOX)
    sent = RemoteFolder("Envoyés", "/", FolderRole.SENT)
    await engine._store.save_folders([inbox, sent])
    folder = (await engine._store.folders())[1]
    async with search(engine, INS) as (pilot, screen):
        await until(pilot, lambda: "Boîte encore en cours de lecture" in text_of(screen))
        assert "Premier message" not in text_of(screen)
        await engine._store.reset_folder(folder.id, 7)
        await engine._store.mark_synced(folder.id, FolderState(7, 1, 0))
        engine.announce(FoldersChanged())
        await until(pilot, lambda: "Premier message à ce patient" in text_of(screen))


async def test_a_program_that_ends_as_the_screen_comes_up_just_ends(engine: Engine) -> None:
    screen = InsSearchScreen(engine, INS)
    async with stage(screen) as pilot:
        await pilot.pause()
        await screen.query_one("#remaining").remove()
        screen.on_mount()
