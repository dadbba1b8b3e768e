"""Whatever another client does and wherever we are cut off: after a look, the store is the server.

A model-based test on a real Dovecot, once with all that it can do and once for each thing that
other servers cannot. `SYNC_EXAMPLES=500` makes it long.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from engine.sync_stage import FLAGS, Contents, Ear, Mirror, OtherClient, differences
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from servers.people import PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.errors import LineLost

pytestmark = pytest.mark.xdist_group("servers")

T = TypeVar("T")
LONG = int(os.environ.get("SYNC_EXAMPLES", "0"))
HIDDEN = {
    "all that Dovecot can do": (),
    "no states in the list": ("LIST-STATUS",),
    "CONDSTORE alone": ("QRESYNC", "LIST-STATUS"),
    "states without mod-sequences": ("QRESYNC", "CONDSTORE"),
    "as in 1996": ("QRESYNC", "CONDSTORE", "LIST-STATUS", "LIST-EXTENDED", "ESEARCH", "MOVE"),
}
NAMES = ("Échéances", "R&D", "Labo/Biologie", "Labo")
names = st.sampled_from(NAMES)
picks = st.integers(min_value=0, max_value=50)
flag_names = st.sampled_from(sorted(FLAGS))


class TwoClients(RuleBasedStateMachine):
    """Rules change the server; `look` synchronises and compares."""

    def __init__(self, servers: RealServers, *, compares_by_time: bool) -> None:
        super().__init__()
        servers.empty(PRACTICE.address)
        self._directory = tempfile.TemporaryDirectory()
        self._loop = asyncio.Runner()
        self._compares_by_time = compares_by_time
        self._mirror = Mirror(servers, Path(self._directory.name))
        self._other = OtherClient(servers)
        self._run(self._mirror.open())

    def teardown(self) -> None:
        with ExitStack() as ends:
            ends.callback(self._directory.cleanup)
            ends.callback(self._loop.close)
            ends.callback(self._other.close)
            ends.callback(lambda: self._run(self._mirror.close()))
            self.look()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    # --- the other client

    def _folder(self, pick: int) -> str:
        folders = sorted(name for name, holds in self._other.folders().items() if holds)
        return folders[pick % len(folders)]

    def _message(self, pick: int) -> tuple[str, int] | None:
        """One of the messages there are, if there is any."""
        found = [
            (name, uid)
            for name, messages in sorted(self._other.contents().items())
            for uid in sorted(messages)
        ]
        return found[pick % len(found)] if found else None

    @rule(pick=picks, count=st.integers(1, 4), flags=st.sets(flag_names, max_size=2))
    def mail_arrives(self, pick: int, count: int, flags: set[str]) -> None:
        for _ in range(count):
            self._other.arrive(self._folder(pick) if pick % 2 else "INBOX", sorted(flags))

    @rule(pick=picks, flag=flag_names, on=st.booleans())
    def a_flag_changes(self, pick: int, flag: str, on: bool) -> None:
        if message := self._message(pick):
            self._other.change(*message, flag, on=on)

    @rule(pick=picks)
    def a_message_is_removed(self, pick: int) -> None:
        if message := self._message(pick):
            self._other.expunge(message[0], [message[1]])

    @rule(pick=picks, where=picks)
    def a_message_is_moved(self, pick: int, where: int) -> None:
        if message := self._message(pick):
            self._other.move(*message, self._folder(where))

    @rule(pick=picks)
    def a_message_replaces_another(self, pick: int) -> None:
        """The same count, another message."""
        if message := self._message(pick):
            self._other.expunge(message[0], [message[1]])
            self._other.arrive(message[0])

    @rule(name=names)
    def a_folder_is_made(self, name: str) -> None:
        if not self._other.folders().get(name):
            self._other.create(name)

    @rule(name=names)
    def a_folder_is_removed(self, name: str) -> None:
        if self._other.folders().get(name):
            self._other.delete(name)

    @rule(name=names, count=st.integers(0, 3))
    def a_folder_is_made_anew(self, name: str, count: int) -> None:
        self.a_folder_is_removed(name)
        self._other.create(name)
        for _ in range(count):
            self._other.arrive(name)

    @rule(name=names, new_name=names)
    def a_folder_is_renamed(self, name: str, new_name: str) -> None:
        folders = self._other.folders()
        within = new_name.startswith(f"{name}/")
        if folders.get(name) and new_name not in folders and not within:
            self._other.rename(name, new_name)

    # --- our side

    @rule()
    def look(self) -> None:
        if self._compares_by_time:
            self._mirror.now_s += 3_600
        self._run(self._mirror.synchronise_whatever_happens())
        held: Contents = self._run(self._mirror.contents())
        assert not differences(held, self._other.contents())

    @rule(steps=st.integers(0, 3))
    def the_line_is_cut_during_a_look(self, steps: int) -> None:
        with suppress(LineLost):
            self._run(self._mirror.synchronise(steps))
        self._run(self._mirror.reconnect())

    @rule()
    def the_program_starts_again(self) -> None:
        self._run(self._mirror.restart())


@pytest.mark.timeout(0 if LONG else 120)
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
def test_the_store_ends_equal_to_the_server(
    real_servers: RealServers, monkeypatch: pytest.MonkeyPatch, hidden: tuple[str, ...]
) -> None:
    Ear(hidden).install(monkeypatch)
    machine: Callable[[], TwoClients] = lambda: TwoClients(  # noqa: E731  (typed for mypy)
        real_servers, compares_by_time="CONDSTORE" in hidden
    )
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # a factory will do
        settings=settings(
            max_examples=LONG or 8,
            stateful_step_count=40 if LONG else 20,
            derandomize=not LONG,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )


async def test_what_the_list_says_of_the_folder_that_is_open_is_not_believed(
    real_servers: RealServers, tmp_path: Path
) -> None:
    """Dovecot tells it as it was when it was opened (RFC 3501 §6.3.10)."""
    real_servers.empty(PRACTICE.address)
    mirror, other = Mirror(real_servers, tmp_path), OtherClient(real_servers)
    await mirror.open()
    other.arrive("Corbeille", subject="un")
    await mirror.synchronise()
    other.arrive("Corbeille", subject="deux")
    await mirror.synchronise()
    assert mirror.line.is_open("Corbeille")
    other.arrive("Corbeille", subject="trois")
    await mirror.synchronise()
    assert not differences(await mirror.contents(), other.contents())
    other.close()
    await mirror.close()
