"""``python -m bench [--messages 1000 20000 100000] [--repeats 5]``: the table on standard output."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from servers.people import ARCHIVE, PRACTICE
from servers.practice import RealServers

from bench.contenders import Contender, NeoMutt, Ours, all_contenders
from bench.corpus import PATIENT_COUNT, large_message, messages
from bench.figures import SOCKET, Figures, machine
from bench.measures import Effort, Round
from bench.raw_line import ITEMS, RawImap

_SMALL_COUNT = 1_000
_BASE64_SHARE = 57 / 78  # of a line: what it says of what it takes


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print one table for each size of mailbox."""
    asked = _parser().parse_args(argv)
    effort = Effort(asked.repeats, asked.keys, asked.large, asked.idle, asked.launches)
    for count in asked.messages:
        sys.stdout.write(run(count, effort, asked.only, asked.patients) + "\n")
        sys.stdout.flush()
    return 0


def run(
    message_count: int,
    effort: Effort,
    only: Sequence[str] = (),
    patient_count: int = PATIENT_COUNT,
) -> str:
    """Measure on a mailbox of `message_count` messages; Markdown.

    Args:
        message_count: 30 in 100 are from patients.
        effort: how much is done to measure.
        only: names of the clients to measure; all when empty.
        patient_count: patients who write.
    """
    wanted = [one for one in all_contenders() if not only or one.name in only]
    present = [one for one in wanted if one.version() is not None]
    found = Figures(message_count)
    raw = large_message(effort.large_bytes)
    with (
        RealServers() as servers,
        RealServers() as small_servers,
        tempfile.TemporaryDirectory() as directory,
    ):
        attachment = Path(directory) / "scanner.dcm"
        attachment.write_bytes(raw[: int(len(raw) * _BASE64_SHARE)])
        _fill(servers, message_count, patient_count, raw)
        _fill(small_servers, _SMALL_COUNT, patient_count, raw)
        os.sync()  # what filling left to be written is no part of what is measured
        one_round = Round(servers, found, attachment, effort)
        for number in range(effort.repeats):
            _tell(f"{message_count} messages, round {number + 1} of {effort.repeats}")
            _measure(one_round, present, raw)
        for who in present:
            if isinstance(who, Ours):
                _tell("  launches in turns")
                one_round.launches_in_turns(who, small_servers)
    columns = [*(one.name for one in present), SOCKET]
    absent = [one.name for one in wanted if one not in present]
    return "\n".join(
        (
            f"{machine()}; {patient_count} patients; median of {effort.repeats}, interleaved; "
            f"idle for {effort.idle_s:g} s. "
            + "; ".join(str(one.version()) for one in present)
            + (f"; not installed: {', '.join(absent)}" if absent else "")
            + ".\n",
            found.table(columns),
        )
    )


def _fill(servers: RealServers, message_count: int, patient_count: int, raw: bytes) -> None:
    servers.deliver(PRACTICE.address, raw, ARCHIVE)
    with RawImap(servers) as imap:
        imap.fill(messages(message_count, patient_count))
        imap.run(b"SELECT INBOX")
        imap.run(b"UID FETCH 1:* " + ITEMS)  # the server's own cache is warm for everybody


def _measure(one_round: Round, present: Sequence[Contender], raw: bytes) -> None:
    for who in present:
        _tell(f"  {who.name}")
        one_round.contender(who)
        if isinstance(who, Ours | NeoMutt):
            one_round.over_thin_line(who)
        if isinstance(who, Ours):
            one_round.inside(who)
    _tell(f"  {SOCKET}")
    one_round.bare_socket(raw)
    one_round.bare_socket_over_thin_line()


def _tell(words: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--messages", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    usual = Effort()
    parser.add_argument("--repeats", type=int, default=usual.repeats)
    parser.add_argument(
        "--patients", type=int, default=PATIENT_COUNT, help="how many write, at least 1"
    )
    parser.add_argument("--keys", type=int, default=usual.keys, help="keys pressed in each run")
    parser.add_argument(
        "--large", type=int, default=usual.large_bytes, help="bytes of the large message"
    )
    parser.add_argument(
        "--idle", type=float, default=usual.idle_s, help="seconds without a key, at the end"
    )
    parser.add_argument(
        "--launches", type=int, default=usual.launches, help="of each of two mailboxes, in turns"
    )
    parser.add_argument("--only", nargs="*", default=[], help="names of the clients to measure")
    return parser


if __name__ == "__main__":
    sys.exit(main())
