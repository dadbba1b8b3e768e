"""Work goes on while the next is got ready: in order, some at most, and none is left behind."""

import asyncio
import gc

import pytest

from tui_mailer.engine.behind import Behind


class Steps:
    """Work that ends when it is told to; `log` says what began and what ended."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def step(self, name: str, error: Exception | None = None) -> None:
        self.log.append(f"{name} begins")
        gate = self.gates.setdefault(name, asyncio.Event())
        await gate.wait()
        self.log.append(f"{name} ends")
        if error is not None:
            raise error

    def let(self, *names: str) -> None:
        for name in names:
            self.gates.setdefault(name, asyncio.Event()).set()


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_next_is_got_ready_while_one_goes_on_and_a_third_waits() -> None:
    steps = Steps()
    async with Behind(1) as work:
        await work.begin(steps.step("a"))
        second = asyncio.create_task(work.begin(steps.step("b")))
        await turns()
        assert steps.log == ["a begins", "b begins"]
        assert not second.done()
        steps.let("a")
        await second
        assert steps.log[-1] == "a ends"
        steps.let("b")
    assert steps.log[-1] == "b ends", "what was begun has ended"


async def test_as_many_as_said_are_under_way_and_they_may_end_in_any_order() -> None:
    steps = Steps()
    async with Behind(2) as work:
        await work.begin(steps.step("a"))
        await work.begin(steps.step("b"))
        third = asyncio.create_task(work.begin(steps.step("c")))
        await turns()
        assert steps.log == ["a begins", "b begins", "c begins"]
        steps.let("b")
        await turns()
        assert not third.done(), "the first is waited for"
        steps.let("a")
        await third
        steps.let("c")
    assert steps.log[-3:] == ["b ends", "a ends", "c ends"]


async def test_what_a_piece_raises_is_raised_and_the_other_ends_first() -> None:
    steps = Steps()

    async def both() -> None:
        async with Behind(1) as work:
            await work.begin(steps.step("a", KeyError("a")))
            steps.let("a", "b")
            await work.begin(steps.step("b", KeyError("b")))

    with pytest.raises(KeyError, match="a"):
        await both()
    assert steps.log[-1] == "b ends"


async def test_of_two_that_fail_one_is_told_and_none_complains_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    steps = Steps()
    steps.let("a", "b")

    async def both() -> None:
        async with Behind(2) as work:
            await work.begin(steps.step("a", KeyError("a")))
            await work.begin(steps.step("b", KeyError("b")))

    with pytest.raises(KeyError, match="a"):
        await both()
    gc.collect()
    await turns()
    assert not caplog.records, "asyncio found an error that nobody looked at"


async def test_a_caller_that_is_cancelled_waits_for_what_is_under_way() -> None:
    steps = Steps()

    async def third() -> None:
        async with Behind(1) as work:
            await work.begin(steps.step("a"))
            await work.begin(steps.step("b"))

    waiting = asyncio.create_task(third())
    await turns()
    waiting.cancel()
    await turns()
    assert not waiting.done()
    steps.let("a", "b")
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert steps.log[-2:] == ["a ends", "b ends"], "neither was cut short"


async def test_what_the_last_piece_raises_is_raised_at_the_end() -> None:
    steps = Steps()
    steps.let("a")
    with pytest.raises(KeyError, match="a"):
        async with Behind(1) as work:
            await work.begin(steps.step("a", KeyError("a")))


async def test_leaving_early_waits_for_what_is_under_way() -> None:
    steps = Steps()

    async def leave() -> None:
        async with Behind(1) as work:
            await work.begin(steps.step("a"))
            raise ValueError("left")

    leaving = asyncio.create_task(leave())
    await turns()
    assert not leaving.done()
    steps.let("a")
    with pytest.raises(ValueError, match="left"):
        await leaving
    assert steps.log == ["a begins", "a ends"]
