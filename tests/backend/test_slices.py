"""Work in slices leaves the loop to others, however many do such work at a time."""

from __future__ import annotations

import asyncio
import gc
from itertools import pairwise

import pytest

from tui_mailer.backend import slices

ITEM_S = 0.001
ITEMS_A_SLICE = round(slices._SLICE_S / ITEM_S)


class Clock:
    """Time passes with each item, and no other way."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def perf_counter(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(slices, "time", clock)
    monkeypatch.setattr(slices, "_TURN", slices._Turn())
    return clock


@pytest.mark.parametrize("tasks", [1, 2, 5])
async def test_all_that_is_sliced_shares_one_slice_of_each_turn(clock: Clock, tasks: int) -> None:
    done: list[int] = []
    turns: list[int] = []

    async def slicing(task: int) -> None:
        async for _ in slices.in_slices(range(50)):
            clock.now_s += ITEM_S
            done.append(task)

    async def others() -> None:
        while len(done) < 50 * tasks:
            turns.append(len(done))
            await asyncio.sleep(0)

    await asyncio.gather(others(), *(slicing(task) for task in range(tasks)))
    most = max(after - before for before, after in pairwise(turns))
    assert ITEMS_A_SLICE <= most <= ITEMS_A_SLICE + tasks, "each gets on by one item at least"
    assert all(done.count(task) == 50 for task in range(tasks))


def test_a_loop_that_was_left_in_the_middle_stops_no_other(clock: Clock) -> None:
    async def begin() -> None:
        async for _ in slices.in_slices(range(3)):
            clock.now_s += slices._SLICE_S / 2

    async def whole() -> int:
        turns = 0
        async for _ in slices.in_slices(range(ITEMS_A_SLICE)):
            turns += 1
        return turns

    for _ in range(2):
        left = asyncio.new_event_loop()
        task = left.create_task(begin())
        left.call_soon(left.stop)
        left.run_forever()
        task.cancel()
        left.run_until_complete(asyncio.gather(task, return_exceptions=True))
        left.close()
        assert asyncio.run(whole()) == ITEMS_A_SLICE


async def test_handfuls_leave_nothing_out_and_let_others_have_their_turn(clock: Clock) -> None:
    handfuls: list[int] = []
    turns: list[int] = []
    whole = asyncio.Event()

    async def others() -> None:
        while not whole.is_set():
            turns.append(len(handfuls))
            await asyncio.sleep(0)

    async def sliced() -> list[int]:
        taken: list[int] = []
        async for some in slices.in_handfuls(range(1_000)):
            clock.now_s += ITEM_S
            handfuls.append(len(some))
            taken += some
        whole.set()
        return taken

    taken, _ = await asyncio.gather(sliced(), others())
    assert taken == [*range(1_000)]
    assert max(handfuls) == slices._HANDFUL
    most = max(after - before for before, after in pairwise(turns))
    assert ITEMS_A_SLICE <= most <= ITEMS_A_SLICE + 1


@pytest.mark.parametrize(("items", "passed_over"), [(ITEMS_A_SLICE - 1, False), (50, True)])
async def test_much_work_keeps_the_collector_off_what_it_makes(
    clock: Clock, items: int, passed_over: bool
) -> None:
    """It goes by itself; little work leaves the collector as it is."""
    gc.collect()
    before = gc.get_freeze_count()
    made: list[list[int]] = []
    async for number in slices.in_slices(range(items)):
        clock.now_s += ITEM_S
        made.append([number])
    after = gc.get_freeze_count()
    assert (after - before >= ITEMS_A_SLICE) is passed_over
    made.clear()
    assert gc.get_freeze_count() <= after - (ITEMS_A_SLICE if passed_over else 0)


async def test_work_in_slices_stands_still_while_somebody_goes_first(clock: Clock) -> None:
    done: list[int] = []

    async def slicing() -> None:
        async for number in slices.in_slices(range(20)):
            clock.now_s += ITEM_S
            done.append(number)

    working = [asyncio.create_task(slicing()) for _ in range(2)]
    with slices.going_first():
        await turns(10)
        with slices.going_first():
            await turns(10)
        stood_at = len(done)
        assert stood_at <= ITEMS_A_SLICE + 2
        await turns(10)
        assert len(done) == stood_at, "the second who went first has gone, the first not yet"
    await asyncio.gather(*working)
    assert len(done) == 40


async def test_who_is_cancelled_while_it_goes_first_keeps_nobody_waiting(clock: Clock) -> None:
    async def for_ever() -> None:
        with slices.going_first():
            await asyncio.Event().wait()

    async def slicing() -> int:
        count = 0
        async for _ in slices.in_slices(range(20)):
            clock.now_s += ITEM_S
            count += 1
        return count

    first = asyncio.create_task(for_ever())
    given_up, working = (asyncio.create_task(slicing()) for _ in range(2))
    await turns(5)
    given_up.cancel()
    first.cancel()
    async with asyncio.timeout(5):
        assert await working == 20
    await asyncio.wait({first, given_up})


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
