"""Whoever unlocks the screen gives what was given at login."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, opened, until_online

from tui_mailer.domain.account import SecretOrigin
from tui_mailer.domain.errors import SecretUnavailable
from tui_mailer.engine.options import EngineOptions

ACCENTED = "clé d’été"


@pytest.mark.parametrize(
    "origin", [SecretOrigin.TYPED, SecretOrigin.TOKEN_COMMAND, SecretOrigin.KEYRING]
)
async def test_it_is_what_opened_the_store(tmp_path: Path, origin: SecretOrigin) -> None:
    account = replace(ACCOUNT, secret_origin=origin, secret_command=("false",))
    session = World(tmp_path).session(EngineOptions())
    engine = await session.open(account, ACCENTED)
    assert not session.is_asked_of_command(account)
    for same in (ACCENTED, unicodedata.normalize("NFD", ACCENTED)):
        assert await session.is_user(engine, same)
    for other in ("", ACCENTED[:-1], f"{ACCENTED} ", ACCENTED.upper()):
        assert not await session.is_user(engine, other)
    await engine.stop()


async def test_after_a_change_it_is_the_new_password(tmp_path: Path) -> None:
    world = World(tmp_path)
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        old, world.mailbox.password = world.mailbox.password, "le nouveau"
        await office.session.change_password(office.engine, "le nouveau")
        assert await office.session.is_user(office.engine, "le nouveau")
        assert not await office.session.is_user(office.engine, old)


async def test_a_command_is_asked_anew_for_what_is_not_typed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    account = replace(
        ACCOUNT, secret_origin=SecretOrigin.COMMAND, secret_command=("cat", str(secret))
    )
    session = World(tmp_path).session(EngineOptions())
    engine = await session.open_by_itself(account) or await session.open(account, "secret")
    assert session.is_asked_of_command(account)
    assert await session.is_user(engine, "")
    assert not await session.is_user(engine, "autre")
    secret.unlink()
    with pytest.raises(SecretUnavailable):
        await session.is_user(engine, "")
    assert await session.is_user(engine, "secret"), "the command is not the only way in"
    await engine.stop()
