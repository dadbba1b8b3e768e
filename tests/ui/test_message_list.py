"""The message list: what it asks for, and where its cursor stays."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget
from ui.stage import until

from tui_mailer.domain.address import Address
from tui_mailer.domain.message import Flags, MessageSummary
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.ui.widgets.message_list import MessageList
from tui_mailer.ui.widgets.row_window import PAGE_ROWS, RowWindow

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
# Widget, screen, the layout, and the sizes that it tells.
_TURNS = 4


def summary(number: int) -> MessageSummary:
    return MessageSummary(
        id=number,
        folder_id=1,
        uid=number,
        message_id="",
        subject=safe_line(f"Lettre {number}"),
        correspondent=Address.received("a@b.mssante.fr", "Dr Jean DURAND"),
        outgoing=False,
        patient="",
        shown_at=NOW - timedelta(minutes=number),
        size_bytes=12_000,
        flags=Flags.SEEN,
        has_attachment=False,
        body_held=False,
    )


class Rows:
    """As many rows as wanted, made when asked for; newest (the highest id) first."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[tuple[int, int]] = []

    async def count(self) -> int:
        return self.total

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        self.asked.append((start, stop))
        return [summary(self.total - index) for index in range(start, min(stop, self.total))]

    async def place(self, row_id: int | str) -> int | None:
        return self.total - int(row_id) if 0 < int(row_id) <= self.total else None


class ListApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.times_moved = 0

    def compose(self) -> ComposeResult:
        yield MessageList(lambda: NOW, "patient.mssante.fr")

    def on_windowed_list_moved(self) -> None:
        self.times_moved += 1


async def shown(pilot: Pilot[None], rows: Rows) -> MessageList:
    found = pilot.app.query_one(MessageList)
    await found.show(rows, "")
    await pilot.pause()
    return found


async def test_a_hundred_thousand_rows_cost_a_page() -> None:
    rows = Rows(100_000)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        assert rows.asked == [(0, PAGE_ROWS)]

        messages.move_to_edge(last=True)
        await until(pilot, lambda: messages.selected is not None)
        assert messages.selected == summary(1)

        for _ in range(50):
            messages.move_page(-1)
            await until(pilot, lambda: messages.selected is not None)
        asked_rows = sum(stop - start for start, stop in rows.asked)
        assert asked_rows <= 15 * PAGE_ROWS, "50 pages of 24 rows are 12 pages of the window"


async def test_the_window_forgets_pages_long_unseen() -> None:
    window = RowWindow(Rows(100_000))
    for start in range(0, 100_000, PAGE_ROWS):
        await window.load(start, start + PAGE_ROWS)
    held = sum(window.get(index) is not None for index in range(100_000))
    assert held <= 8 * PAGE_ROWS


async def test_a_cursor_key_redraws_two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, Rows(1_000))
        drawn = noted(messages, monkeypatch)
        messages.move(1)
        await pilot.pause()
        assert sorted(drawn) == [0, 1]


async def test_leaving_the_window_turns_a_page() -> None:
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, Rows(1_000))
        for _ in range(messages.page_rows):
            messages.move(1)
        await pilot.pause()
        assert messages.scroll_offset.y == messages.page_rows == messages.cursor


async def test_the_cursor_stays_on_its_message_when_mail_arrives_or_goes() -> None:
    rows = Rows(1_000)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        messages.move(300)
        await until(pilot, lambda: messages.selected is not None)
        before = messages.selected
        for total in (1_003, 998):
            rows.total = total
            await messages.reload()
            assert messages.selected == before


class Renewed(Rows):
    """As many rows go at the end as come in at the beginning."""

    new = 0

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        found = await super().rows(start, stop)
        return [summary(row.id + self.new) for row in found]

    async def place(self, row_id: int | str) -> int | None:
        return await super().place(int(row_id) - self.new)


async def test_the_cursor_stays_on_its_message_however_far_others_move_it() -> None:
    rows = Renewed(1_000)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        messages.move(300)
        await until(pilot, lambda: messages.selected is not None)
        before = messages.selected
        rows.new = 400
        await messages.reload()
        assert (messages.selected, messages.cursor) == (before, 700)


