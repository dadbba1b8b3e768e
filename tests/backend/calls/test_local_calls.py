"""A call goes from one process of a user to the one that is open, or is not taken."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.calls.local_calls import LocalCalls
from tui_mailer.backend.calls.wire import MAX_BYTES, READY, decoded, encoded
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.call import FileAsked, WriteCall

ACCOUNT = Account("dr.martin@cabinet.mssante.fr", Endpoint("", 0), Endpoint("", 0))
OTHER = Account("dr.durand@cabinet.mssante.fr", Endpoint("", 0), Endpoint("", 0))
CALL = WriteCall("279035121518989", (FileAsked(Path("/tmp/bilan é.pdf"), "1.2.3"),))


class Listener:
    """A program that is open, and what it was asked."""

    def __init__(self, directory: Path) -> None:
        self.taken: list[WriteCall] = []
        self.directory = directory
        self._listening = asyncio.create_task(
            LocalCalls(directory).listen(ACCOUNT, self.taken.append)
        )

    @property
    def socket(self) -> Path:
        return next(self.directory.glob("*.sock"))

    async def is_there(self) -> None:
        async with asyncio.timeout(5):
            while not list(self.directory.glob("*.sock")):
                await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def took(self, *calls: WriteCall) -> None:
        async with asyncio.timeout(5):
            while self.taken != list(calls):
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        self._listening.cancel()
        await asyncio.wait({self._listening})


@pytest.fixture
async def listener(short_path: Path) -> AsyncIterator[Listener]:
    made = Listener(short_path)
    await made.is_there()
    yield made
    await made.end()


async def test_the_open_program_takes_the_call(listener: Listener, short_path: Path) -> None:
    assert await LocalCalls(short_path).hand_over(ACCOUNT, CALL)
    await listener.took(CALL)


async def test_nobody_else_may_call(listener: Listener) -> None:
    assert stat.S_IMODE(listener.socket.stat().st_mode) == 0o600


async def test_the_name_of_the_socket_says_nothing(listener: Listener) -> None:
    assert "martin" not in listener.socket.name


async def test_another_account_is_another_program(listener: Listener, short_path: Path) -> None:
    assert not await LocalCalls(short_path).hand_over(OTHER, CALL)
    assert listener.taken == []


async def test_where_nobody_listens_nobody_takes(short_path: Path) -> None:
    assert not await LocalCalls(short_path).hand_over(ACCOUNT, CALL)
    assert not await LocalCalls(short_path / "absent").hand_over(ACCOUNT, CALL)


async def test_a_program_that_ended_leaves_no_socket(listener: Listener, short_path: Path) -> None:
    left = listener.socket
    await listener.end()
    assert not left.exists()
    assert not await LocalCalls(short_path).hand_over(ACCOUNT, CALL)


async def test_what_a_killed_program_left_is_replaced(listener: Listener, short_path: Path) -> None:
    left = listener.socket
    await listener.end()
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(left))
    assert left.exists()
    assert not await LocalCalls(short_path).hand_over(ACCOUNT, CALL)
    later = Listener(short_path)
    async with asyncio.timeout(5):
        while not await LocalCalls(short_path).hand_over(ACCOUNT, CALL):
            await asyncio.sleep(0.01)
    await later.took(CALL)
    await later.end()


async def test_where_no_socket_can_be_made_the_program_does_without(short_path: Path) -> None:
    too_long = short_path / ("d" * 110)
    too_long.mkdir()
    await LocalCalls(too_long).listen(ACCOUNT, lambda _call: None)
    await LocalCalls(short_path / "absent").listen(ACCOUNT, lambda _call: None)
    assert not await LocalCalls(too_long).hand_over(ACCOUNT, CALL)


@pytest.mark.parametrize(
    "said",
    [
        b"\n",
        b"x" * (MAX_BYTES + 1) + b"\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"[" * 10_000 + b"\n",
        encoded(CALL).rstrip(),
    ],
)
async def test_what_is_no_call_is_not_taken_and_others_are_heard_after_it(
    listener: Listener, short_path: Path, said: bytes
) -> None:
    reader, writer = await asyncio.open_unix_connection(listener.socket)
    writer.write(said)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    assert listener.taken == []
    assert await LocalCalls(short_path).hand_over(ACCOUNT, CALL)


async def test_one_who_says_nothing_holds_up_no_end(listener: Listener) -> None:
    """Python 3.12 waits for every connection when a server is closed its usual way."""
    reader, writer = await asyncio.open_unix_connection(listener.socket)
    await asyncio.sleep(0.05)
    async with asyncio.timeout(2):
        await listener.end()
        assert await reader.read() == b""
    writer.close()


async def test_one_who_has_given_up_asks_for_nothing(listener: Listener) -> None:
    """He was told that nobody answers, and has done something else."""
    reader, writer = await asyncio.open_unix_connection(listener.socket)
    writer.write(encoded(CALL))
    assert await reader.readline() == READY
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.05)
    assert listener.taken == []


@given(
    st.text(min_size=1, max_size=200),
    st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))),
)
def test_any_call_comes_as_it_was_made(ins: str, names: list[str]) -> None:
    call = WriteCall(ins, tuple(FileAsked(Path(f"/{name}"), "7") for name in names[:100]))
    assert decoded(encoded(call)) == call


@pytest.mark.parametrize(
    "asked",
    [
        7,
        {},
        {"ins": "279035121518989"},
        {"ins": 279035121518989, "attach": []},
        {"ins": "", "attach": []},
        {"ins": "1" * 1_001, "attach": []},
        {"ins": "1", "attach": "/tmp/a"},
        {"ins": "1", "attach": ["ab"]},
        {"ins": "1", "attach": [["a", "7"]]},
        {"ins": "1", "attach": [["/a"]]},
        {"ins": "1", "attach": [["/a", ""]]},
        {"ins": "1", "attach": [["/a", 7]]},
        {"ins": "1", "attach": [["/a\0b", "7"]]},
        {"ins": "1", "attach": [["/a", "7"]] * 101},
        {"ins": "1", "attach": [], "send": True},
    ],
)
def test_what_is_out_of_bounds_is_refused(asked: object) -> None:
    with pytest.raises(ValueError):
        decoded(json.dumps(asked).encode() + b"\n")


def test_nothing_of_a_call_shows_in_a_log() -> None:
    assert "279035121518989" not in repr(CALL)
    assert "bilan" not in repr(CALL)
