"""The wall's clock, in summer as in winter: a moment keeps its hour when the season changes."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tui_mailer.ui import clock
from tui_mailer.ui.text import french_date, french_day, french_moment

SUMMER = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)  # 15 July, 0:30 in France
WINTER = datetime(2026, 1, 14, 22, 30, tzinfo=UTC)  # 14 January, 23:30
NIGHT_OF_CHANGE = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30, the first time


@pytest.fixture(autouse=True)
def in_france(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


def now_is(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> datetime:
    monkeypatch.setattr(clock, "utc_now", lambda: moment)
    return clock.local_now()


def test_a_summers_message_read_in_winter_keeps_its_hour_and_its_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = now_is(monkeypatch, datetime(2026, 11, 29, 9, 0, tzinfo=UTC))
    assert french_moment(SUMMER, now) == "mercredi 15 juillet 2026 à 00:30"
    assert french_day(SUMMER, now) == "15 juil."


def test_a_winters_message_read_in_summer_keeps_its_hour_and_its_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = now_is(monkeypatch, datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    assert french_moment(WINTER, now) == "mercredi 14 janvier 2026 à 23:30"
    assert french_day(WINTER, now) == "14 janv."


def test_yesterday_is_yesterday_over_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    saturday = datetime(2026, 10, 24, 12, 5, tzinfo=UTC)
    now = now_is(monkeypatch, datetime(2026, 10, 25, 8, 0, tzinfo=UTC))
    assert french_date(saturday, now) == "hier 14:05"


def test_both_hours_of_the_night_of_the_change_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in (NIGHT_OF_CHANGE, NIGHT_OF_CHANGE + timedelta(hours=1)):
        now = now_is(monkeypatch, moment)
        assert f"{now:%H:%M}" == "02:30"
        assert now.astimezone(UTC) == moment
    assert now.utcoffset() == timedelta(hours=1)
