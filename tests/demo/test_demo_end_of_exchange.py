"""Who answers what, with a store in memory: nothing here depends on a server's speed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from demo.demo_clients import parsed

from tui_mailer.demo.people import PATIENT_WHO_ANSWERS, PRACTICE
from tui_mailer.demo.played import PlayedCorrespondents

HER = PATIENT_WHO_ANSWERS.address


class Postbox:
    """Delivers to the played correspondents, and collects what they write to the practice."""

    def __init__(self) -> None:
        self.correspondents = PlayedCorrespondents(self._store, answer_delay_s=0.01)
        self.answered: asyncio.Queue[str] = asyncio.Queue()

    async def _store(self, address: str, raw: bytes) -> None:
        if address == PRACTICE.address:
            self.answered.put_nowait(parsed(raw)["Subject"])

    async def send(self, subject: str, *headers: str) -> None:
        lines = "\r\n".join((f"Subject: {subject}", f"Message-ID: <{subject}@x>", *headers))
        await self.correspondents.deliver(PRACTICE.address, HER, lines.encode() + b"\r\n\r\nMot.")

    async def next_answer(self) -> str:
        return await asyncio.wait_for(self.answered.get(), timeout=10)


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    box = Postbox()
    yield box
    await box.correspondents.close()


async def test_each_ordinary_message_is_answered_once_in_order(postbox: Postbox) -> None:
    await postbox.send("un")
    await postbox.send("deux")
    assert [await postbox.next_answer(), await postbox.next_answer()] == ["Re: un", "Re: deux"]
    assert postbox.answered.empty()


async def test_after_the_end_nothing_comes_until_an_ordinary_message(postbox: Postbox) -> None:
    await postbox.send("avant")
    await postbox.send("[FIN]", "X-MSS-MES: FIN")
    await postbox.send("de nouveau")
    # Answers come in the order of what they answer: nothing older is still to come.
    assert await postbox.next_answer() == "Re: de nouveau"


@pytest.mark.parametrize("subject", ["Re: [FIN]", "[fin]", "FIN", "[FIN] suite"])
async def test_a_near_miss_of_the_end_is_an_ordinary_message(
    postbox: Postbox, subject: str
) -> None:
    await postbox.send(subject)
    assert subject in await postbox.next_answer()


async def test_a_message_that_takes_no_answer_gets_none_and_closes_nothing(
    postbox: Postbox,
) -> None:
    await postbox.send("avant")
    await postbox.send("information", "X-MSS-MES: FIN")
    await postbox.send("ensuite")
    assert [await postbox.next_answer(), await postbox.next_answer()] == [
        "Re: avant",
        "Re: ensuite",
    ]


async def test_closing_forgets_what_was_planned(postbox: Postbox) -> None:
    tasks_before = asyncio.all_tasks()
    await postbox.send("trop tard")
    await postbox.correspondents.close()
    assert asyncio.all_tasks() == tasks_before
    assert postbox.answered.empty()
