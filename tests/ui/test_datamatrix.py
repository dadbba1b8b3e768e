"""A datamatrix in the search bar: pasted, or typed by a scanner; what it fills and what it warns of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from ui.stage import (
    INS,
    OTHER_INS,
    SIZES,
    Practice,
    receive,
    results,
    stage,
    text_of,
    until,
)

from tui_mailer.domain.datamatrix import GS, HEADER
from tui_mailer.domain.ins import computed_key
from tui_mailer.domain.opposition import Towards
from tui_mailer.engine.engine import Engine
from tui_mailer.ui.screens.ins_search import InsSearchScreen
from tui_mailer.ui.screens.opposition import OppositionScreen
from tui_mailer.ui.widgets.confirm_point import ConfirmPoint
from tui_mailer.ui.widgets.identity_panel import IdentityPanel

NIR = "1.2.250.1.213.1.4.8"


def matrix(oid: str = NIR, sex: str = "F", born: str = "28-03-1979", place: str = "51215") -> str:
    names = f"S3DOMINIQUE MARIE-LOUISE{GS}S4PAT-TROIS{GS}"
    return f"{HEADER}S1{INS}S2{oid}{GS}{names}S5{sex}S6{born}S7{place}"


@pytest.fixture
async def engine(tmp_path: Path) -> Engine:
    return await Practice(tmp_path).engine()


@asynccontextmanager
async def search(
    engine: Engine, text: str = "", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[Any], InsSearchScreen]]:
    screen = InsSearchScreen(engine, text)
    async with stage(screen, engine=engine, size=size) as pilot:
        yield pilot, screen


async def scan(pilot: Pilot[Any], text: str) -> None:
    """Type as a scanner does: one burst of keys, GS as a terminal hands it over, Enter last."""
    for character in text:
        if character == " ":
            key = events.Key("space", character)
        elif character == GS:
            key = events.Key("ctrl+right_square_bracket", GS)
        else:
            key = events.Key(character if character.isalnum() else "full_stop", character)
        pilot.app.post_message(key)
    pilot.app.post_message(events.Key("enter", "\r"))
    await pilot.pause()


async def confirm(pilot: Pilot[Any], screen: InsSearchScreen) -> None:
    points = screen.query(ConfirmPoint)
    await until(pilot, lambda: all(point.accepts_keys for point in points))
    for _point in points:
        await pilot.press("space", "down")
    await pilot.press("enter")
    await until(pilot, lambda: results(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_a_pasted_datamatrix_fills_the_identity(
    engine: Engine, size: tuple[int, int]
) -> None:
    async with search(engine, size=size) as (pilot, screen):
        pilot.app.post_message(events.Paste(matrix() + "\n"))
        await until(pilot, lambda: screen.reading.is_valid)
        await pilot.pause()
        shown = text_of(screen)
        assert "Datamatrix lu, clé juste" in shown
        assert f"{INS}@patient.mssante.fr" in shown
        assert "PAT-TROIS DOMINIQUE MARIE-LOUISE, né(e) le 28/03/1979 (lieu 51215)" in shown
        assert "⚠" not in shown


@pytest.mark.parametrize("ticks", [0, 2, 4])
async def test_a_scan_while_a_point_or_the_button_has_the_focus_is_read_and_confirms_nothing(
    engine: Engine, ticks: int
) -> None:
    """Another patient's document, its names with spaces."""
    async with search(engine, OTHER_INS) as (pilot, screen):
        points = screen.query(ConfirmPoint)
        await until(pilot, lambda: all(point.accepts_keys for point in points))
        await pilot.press("enter", *["space", "down"] * ticks)
        assert (screen.focused is screen.query_one("#write")) == (ticks == 4)
        await scan(pilot, matrix())
        await until(pilot, lambda: screen.reading.cleaned == INS)
        await until(pilot, lambda: screen.focused is points.first())
        assert "PAT-TROIS DOMINIQUE MARIE-LOUISE" in text_of(screen)
        assert screen.query_one("#ins", Input).value == "2 79 03 51 215 189 89"
        pending = screen.query_one(IdentityPanel).pending
        assert pending is not None
        assert pending.points == frozenset()
        assert results(pilot) == []
        assert await engine.identities.cleared((OTHER_INS,)) == set()


