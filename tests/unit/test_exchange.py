from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tui_mailer.domain.exchange import Exchange, ExchangeState

MATRICULE = "279035121518989"
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


def test_the_first_message_sent_opens_the_exchange() -> None:
    exchange = Exchange(MATRICULE).after_sending("Vos résultats", MONDAY)

    assert exchange == Exchange(MATRICULE, ExchangeState.OPEN, MONDAY, last_sent_at=MONDAY)


def test_further_messages_leave_it_open_since_the_first() -> None:
    opened = Exchange(MATRICULE).after_sending("Vos résultats", MONDAY)

    assert opened.after_sending("", TUESDAY) == replace(opened, last_sent_at=TUESDAY)


def test_the_end_message_closes_it() -> None:
    opened = Exchange(MATRICULE).after_sending("Vos résultats", MONDAY)

    assert opened.after_sending("[FIN]", TUESDAY) == Exchange(
        MATRICULE, ExchangeState.CLOSED, TUESDAY, last_sent_at=TUESDAY
    )


@pytest.mark.parametrize(
    "subject", ["FIN", "[fin]", "Re: [FIN]", "[FIN] ", " [FIN]", "[FIN] merci"]
)
def test_a_near_miss_of_the_end_subject_closes_nothing(subject: str) -> None:
    opened = Exchange(MATRICULE).after_sending("Vos résultats", MONDAY)

    assert opened.after_sending(subject, TUESDAY).state is ExchangeState.OPEN


def test_writing_again_opens_a_closed_exchange() -> None:
    closed = Exchange(MATRICULE, ExchangeState.CLOSED, MONDAY)

    assert closed.after_sending("Rendez-vous", TUESDAY) == Exchange(
        MATRICULE, ExchangeState.OPEN, TUESDAY, last_sent_at=TUESDAY
    )


@pytest.mark.parametrize(
    ("state", "confirmed_at", "spared"),
    [
        (ExchangeState.NONE, None, False),
        (ExchangeState.NONE, MONDAY, False),
        (ExchangeState.OPEN, None, False),
        (ExchangeState.OPEN, MONDAY, True),
        (ExchangeState.CLOSED, MONDAY, False),
    ],
)
def test_only_an_open_and_confirmed_exchange_spares_a_new_confirmation(
    state: ExchangeState, confirmed_at: datetime | None, spared: bool
) -> None:
    exchange = Exchange(MATRICULE, state, None, confirmed_at)

    assert exchange.reply_needs_no_new_confirmation is spared


def test_a_confirmation_outlives_the_messages_after_it() -> None:
    confirmed = Exchange(MATRICULE, confirmed_at=MONDAY).after_sending("Bonjour", TUESDAY)

    assert confirmed.confirmed_at == MONDAY
    assert confirmed.reply_needs_no_new_confirmation
