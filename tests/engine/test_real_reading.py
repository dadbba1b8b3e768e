"""The engine on real Dovecot and Postfix, without a screen: log in, list, read, flag."""

import asyncio
from pathlib import Path

import pytest
from engine_helpers import OpenOffice
from mail_samples import received
from servers.people import PRACTICE
from servers.practice import RealServers
from servers.process import wait_until

from tui_mailer.bootstrap import make_session
from tui_mailer.domain.account import Account
from tui_mailer.domain.errors import LoginRefused
from tui_mailer.domain.events import ConnectionStep
from tui_mailer.domain.message import Flags, FolderView
from tui_mailer.engine.options import EngineOptions
from tui_mailer.settings.model import Places


async def test_each_step_of_a_first_login_is_ticked(tmp_path: Path, account: Account) -> None:
    places = Places(tmp_path / "r.toml", tmp_path / "store", tmp_path / "state")
    session = make_session(places, EngineOptions())
    steps: list[ConnectionStep] = []
    engine = await session.first_login(account, PRACTICE.password, steps.append)
    await engine.stop()
    assert steps == list(ConnectionStep)
    assert session.has_store(account)
    assert list(session.accounts()) == [account]


async def test_a_refused_password_keeps_nothing(tmp_path: Path, account: Account) -> None:
    places = Places(tmp_path / "r.toml", tmp_path / "store", tmp_path / "state")
    session = make_session(places, EngineOptions())
    with pytest.raises(LoginRefused) as refused:
        await session.first_login(account, "faux", lambda _step: None)
    # No message was received here yet, and none waits to leave.
    assert "pas encore enregistré sur ce poste" in refused.value.explanation
    assert "messages déjà reçus" not in refused.value.explanation
    assert not session.has_store(account)
    assert not places.settings_file.exists()


async def test_mail_is_listed_newest_first_and_read_on_demand(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    for number in range(3):
        real_servers.deliver(PRACTICE.address, received(f"dose * {number} fois * jour"))
    office = await open_office()
    inbox = await office.inbox()
    row = await office.until_row(inbox, "dose * 0 fois * jour")
    assert (await office.subjects(inbox))[0] == "dose * 2 fois * jour"
    assert (await office.read(row)).text.startswith("Cher confrère")


async def test_new_mail_comes_in_by_itself(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("ancien"))
    office = await open_office(poll_s=3600.0)
    inbox = await office.inbox()
    await office.until_row(inbox, "ancien")
    real_servers.deliver(PRACTICE.address, received("nouveau"))
    await office.until_row(inbox, "nouveau")


async def test_a_flag_set_here_reaches_the_server(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, received("à lire"))
    office = await open_office()
    row = await office.until_row(await office.inbox(), "à lire")
    await office.engine.reading.mark([row.id], add=Flags.SEEN)
    assert Flags.SEEN in (await office.until_row(FolderView(row.folder_id), "à lire")).flags
    await asyncio.to_thread(
        wait_until,
        lambda: any(
            r"\Seen" in str(flags) for flags in real_servers.flags(PRACTICE.address, "INBOX")
        ),
        "the flag on the server",
        10,
    )
