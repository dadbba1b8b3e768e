"""How much a key sends over the line, counted in a terminal of 120 x 40."""

import asyncio
from pathlib import Path
from statistics import median

import pytest

from journeys.pty_program import PtyProgram, running

DOWN, PAGE_DOWN, LIGHT, WRITE, TAB, QUIT = "\x1b[B", "\x1b[6~", "\x1b[18~", "e", "\t", "\x11"


async def cost(program: PtyProgram, key: str) -> int:
    """Bytes that answer a key."""
    await program.settles()
    before = len(program.written)
    program.press(key)
    async with asyncio.timeout(20):
        while len(program.written) == before:
            await asyncio.sleep(0.02)
            program.collect()
    await program.settles()
    return len(program.written) - before


@pytest.mark.parametrize(
    ("light", "cursor_bytes", "page_bytes"),
    [(False, 400, 7_000), (True, 200, 3_500)],
    ids=["full display", "light display"],
)
async def test_a_key_sends_little_and_no_key_nothing(
    tmp_path: Path, light: bool, cursor_bytes: int, page_bytes: int
) -> None:
    settings = tmp_path / "config" / "tui-mailer" / "reglages.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"affichage_leger = {str(light).lower()}\n")
    async with running(tmp_path, "demo", size=(120, 40)) as program:
        await program.shows("Se connecter")
        await program.settles()
        program.press("\r")
        await program.shows("à jour")
        # What the server tells may be shown between two keys: the middle one of five is the key's.
        assert 0 < median([await cost(program, DOWN) for _ in range(5)]) <= cursor_bytes
        assert 0 < median([await cost(program, PAGE_DOWN) for _ in range(3)]) <= page_bytes
        assert await program.settles(1.5) == 0, "nothing happens, nothing is sent"
        await cost(program, WRITE)
        for _ in range(4):
            await cost(program, TAB)
        letters = [await cost(program, letter) for letter in "bon"]
        assert 0 < median(letters) <= 120, "a letter typed in a message"
        program.press(QUIT)


async def test_the_light_display_is_a_key_away_and_back(tmp_path: Path) -> None:
    async with running(tmp_path, "demo", size=(120, 40)) as program:
        await program.shows("Se connecter")
        await program.settles()
        program.press("\r")
        await program.shows("à jour")
        full = await cost(program, DOWN)
        await cost(program, LIGHT)
        light = await cost(program, DOWN)
        await cost(program, LIGHT)
        assert light < full / 2
        assert await cost(program, DOWN) > light
        program.press(QUIT)
