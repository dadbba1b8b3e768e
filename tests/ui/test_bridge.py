"""Bursts of events reach the screens ten times a second at most, and nothing is lost."""

from pathlib import Path

from textual.app import App
from textual.screen import Screen
from ui.stage import Practice, until

from tui_mailer.domain.draft import OutgoingState
from tui_mailer.domain.events import Event, MessagesChanged, OutgoingChanged
from tui_mailer.ui.bridge import Bridge, EngineAnnounced


class Hearing(Screen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Event] = []

    def on_engine_announced(self, message: EngineAnnounced) -> None:
        self.heard.append(message.event)

    @property
    def arrived_count(self) -> int:
        return sum(each.arrived_count for each in self.heard if isinstance(each, MessagesChanged))


async def test_a_burst_is_heard_as_few_events_with_every_arrival_counted(tmp_path: Path) -> None:
    engine = await Practice(tmp_path).engine()
    app, hearing = App[None](), Hearing()
    async with app.run_test() as pilot:
        await app.push_screen(hearing)
        bridge = Bridge(app, engine)
        for _ in range(500):
            engine.announce(MessagesChanged(1, 1))
            engine.announce(MessagesChanged(2))
        await until(pilot, lambda: hearing.arrived_count == 500)
        assert len(hearing.heard) <= 4
        bridge.close()
    await engine.stop()


async def test_a_single_event_is_heard_in_its_place(tmp_path: Path) -> None:
    engine = await Practice(tmp_path).engine()
    app, hearing = App[None](), Hearing()
    async with app.run_test() as pilot:
        await app.push_screen(hearing)
        bridge = Bridge(app, engine)
        sent = OutgoingChanged(1, OutgoingState.SENT)
        for event in (MessagesChanged(1), MessagesChanged(1, 2), sent):
            engine.announce(event)
        await until(pilot, lambda: len(hearing.heard) == 3)
        assert hearing.heard == [MessagesChanged(1), MessagesChanged(1, 2), sent]
        bridge.close()
    await engine.stop()