async def test_ticks_stay_within_the_list_that_they_were_made_in() -> None:
    rows = Slow(50)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        rows.may_come.clear()
        ticking = asyncio.create_task(messages.mark_all())
        await pilot.pause()
        await messages.show(Rows(3), "")
        rows.may_come.set()
        await ticking
        assert messages.marked == {}
        messages.toggle_mark()
        await messages.mark_all()
        assert sorted(messages.marked) == [1, 2, 3]
        await messages.mark_all()
        assert messages.marked == {}


async def test_an_emptied_list_has_no_selection() -> None:
    rows = Rows(3)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        rows.total = 0
        await messages.reload()
        assert messages.selected is None
        messages.move(1)
        assert messages.cursor == 0


class Slow(Rows):
    """Rows that come when they are let go."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.may_come = asyncio.Event()
        self.may_come.set()

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        await self.may_come.wait()
        return await super().rows(start, stop)


@pytest.mark.parametrize("target", [0, 7, 999])
async def test_a_key_pressed_while_the_list_is_read_anew_is_not_taken_back(target: int) -> None:
    rows = Slow(1_000)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        messages.move(target)
        await until(pilot, lambda: messages.selected is not None)
        wanted = messages.selected
        messages.move_to_edge(last=False)
        messages.move(3)
        await until(pilot, lambda: messages.selected == summary(997))
        rows.may_come.clear()
        rows.total = 1_002
        reloading = asyncio.create_task(messages.reload())
        await pilot.pause()
        messages.move(target - 3)
        rows.may_come.set()
        await reloading
        assert messages.selected == wanted
        assert messages.cursor == target + 2


class OlderArrive(Rows):
    """Rows that keep their numbers when older ones come in behind them."""

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        self.asked.append((start, stop))
        return [summary(1_000_000 - index) for index in range(start, min(stop, self.total))]


def noted(messages: MessageList, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows that are drawn from now on."""
    drawn: list[int] = []
    draw = messages._draw

    def noting(index: int, *, selected: bool) -> list[Strip]:
        drawn.append(index)
        return draw(index, selected=selected)

    monkeypatch.setattr(messages, "_draw", noting)
    return drawn


async def test_older_messages_that_come_in_draw_no_row_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = OlderArrive(50)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        messages.move(3)
        await pilot.pause()
        drawn = noted(messages, monkeypatch)
        rows.total = 2_050
        rows.asked.clear()
        await messages.reload()
        await pilot.pause()
        assert (messages.row_count, messages.cursor) == (2_050, 3)
        assert rows.asked == [(0, PAGE_ROWS)]
        assert drawn == []


async def settled(pilot: Pilot[None], layouts: list[object]) -> None:
    """Wait until no widget asks for a layout any more, nor one that another layout leads to.

    What a widget asks for goes by its own queue, then by the screen's; a busy machine, which looks
    idle to the pilot, may be in the middle of that.
    """
    quiet_turns = 0
    while quiet_turns < _TURNS:
        known = len(layouts)
        await pilot.pause(0)
        quiet_turns = quiet_turns + 1 if len(layouts) == known else 0


def scroll_bar(messages: MessageList) -> tuple[int, int, float]:
    bar = messages.vertical_scrollbar
    return bar.window_virtual_size, bar.window_size, bar.position


async def test_what_comes_in_does_not_lay_the_screen_out_anew() -> None:
    rows = OlderArrive(50)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        await until(pilot, lambda: scroll_bar(messages)[:2] == (50, 24))
        await pilot.pause()
        layouts: list[object] = []
        pilot.app.screen.screen_layout_refresh_signal.subscribe(messages, layouts.append)
        await settled(pilot, layouts)
        layouts.clear()
        rows.total = 100
        await messages.reload()
        await settled(pilot, layouts)
        assert layouts == []
        assert scroll_bar(messages) == (100, 24, 0)
        messages.move_to_edge(last=True)
        assert messages.scroll_offset.y == 76


