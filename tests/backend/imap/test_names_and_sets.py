"""Folder names, sets of UIDs and flags, as they go on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.backend.imap import names
from tui_mailer.backend.imap.batch import Sizes
from tui_mailer.backend.imap.commands import Segment, segments
from tui_mailer.backend.imap.flags import from_wire, storable, to_wire
from tui_mailer.backend.imap.sets import uid_set, uid_sets
from tui_mailer.backend.imap.tokens import parse
from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.message import Flags

sendable = st.text().filter(names.is_sendable)
uids = st.lists(st.integers(1, 2**32 - 1))
any_flags = st.sets(st.sampled_from(list(Flags))).map(
    lambda some: Flags(sum(flag.value for flag in some))
)


def members(spelled: str) -> set[int]:
    found: set[int] = set()
    for piece in spelled.split(",") if spelled else []:
        first, _, last = piece.partition(":")
        found.update(range(int(first), int(last or first) + 1))
    return found


@given(sendable)
def test_modified_utf7_round_trip(name: str) -> None:
    raw = names.encode(name)
    assert raw.isascii()
    assert names.decode(raw) == name


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_what_is_read_leads_back_to_the_same_folder_or_stays_raw(raw: str) -> None:
    name = names.decode(raw)
    assert name == raw or names.encode(name) == raw


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s"),
        ("R&D", "R&-D"),
        ("台北/日本語", "&U,BTFw-/&ZeVnLIqe-"),
        ("☺!", "&Jjo-!"),
        ("𝄞", "&2DTdHg-"),
    ],
)
def test_known_spellings(name: str, raw: str) -> None:
    assert (names.encode(name), names.decode(raw)) == (raw, name)


@pytest.mark.parametrize("raw", ["&", "&Jjo", "&Jjo!", "&AGE-", "&Jjo-&Jjo-", "&A-", "a&b", "é&-"])
def test_a_bad_spelling_stays_as_it_is(raw: str) -> None:
    assert names.decode(raw) == raw


@given(sendable)
def test_quoted_strings_are_read_back(text: str) -> None:
    assert parse([names.quoted(text).encode("utf-8", "surrogatepass")]) == [
        text.encode("utf-8", "surrogatepass")
    ]


@pytest.mark.parametrize("bad", ["\0", "a\nb", "a\rb"])
def test_what_ends_a_command_is_refused(bad: str) -> None:
    for spell in (names.quoted, names.encode):
        with pytest.raises(InvalidInput):
            spell(bad)


@given(st.lists(st.integers(1, 300)))
def test_a_set_has_its_members_and_no_others(some: list[int]) -> None:
    assert members(uid_set(some)) == set(some)


def test_neighbours_are_joined() -> None:
    assert uid_set([9, 3, 2, 1, 7, 8, 5]) == "1:3,5,7:9"


@given(uids)
def test_long_sets_are_cut(some: list[int]) -> None:
    cut = list(uid_sets(some * 20 + list(range(1, 20_000, 2))))
    assert all(len(spelled) <= 7_000 for spelled, _ in cut)
    assert sum(count for _, count in cut) == len(set(some) | set(range(1, 20_000, 2)))


def sizes_when_each_takes(seconds: list[float], uids: Sequence[int]) -> list[int]:
    sizes, found = Sizes(uids), list[int]()
    for took_s in seconds:
        found.append(len(sizes.take()))
        sizes.came_in(took_s)
    return found


def test_the_first_batch_is_small_and_the_next_grow_while_they_come_soon() -> None:
    uids = range(1, 9_000)
    assert sizes_when_each_takes([0.1] * 8, uids) == [50, 100, 200, 400, 800, 1500, 1500, 1500]
    assert sizes_when_each_takes([0.02] * 5, uids) == [50, 200, 800, 1500, 1500]
    assert sizes_when_each_takes([0.1, 0.1, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0], uids) == [
        *(50, 100, 200, 200, 200, 100, 50, 50)
    ]


@given(uids, st.lists(st.sampled_from([0.0, 1.0, 9.0])))
def test_each_message_is_asked_for_once_in_its_order(some: list[int], seconds: list[float]) -> None:
    wanted = list(range(9_001, 1, -2)) + some
    sizes, asked = Sizes(wanted), list[int]()
    for took_s in chain(seconds, repeat(0.0)):
        if not (batch := sizes.take()):
            break
        assert len(uid_set(batch)) <= 7_000
        asked.extend(batch)
        sizes.came_in(took_s)
    assert asked == wanted


@given(any_flags)
def test_flags_round_trip(flags: Flags) -> None:
    (value,) = parse([to_wire(flags).encode()])
    assert from_wire(value) == flags


def test_unknown_flags_are_left_alone() -> None:
    assert from_wire([b"\\SEEN", b"\\Recent", b"NonJunk", None]) == Flags.SEEN


def test_only_the_flags_that_the_folder_keeps_are_stored() -> None:
    wanted = Flags.SEEN | Flags.FORWARDED
    assert storable(wanted, None) == wanted
    assert storable(wanted, frozenset({b"\\seen"})) == Flags.SEEN
    assert storable(wanted, frozenset({b"\\seen", b"\\*"})) == wanted
    assert storable(wanted, frozenset({b"$forwarded"})) == Flags.FORWARDED


def test_large_literals_wait_and_small_ones_do_not() -> None:
    assert segments("A1 LOGIN", ['"a"', b"\xc3\xa9"], unasked_literals=True) == [
        Segment(b"", b'A1 LOGIN "a" {2+}\r\n\xc3\xa9\r\n')
    ]
    assert segments("A1 LOGIN", [b"u", b"p"], unasked_literals=False) == [
        Segment(b"", b"A1 LOGIN {1}\r\n"),
        Segment(b"u", b" {1}\r\n"),
        Segment(b"p", b"\r\n"),
    ]


def test_a_message_is_not_copied_into_the_command() -> None:
    message = b"x" * 4097
    asked, sent = segments("A1 APPEND", [message], unasked_literals=True)
    assert asked == Segment(b"", b"A1 APPEND {4097}\r\n")
    assert sent.literal is message
    assert sent.text == b"\r\n"
