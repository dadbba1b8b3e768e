"""A draft is on disk a moment after the last key, whatever happens to the disk meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import StoreFull
from tui_mailer.domain.events import DraftNotSaved, DraftSaved, Event
from tui_mailer.domain.ports import MessageStore
from tui_mailer.engine.announcer import Announcer
from tui_mailer.engine.drafts import DraftKeeper

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


class ScriptedDisk:
    """Keeps drafts in memory; full as often as it was told."""

    def __init__(self) -> None:
        self.kept: dict[int, Draft] = {}
        self.refusals = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def save_draft(self, draft: Draft, now: datetime) -> Draft:
        await self.gate.wait()
        if self.refusals:
            self.refusals -= 1
            raise StoreFull
        saved = replace(draft, id=draft.id or len(self.kept) + 1, updated_at=now)
        self.kept[saved.id] = saved
        return saved

    async def discard_draft(self, draft_id: int) -> None:
        self.kept.pop(draft_id, None)


class Scene:
    def __init__(self) -> None:
        self.disk = ScriptedDisk()
        self.events: list[Event] = []
        announce = Announcer()
        announce.subscribe(self.events.append)
        self.keeper = DraftKeeper(
            cast("MessageStore", self.disk), announce, lambda: NOW, Draft(), autosave_s=0.01
        )

    async def until(self, event: type[Event]) -> None:
        async with asyncio.timeout(5):
            while not any(isinstance(seen, event) for seen in self.events):
                await asyncio.sleep(0.001)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    yield scene
    scene.keeper.stop()


async def test_what_is_typed_is_saved_by_itself(scene: Scene) -> None:
    scene.keeper.edited(Draft(subject="Bilan"))
    await scene.until(DraftSaved)
    assert [draft.subject for draft in scene.disk.kept.values()] == ["Bilan"]


async def test_saving_again_replaces_the_same_draft(scene: Scene) -> None:
    scene.keeper.edited(Draft(body="a"))
    await scene.keeper.save()
    scene.keeper.edited(Draft(body="ab"))
    await scene.keeper.save()
    assert [draft.body for draft in scene.disk.kept.values()] == ["ab"]


async def test_keys_pressed_while_the_disk_writes_are_saved_next(scene: Scene) -> None:
    scene.disk.gate.clear()
    scene.keeper.edited(Draft(body="a"))
    saving = asyncio.create_task(scene.keeper.save())
    await asyncio.sleep(0)
    scene.keeper.edited(Draft(body="ab"))
    scene.disk.gate.set()
    await saving
    assert scene.keeper.draft.body == "ab"
    await scene.keeper.save()
    assert [draft.body for draft in scene.disk.kept.values()] == ["ab"]


async def test_a_draft_thrown_away_while_it_is_first_written_does_not_come_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = scene.disk.save_draft

    async def under_way(draft: Draft, now: datetime) -> Draft:
        """A transaction that has begun is done, whoever waits for it."""
        return await asyncio.shield(asyncio.ensure_future(write(draft, now)))

    monkeypatch.setattr(scene.disk, "save_draft", under_way)
    scene.disk.gate.clear()
    scene.keeper.edited(Draft(body="à jeter"))
    await asyncio.sleep(0.05)
    discarding = asyncio.create_task(scene.keeper.discard())
    await asyncio.sleep(0.01)
    scene.disk.gate.set()
    await discarding
    await asyncio.sleep(0.01)
    assert scene.disk.kept == {}


async def test_a_full_disk_is_announced_and_tried_again(scene: Scene) -> None:
    scene.disk.refusals = 2
    scene.keeper.edited(Draft(body="précieux"))
    await scene.until(DraftNotSaved)
    await scene.until(DraftSaved)
    assert [draft.body for draft in scene.disk.kept.values()] == ["précieux"]


async def test_a_refused_save_keeps_the_text_for_the_next(scene: Scene) -> None:
    scene.disk.refusals = 1
    scene.keeper.edited(Draft(body="précieux"))
    with pytest.raises(StoreFull):
        await scene.keeper.save()
    await scene.keeper.save()
    assert [draft.body for draft in scene.disk.kept.values()] == ["précieux"]


async def test_nothing_typed_leaves_nothing_on_disk(scene: Scene) -> None:
    await scene.keeper.save()
    assert scene.disk.kept == {}


async def test_a_discarded_draft_is_gone_and_stays_gone(scene: Scene) -> None:
    scene.keeper.edited(Draft(body="a"))
    await scene.keeper.save()
    await scene.keeper.discard()
    await scene.keeper.save()
    assert scene.disk.kept == {}
