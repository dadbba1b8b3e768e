"""A new password is taken whole or not at all, whoever waits for it no more."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, opened, until_online
from engine_helpers import Office

from tui_mailer.backend.store import EncryptedStoreOpener
from tui_mailer.domain.account import Account, SecretOrigin
from tui_mailer.domain.errors import WrongPassphrase
from tui_mailer.engine.options import EngineOptions


async def test_one_that_is_given_up_while_the_key_is_wrapped_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    wrap, wrapped = EncryptedStoreOpener.change_passphrase, asyncio.Event()

    async def slowly(opener: EncryptedStoreOpener, account: Account, old: str, new: str) -> None:
        await wrap(opener, account, old, new)
        wrapped.set()
        await asyncio.sleep(0.05)

    monkeypatch.setattr(EncryptedStoreOpener, "change_passphrase", slowly)
    async with opened(world, poll_s=3600.0) as office:
        await until_online(office)
        world.mailbox.password = "le nouveau"
        changing = asyncio.create_task(office.session.change_password(office.engine, "le nouveau"))
        await wrapped.wait()
        changing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await changing
        await asyncio.sleep(0.3)
        world.mailbox.password = "un troisième"
        await office.session.change_password(office.engine, "un troisième")
    again = await office.session.open(ACCOUNT, "un troisième")
    await again.stop()


async def test_a_command_that_gives_a_new_password_asks_for_the_old_one_once(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    async with opened(world):
        pass  # a store that opens by the old one
    world.mailbox.password = "le nouveau"
    given = replace(
        ACCOUNT, secret_origin=SecretOrigin.COMMAND, secret_command=("echo", "le nouveau")
    )
    session = world.session(EngineOptions())
    with pytest.raises(WrongPassphrase):
        await session.open_by_itself(given)
    engine = await session.open(given, "secret")
    await asyncio.gather(*session._behind)
    await engine.stop()
    again = await world.session(EngineOptions()).open_by_itself(given)
    assert again is not None
    await again.stop()


async def test_a_command_that_gives_what_the_server_does_not_take_changes_nothing(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    async with opened(world):
        pass
    given = replace(ACCOUNT, secret_origin=SecretOrigin.COMMAND, secret_command=("echo", "non"))
    session = world.session(EngineOptions())
    with pytest.raises(WrongPassphrase):
        await session.open_by_itself(given)
    engine = await session.open(given, "secret")
    await asyncio.gather(*session._behind)
    await engine.stop()
    again = await world.session(EngineOptions()).open(given, "secret")
    await again.stop()


async def test_an_account_whose_settings_were_lost_opens_its_store_by_the_old_password_once(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    async with opened(world):
        pass
    world.mailbox.password = "le nouveau"
    session = world.session(EngineOptions())
    with pytest.raises(WrongPassphrase):
        await session.first_login(ACCOUNT, "le nouveau", lambda _step: None)
    assert not session.accounts()
    office = Office(session, await session.open(ACCOUNT, "secret"))
    office.engine.start()
    await until_online(office)
    assert not [e for e in office.events if getattr(e, "error", None) is not None]
    await asyncio.gather(*session._behind)
    await office.close()
    assert tuple(session.accounts()) == (ACCOUNT,)
    await (await session.open(ACCOUNT, "le nouveau")).stop()
