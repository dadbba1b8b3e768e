"""The list over midnight, on a mailbox in which nothing happens."""

from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from ui.stage import until
from ui.test_message_list import Rows, shown

from tui_mailer.ui.widgets.dated_list import DatedList
from tui_mailer.ui.widgets.message_list import MessageList

EVENING = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)


class Evening(App[None]):
    """Shows a list; its clock is moved by hand."""

    now = EVENING

    def compose(self) -> ComposeResult:
        yield MessageList(lambda: self.now, "patient.mssante.fr")

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


async def test_what_came_today_came_yesterday_after_midnight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(DatedList, "looks_every_s", 0.01)
    app = Evening()
    async with app.run_test(size=(100, 24)) as pilot:
        await shown(pilot, Rows(3))
        assert " 11:59" in app.text
        assert "hier" not in app.text
        app.now = EVENING + timedelta(minutes=2)
        await until(pilot, lambda: "hier 11:59" in app.text)
        app.now = EVENING + timedelta(days=2)
        await until(pilot, lambda: "2 mars" in app.text)
