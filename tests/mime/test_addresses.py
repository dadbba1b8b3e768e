from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.address import Address
from tui_mailer.mime.addresses import MAX_ADDRESSES, parse_addresses


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a@b.fr", [("a@b.fr", "")]),
        ("Dr Martin <a@b.fr>", [("a@b.fr", "Dr Martin")]),
        ('"MARTIN, Éva (Dr)" <a@b.fr>, c@d.fr', [("a@b.fr", "MARTIN, Éva (Dr)"), ("c@d.fr", "")]),
        (r'"Éva \"la\" doc" <a@b.fr>', [("a@b.fr", 'Éva "la" doc')]),
        ("a@b.fr (Éva (Dr) MARTIN)", [("a@b.fr", "Éva (Dr) MARTIN")]),
        ("=?utf-8?q?=C3=89va?= =?utf-8?q?_M?= <a@b.fr>", [("a@b.fr", "Éva M")]),
        ('"=?utf-8?q?=C3=89va?=" <a@b.fr>', [("a@b.fr", "Éva")]),
        (
            "Équipe: a@b.fr, Léo <c@d.fr>; e@f.fr",
            [("a@b.fr", ""), ("c@d.fr", "Léo"), ("e@f.fr", "")],
        ),
        ("undisclosed-recipients:;", []),
        ("<@relais.fr,@autre.fr:a@b.fr>", [("a@b.fr", "")]),
        (" , ,; ,", []),
        ("Éva\r\n <a@b.fr>", [("a@b.fr", "Éva")]),
    ],
)
def test_ordinary_lists_are_read(value: str, expected: list[tuple[str, str]]) -> None:
    assert parse_addresses(value) == tuple(Address.received(m, n) for m, n in expected)


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org)bob@e.example",
        "<alice@example.org> <bob@e.example>",
        "<alice@example.org> bob@e.example",
        '"alice@example.org" bob@e.example',
        "alice@example.org bob@e.example",
        '"a b"@e.example',
        "Dr Martin",
        "<>",
        "<a@b.fr",
        "a@b.fr>",
        "a@[127.0.0.1]",
        "=?utf-8?q?a=40b.fr?=",
        "=?utf-8?q?a=40b.fr=3E?= <c@d@e.fr>",
    ],
)
def test_what_can_be_read_in_two_ways_is_shown_and_never_written_to(value: str) -> None:
    """CVE-2023-27043: a reader that picks one of two addresses picks the wrong one."""
    found = parse_addresses(value)

    assert len(found) == 1
    assert not found[0].is_sendable or value == "<a@b.fr"


def test_an_encoded_word_brings_in_no_second_address() -> None:
    found = parse_addresses("=?utf-8?q?=3Ca=40b=2Efr=3E=2C_x?= <c@d.fr>")

    assert found == (Address.received("c@d.fr", "<a@b.fr>, x"),)


def test_a_list_is_cut_one_behind_the_limit() -> None:
    assert len(parse_addresses("a@b.fr," * 5000)) == MAX_ADDRESSES + 1


@given(st.text(st.sampled_from('ab@.<>()"\\,;: =?é\udce9\r\n')) | st.text(st.characters()))
def test_any_value_is_read(value: str) -> None:
    for address in parse_addresses(value):
        assert address.mailbox or address.name or "<" in value
