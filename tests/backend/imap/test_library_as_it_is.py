"""aioimaplib as it is: each defect that `incoming` and `protocol` work round is still there.

A failure here, after an upgrade, is good news: a part of the work-around may go.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aioimaplib import aioimaplib


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


@pytest.fixture
async def protocol() -> Any:
    """The library's own protocol with a folder open."""
    made = aioimaplib.IMAP4ClientProtocol(asyncio.get_running_loop())
    made.connection_made(Wire())
    made.state = aioimaplib.SELECTED
    return made


def flying(protocol: Any, name: str = "FETCH") -> Any:
    command = (aioimaplib.FetchCommand if name == "FETCH" else aioimaplib.Command)(
        *(() if name == "FETCH" else (name,)), protocol.new_tag()
    )
    if aioimaplib.Commands[name].exec is aioimaplib.Exec.is_sync:
        protocol.pending_sync_command = command
    else:
        protocol.pending_async_commands[name] = command
    return command


async def test_1_it_removes_every_star_and_space(protocol: Any) -> None:
    command = flying(protocol)
    protocol.data_received(b'* 1 FETCH (ENVELOPE ("dose * 2 fois * jour"))\r\n')
    assert b"dose 2 fois jour" in command.response.lines[0]


async def test_2_it_has_one_place_for_two_literals(protocol: Any) -> None:
    tasks = [asyncio.create_task(protocol.append(body, "A")) for body in (b"first", b"second")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert protocol.literal_data == b"second"
    protocol.data_received(b"+ go on\r\n")
    assert protocol.transport.written.endswith(b"second\r\n")
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_3_it_recurses_once_a_line(protocol: Any) -> None:
    flying(protocol, "NOOP")
    with pytest.raises(RecursionError):
        protocol.data_received(b"* 1 RECENT\r\n" * 5_000)


async def test_5_it_counts_brackets_inside_strings(protocol: Any) -> None:
    command = flying(protocol)
    protocol.data_received(b'* 1 FETCH (ENVELOPE ("suite :-("))\r\n')
    assert command.wait_data()


async def test_6_it_drops_what_no_command_waits_for(protocol: Any) -> None:
    command = flying(protocol)
    protocol.data_received(b"* 3 EXISTS\r\n* 1 EXPUNGE\r\n* VANISHED 7\r\n")
    assert command.response.lines == []


async def test_8_a_lost_connection_and_bye_fail_no_command(protocol: Any) -> None:
    command = flying(protocol, "NOOP")
    protocol.data_received(b"* BYE\r\n")
    protocol.connection_lost(None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(command.wait(), 0.05)


async def test_10_a_late_answer_raises_inside_data_received(protocol: Any) -> None:
    with pytest.raises(aioimaplib.Abort):
        protocol.data_received(b"A1 OK late\r\n")


async def test_11_it_sends_names_as_they_are(protocol: Any) -> None:
    task = asyncio.create_task(protocol.select("Éléments envoyés{3+}"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert protocol.transport.written.endswith("SELECT Éléments envoyés{3+}\r\n".encode())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_12_it_takes_preauth_for_a_login(protocol: Any) -> None:
    task = asyncio.create_task(protocol.welcome(b"* PREAUTH"))
    await asyncio.sleep(0)
    assert protocol.state == aioimaplib.AUTH
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_13_it_logs_what_it_receives(protocol: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(aioimaplib.log, "debug", lambda text, *more: logged.append(text))
    flying(protocol)
    protocol.data_received(b'* 1 FETCH (ENVELOPE ("BIOPSIE DUPONT"))\r\n')
    assert "BIOPSIE DUPONT" in "".join(logged)


async def test_14_it_takes_a_literal_of_any_size(protocol: Any) -> None:
    command = flying(protocol)
    protocol.data_received(b"* 1 FETCH (BODY[] {2147483647}\r\nx")
    assert command.wait_literal_data()


async def test_15_it_sends_a_charset(protocol: Any) -> None:
    task = asyncio.create_task(protocol.search("ALL"))
    await asyncio.sleep(0)
    assert protocol.transport.written.endswith(b"SEARCH CHARSET utf-8 ALL\r\n")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_16_it_has_no_starttls() -> None:
    assert not hasattr(aioimaplib.IMAP4ClientProtocol, "starttls")
    assert not hasattr(aioimaplib.IMAP4ClientProtocol, "start_tls")
