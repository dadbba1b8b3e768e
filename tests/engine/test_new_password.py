"""A new password is taken whole or not at all, whoever waits for it no more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, World, opened, until_online

from tui_mailer.backend.store import EncryptedStoreOpener
from tui_mailer.domain.account import Account


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