@pytest.mark.parametrize(("left", "first"), [(40, 16), (24, 0), (3, 0)])
async def test_a_list_that_loses_rows_at_its_end_still_shows_its_last_ones(
    left: int, first: int
) -> None:
    rows = OlderArrive(100)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        messages.move_to_edge(last=True)
        await until(pilot, lambda: messages.selected is not None)
        rows.total = left
        await messages.reload()
        await pilot.pause()
        assert (messages.cursor, messages.scroll_offset.y) == (left - 1, first)
        assert messages.show_vertical_scrollbar == (left > 24)
        assert f"Lettre {1_000_000 - left + 1} " in messages.render_line(left - 1 - first).text


async def test_a_list_that_gets_shorter_leaves_no_empty_lines_below_its_last_row() -> None:
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, Rows(100))
        messages.move_to_edge(last=True)
        messages.move(-15)
        messages.show_rows(90)
        await pilot.pause()
        assert (messages.cursor, messages.scroll_offset.y) == (84, 66)


async def test_a_list_that_was_too_short_shows_what_comes_in() -> None:
    rows = OlderArrive(0)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        rows.total = 5_000
        await messages.reload()
        await pilot.pause()
        assert messages.selected is not None
        assert messages.selected.id == 1_000_000
        lines = [messages.render_line(y).text for y in range(20)]
        assert all("Lettre" in line for line in lines)


async def test_what_changed_in_a_row_on_screen_is_drawn() -> None:
    rows = OlderArrive(50)
    async with ListApp().run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        rows.total = 10
        await messages.reload()
        await pilot.pause()
        assert "Lettre" in messages.render_line(9).text
        assert "Lettre" not in messages.render_line(10).text


class Flagged(Rows):
    """Rows of which some are flagged, and look otherwise to their end."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.flagged: set[int] = set()

    async def rows(self, start: int, stop: int) -> Sequence[MessageSummary]:
        return [
            replace(row, flags=row.flags | Flags.FLAGGED, subject=safe_line("Autre lettre"))
            if row.id in self.flagged
            else row
            for row in await super().rows(start, stop)
        ]


@pytest.mark.parametrize("height", [24, 12])
@pytest.mark.parametrize("changed", [0, 3, 7])
async def test_of_rows_on_screen_the_one_that_changed_is_drawn_anew(
    changed: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a narrow list too, where a row takes two lines, and one that is not at its top."""
    rows = Flagged(1_000)
    async with ListApp().run_test(size=(70, height)) as pilot:
        messages = await shown(pilot, rows)
        messages.move(2 * messages.page_rows)
        await until(pilot, lambda: messages.selected is not None)
        await pilot.pause()
        top = messages.cursor
        before = picture(pilot)
        drawn = noted(messages, monkeypatch)
        regions: list[Region] = []
        refresh = messages.refresh

        def refreshing(*some: Region) -> Widget:
            regions.extend(some)
            return refresh(*some)

        monkeypatch.setattr(messages, "refresh", refreshing)
        rows.flagged.add(1_000 - top - changed)
        await messages.reload()
        await pilot.pause()
        now = picture(pilot)
        first = changed * messages.row_height
        lines = range(first, min(height, first + messages.row_height))
        assert drawn == [top + changed] * bool(lines)
        assert regions == [Region(0, first, messages.row_width, messages.row_height)] * bool(lines)
        assert {y for y, line in enumerate(now) if line != before[y]} <= {*lines}
        assert (now != before) is bool(lines)
        messages.redraw()
        await pilot.pause()
        assert picture(pilot) == now, "as when all of it is drawn"


async def test_the_screen_is_told_when_the_row_under_the_cursor_changed() -> None:
    rows = Flagged(100)
    app = ListApp()
    async with app.run_test(size=(100, 24)) as pilot:
        messages = await shown(pilot, rows)
        before = app.times_moved
        await messages.reload()
        await pilot.pause()
        assert app.times_moved == before
        rows.flagged.add(100)
        await messages.reload()
        await pilot.pause()
        assert app.times_moved == before + 1
        assert messages.selected is not None
        assert Flags.FLAGGED in messages.selected.flags


def picture(pilot: Pilot[None]) -> list[str]:
    return [strip.text for strip in pilot.app.screen._compositor.render_strips()]