async def test_a_scanner_that_types_fills_it_too_and_confirms_nothing(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        await scan(pilot, matrix())
        await until(pilot, lambda: isinstance(screen.focused, ConfirmPoint))
        assert "PAT-TROIS DOMINIQUE MARIE-LOUISE" in text_of(screen)
        assert screen.query_one("#ins", Input).value == "2 79 03 51 215 189 89"
        pending = screen.query_one(IdentityPanel).pending
        assert pending is not None
        assert pending.points == frozenset()


async def test_the_name_confirmed_so_is_the_patients_from_then_on(engine: Engine) -> None:
    await receive(engine, f"{INS}@patient.mssante.fr", "Domi la star")
    async with search(engine) as (pilot, screen):
        await scan(pilot, matrix())
        await confirm(pilot, screen)
        assert results(pilot)[0].name == "Dominique PAT-TROIS"
        (known,) = await engine.find_patients("")
        assert (known.name, known.name_is_confirmed) == ("Dominique PAT-TROIS", True)
        query = "SELECT shown FROM identity_confirmation"
        ((shown,),) = await engine._store._database.fetch_all(query)  # type: ignore[attr-defined]
        assert "PAT-TROIS DOMINIQUE MARIE-LOUISE, né(e) le 28/03/1979" in shown


async def test_contradictions_are_named_and_such_a_name_is_not_kept(engine: Engine) -> None:
    async with search(engine, matrix(sex="M", born="28-04-1980"), size=(140, 40)) as (
        pilot,
        screen,
    ):
        shown = text_of(screen)
        assert "il contredit le matricule" in shown
        assert "masculin sur le document, féminin dans le matricule" in shown
        assert "1980 sur le document, 79 dans le matricule" in shown
        assert "avril sur le document, mars dans le matricule" in shown
        await pilot.press("enter")
        await confirm(pilot, screen)
        assert await engine.patients.traits(INS) is None


async def test_a_test_identity_is_refused_in_production(engine: Engine) -> None:
    async with search(engine, matrix(f"{NIR[:-1]}10")) as (_, screen):
        assert "Identité de test" in text_of(screen)
        assert not screen.query_one(IdentityPanel).display


async def test_one_character_changed_forgets_the_datamatrix(engine: Engine) -> None:
    async with search(engine) as (pilot, screen):
        await scan(pilot, matrix())
        await until(pilot, lambda: isinstance(screen.focused, ConfirmPoint))
        screen.query_one("#ins", Input).focus()
        await pilot.press("end", "backspace", "9")
        await until(pilot, lambda: screen.entry.scanned is None)
        await pilot.pause()
        assert "PAT-TROIS" not in text_of(screen)


async def test_a_datamatrix_cut_short_says_what_is_missing(engine: Engine) -> None:
    async with search(engine, matrix()[:70]) as (_, screen):
        assert "Le bloc S3" in text_of(screen) or "manque" in text_of(screen)
        assert not screen.query_one(IdentityPanel).display


@pytest.mark.parametrize("text", ["[/]", "\x1b[2J", "\u202e", "\x9d52;c;aGk=\x07", "S9"])
async def test_a_hostile_datamatrix_shows_no_control_and_ends_nothing(
    engine: Engine, text: str
) -> None:
    async with search(engine) as (pilot, screen):
        pilot.app.post_message(events.Paste(matrix().replace("PAT-TROIS", f"PAT{text}TROIS")))
        await until(pilot, lambda: screen.entry.fault)
        await pilot.pause()
        shown = text_of(screen)
        assert "Datamatrix INS" in shown
        assert not set(shown) & {"\x1b", "\x9d", "\x07", "\u202e", GS}


async def test_a_child_is_written_to_at_the_childs_own_address(engine: Engine) -> None:
    surely = "2140275115001"
    async with search(engine, surely + computed_key(surely), size=(100, 30)) as (_, screen):
        words = " ".join(text_of(screen).replace("│", "").split())
        assert "Né(e) en 2014 ? Ce patient serait mineur : l’adresse est la sienne" in words


async def test_an_opposition_is_recorded_shown_and_withdrawn_by_keys(engine: Engine) -> None:
    async with search(engine, INS, size=(100, 30)) as (pilot, screen):
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, OppositionScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "[x] Messages au patient" in text_of(pilot.app.screen))
        (entry,) = await engine.patients.oppositions(INS)
        assert (entry.towards, entry.author) == (Towards.PATIENT, engine.account.address)
        await pilot.press("escape")
        await until(pilot, lambda: "⚠ Opposition aux messages au patient" in text_of(screen))
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, OppositionScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "[ ] Messages au patient" in text_of(pilot.app.screen))
        assert await engine.patients.oppositions(INS) == ()
        assert await engine.patients.oppositions(OTHER_INS) == ()


async def test_a_hostile_label_is_shown_as_it_is_and_kept_harmless(engine: Engine) -> None:
    label = "[/]\x1b[2J\u202eDomi [red]"  # one with @ names nobody
    await receive(engine, f"{INS}@patient.mssante.fr", label)
    async with search(engine) as (pilot, screen):
        await pilot.press(*INS)
        await until(pilot, lambda: "tel que le patient se nomme" in text_of(screen))
        await pilot.press("enter")
        await confirm(pilot, screen)
        shown = text_of(screen)
        assert not set(shown) & {"\x1b", "\u202e"}
        found = await engine.patients.traits(INS)
        assert found is not None
        assert found.name == "[/]␛[2J‹U+202E›Domi [red]"


async def test_a_document_that_names_the_patient_otherwise_is_told(engine: Engine) -> None:
    other = matrix().replace("PAT-TROIS", "AUTRE-NOM").replace("DOMINIQUE", "PAULETTE")
    async with search(engine, other) as (pilot, screen):
        await pilot.press("enter")
        await confirm(pilot, screen)
        assert await engine.patients.traits(INS) is not None
        again = InsSearchScreen(engine, matrix())
        await pilot.app.push_screen(again)
        await until(pilot, lambda: "Un document précédent donnait à cette INS" in text_of(again))
