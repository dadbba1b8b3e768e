"""The SSH session dies under the program: the terminal is gone, what was written is not."""

import asyncio
import signal
import termios
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faults.program import Typist, begin_message, logged_in, opened_store, write_settings
from faults.stage import BadLines
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.ui.lost_terminal import _MortalDriver

_WHOLE_PICTURE = "\x0c"


@pytest.mark.parametrize("signalled", [True, False], ids=["SIGHUP", "end of file alone"])
async def test_a_terminal_that_is_gone_ends_the_program_and_keeps_every_word(
    tmp_path: Path, real_servers: RealServers, lines: BadLines, signalled: bool
) -> None:
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    async with logged_in(tmp_path, signalled=signalled) as program:
        await begin_message(program, "coupé")
        typist = Typist(program, "mot")
        await typist.type_for(1.0)
        await program.shows(typist.text.split()[-1])
        program.hang_up()
        assert await program.ends() == 0
    async with opened_store(tmp_path) as store:
        assert [draft.body for draft in await store.drafts()] == [typist.text]
    assert not (tmp_path / "state").exists(), "an incident was reported"


async def test_a_line_that_dies_while_it_is_full_ends_the_program(
    tmp_path: Path, real_servers: RealServers, lines: BadLines
) -> None:
    """Textual waits for the thread that writes, and that one ended on its first refused write."""
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    async with logged_in(tmp_path, signalled=False) as program:
        for _ in range(800):
            program.press(_WHOLE_PICTURE)
            await asyncio.sleep(0.005)
        program.hang_up()
        assert await program.ends() == 0


@pytest.mark.parametrize("stop", [signal.SIGTSTP, signal.SIGSTOP])
async def test_a_program_that_was_stopped_draws_all_anew_and_leaves_the_terminal_as_it_was(
    tmp_path: Path, real_servers: RealServers, lines: BadLines, stop: signal.Signals
) -> None:
    real_servers.empty(PRACTICE.address)
    write_settings(tmp_path, real_servers, lines, undo_s=1)
    async with logged_in(tmp_path) as program:
        program.press("e")
        await program.shows("Nouveau message")
        program.process.send_signal(stop)
        async with asyncio.timeout(10):
            while _state(program.process.pid) != "T":
                await asyncio.sleep(0.02)
        program.collect()
        before = len(program.written)
        program.process.send_signal(signal.SIGCONT)
        async with asyncio.timeout(10):
            while b"Nouveau message" not in program.written[before:]:
                await asyncio.sleep(0.02)
                program.collect()
        program.press("\t\t\tSujet\ttexte")
        await program.shows("texte")
        program.press("\x11")
        assert await program.ends() == 0
        assert program.modes[3] & termios.ECHO
        assert program.modes[3] & termios.ICANON


@pytest.mark.timeout(20)
async def test_a_signal_in_the_middle_of_a_write_waits_for_it() -> None:
    """SIGCONT comes with SIGHUP, while the program already gives the terminal back."""
    done = list[str]()

    class Base:
        def _sigcont_application(self) -> None:
            done.append("goes on")

        def _sigtstp_application(self) -> None:
            done.append("stops")

    class Driver(_MortalDriver, Base):  # only what the signals need
        def __init__(self) -> None:
            self._loop = asyncio.get_running_loop()
            self._app: Any = SimpleNamespace(_exit=False)
            self._writer_thread, self._auto_restart = None, True

    driver = Driver()
    driver._sigtstp_application()
    driver._sigcont_application()
    assert not done, "whatever holds a lock goes on first"
    await asyncio.sleep(0)
    assert done == ["stops", "goes on"]
    driver._app._exit = True
    driver._sigcont_application()
    await asyncio.sleep(0)
    assert done == ["stops", "goes on"], "the terminal is being given back"


def _state(process: int) -> str:
    """R, S, T... (proc(5))"""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
