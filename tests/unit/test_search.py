"""What the user types is read into a query, whatever it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.search import LONGEST_TYPED, SearchField, SearchQuery, SearchTerm, parse

TODAY = date(2026, 3, 10)
OPERATORS = {
    "": SearchField.ANYWHERE,
    "de:": SearchField.FROM,
    "à:": SearchField.TO,
    "a:": SearchField.TO,
    "objet:": SearchField.SUBJECT,
    "corps:": SearchField.BODY,
    "pj:": SearchField.ATTACHMENT,
    "patient:": SearchField.PATIENT,
}

# What people type: operators, quotes, dates and words, with anything between.
pieces = st.one_of(
    st.sampled_from([*OPERATORS, "date:", "avant:", "APRÈS:", "pj:oui", '"', "«", " ", "12/03"]),
    st.dates().map(lambda day: f"{day:%d/%m/%Y}"),
    st.text(max_size=12),
)
typed = st.lists(pieces, max_size=30).map("".join)
values = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=12)
phrases = st.lists(values, min_size=1, max_size=4).map(" ".join)


@given(typed | st.text())
def test_anything_can_be_typed(text: str) -> None:
    query = parse(text, TODAY)
    assert all(any(map(str.isalnum, term.text)) for term in query.terms)
    assert parse(text, TODAY) == query


@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), phrases), max_size=6))
def test_terms_between_quotes_come_back_as_they_were(written: list[tuple[str, str]]) -> None:
    text = " ".join(f'{operator}"{phrase}"' for operator, phrase in written)
    read = [(term.field, term.whole) for term in parse(text, TODAY).terms]
    assert read == [(OPERATORS[operator], True) for operator, _ in written]


@given(
    st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), st.sampled_from(["Durand", "ÉTÉ"]))),
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
)
def test_words_and_days_come_back_as_they_were(written: list[tuple[str, str]], day: date) -> None:
    words = written[:10]
    text = " ".join([*(f"{operator}{word}" for operator, word in words), f"date:{day:%d/%m/%Y}"])
    assert parse(text, TODAY) == SearchQuery(
        tuple(SearchTerm(word, OPERATORS[operator]) for operator, word in words),
        since=day,
        before=day + timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("date:12/03/2026", date(2026, 3, 12), date(2026, 3, 13)),
        ("date:12-3-26", date(2026, 3, 12), date(2026, 3, 13)),
        ("date:2026-03-12", date(2026, 3, 12), date(2026, 3, 13)),
        ("date:09/03", date(2026, 3, 9), date(2026, 3, 10)),
        ("date:12/03", date(2025, 3, 12), date(2025, 3, 13)),
        ("date:29/02", date(2024, 2, 29), date(2024, 3, 1)),
        ("date:12/2025", date(2025, 12, 1), date(2026, 1, 1)),
        ("date:2025-02", date(2025, 2, 1), date(2025, 3, 1)),
        ("date:2025", date(2025, 1, 1), date(2026, 1, 1)),
        ("date:hier", date(2026, 3, 9), date(2026, 3, 10)),
        ("date:aujourd’hui", date(2026, 3, 10), date(2026, 3, 11)),
        ("avant:2025", None, date(2025, 1, 1)),
        ("après:2025", date(2026, 1, 1), None),
        ("apres:2024 avant:02/2026", date(2025, 1, 1), date(2026, 2, 1)),
        ("date:2025 date:03/2025", date(2025, 3, 1), date(2025, 4, 1)),
    ],
)
def test_dates_are_days_months_and_years(
    text: str, since: date | None, before: date | None
) -> None:
    assert parse(text, TODAY) == SearchQuery(since=since, before=before)


@pytest.mark.parametrize(
    "text", ["31/02/2026", "1/13", "0", "demain", "99999", "²", "1899", "2200"]
)
def test_a_date_that_cannot_be_read_is_named(text: str) -> None:
    query = parse(f"bilan date:{text}", TODAY)
    assert query == SearchQuery((SearchTerm("bilan"),), ignored=(text,))


@pytest.mark.parametrize(
    "text", ["", " ", '"', '""', "de:", "de: objet:", "date:", "- ***", "à:«»"]
)
def test_nothing_is_asked_for_while_nothing_is_said(text: str) -> None:
    assert parse(text, TODAY).is_empty


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("de: durand", [SearchTerm("durand", SearchField.FROM)]),
        ("DE:Durand", [SearchTerm("Durand", SearchField.FROM)]),
        ("a\u0300:durand", [SearchTerm("durand", SearchField.TO)]),
        ("« compte rendu »", [SearchTerm("compte rendu", whole=True)]),
        ('objet:"compte rendu', [SearchTerm("compte rendu", SearchField.SUBJECT, whole=True)]),
        ("urgent:bilan", [SearchTerm("urgent:bilan")]),
        ('pj:"oui"', [SearchTerm("oui", SearchField.ATTACHMENT, whole=True)]),
    ],
)
def test_operators_are_french_words_with_a_colon(text: str, terms: list[SearchTerm]) -> None:
    assert parse(text, TODAY) == SearchQuery(tuple(terms))


def test_attachments_may_be_asked_for_or_excluded() -> None:
    assert parse("pj:oui", TODAY).with_attachment is True
    assert parse("pj:NON", TODAY).with_attachment is False


def test_what_is_too_much_is_named_and_not_dropped_in_silence() -> None:
    assert parse("a" * LONGEST_TYPED + "b", TODAY).ignored == ("b",)
    assert parse("mot " * 40, TODAY).ignored == ("mot",) * 16


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f"])
def test_an_operator_may_be_typed_as_french_is(blank: str) -> None:
    text = (
        f'Objet{blank}: bilan à{blank}:durand patient{blank}: 2 79 "de{blank}: x" date{blank}: hier'
    )
    assert parse(text, TODAY) == SearchQuery(
        (
            SearchTerm("bilan", SearchField.SUBJECT),
            SearchTerm("durand", SearchField.TO),
            SearchTerm("279", SearchField.PATIENT),
            SearchTerm(f"de{blank}: x", whole=True),
        ),
        since=date(2026, 3, 9),
        before=date(2026, 3, 10),
    )


def test_a_colon_behind_another_word_is_part_of_what_is_looked_for() -> None:
    terms = parse("Hépatite A : bilan", TODAY).terms
    assert [term.text for term in terms] == ["Hépatite", "A", "bilan"]
    assert {term.field for term in terms} == {SearchField.ANYWHERE}
