"""Which part of a query the server is asked for, and which part is known here."""

from datetime import date

import pytest

from tui_mailer.domain.search import parse
from tui_mailer.domain.server_search import asked, known_here

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize("typed", ["", "de:durand", "objet:bilan date:2026", "ab", "pj:oui"])
def test_what_is_known_here_is_not_asked_for(typed: str) -> None:
    assert asked(parse(typed, TODAY)) == ()


def test_names_of_attachments_have_no_key_so_nothing_is_asked() -> None:
    assert asked(parse("bilan pj:radio", TODAY)) == ()


def test_words_go_to_the_server_and_the_rest_is_held_against_its_hits() -> None:
    query = parse("corps:lithiase du rein 12 de:durand pj:oui date:2026", TODAY)
    assert [term.text for term in asked(query)] == ["lithiase", "rein"]
    assert known_here(query) == parse("12 de:durand pj:oui date:2026", TODAY)
