"""The harness itself, on a mailbox so small that it runs in every test run."""

import re

from bench.__main__ import run
from bench.contenders import Ours
from bench.figures import QUANTITIES, SOCKET
from bench.measures import Effort

_SMALL = Effort(repeats=1, keys=8, large_bytes=200_000, idle_s=0.5, launches=2)


def test_each_figure_of_this_program_and_of_the_socket_is_found() -> None:
    table = run(200, _SMALL, only=[Ours().name])
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    assert rows[0] == ["200 messages", Ours().name, SOCKET]
    by_words = {row[0]: row[1:] for row in rows[2:]}
    assert len(by_words) == len(QUANTITIES)
    for words, (ours, _socket) in by_words.items():
        assert re.fullmatch(r"[\d,.]+", ours), words
    assert by_words["nothing happens for a while (bytes)"][0] == "0"
    assert {words for words, (_, socket) in by_words.items() if socket != "—"} == {
        "login to first page (ms)",
        "all headers (s)",
        "all headers, line of 100 Mbit/s (s)",
        "synchronise again, no change (ms)",
        "fetch of 20 MB (s)",
        "send of 20 MB (s)",
    }
