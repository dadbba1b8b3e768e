"""Answering spares a confirmation of the patient answered, and of nobody else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from engine_fakes import ACCOUNT, COLLEAGUE, INS, PATIENT, World, letter, opened, until_online

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.exchange import Exchange, ExchangeState

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def review_of_an_answer(tmp_path: Path, sender: str) -> bool:
    """Whether an answer to `sender` that goes to the patient too needs a confirmation."""
    world = World(tmp_path)
    world.mailbox.deliver(letter("Question", sender))
    async with opened(world) as office:
        await until_online(office)
        await office.engine._store.save_exchange(Exchange(INS, ExchangeState.OPEN, NOW, NOW))
        row = await office.until_row(await office.inbox(), "Question")
        draft = Draft(
            to=(Address.received(sender), Address.received(PATIENT)),
            subject="Re: Question",
            in_reply_to="<1@exemple.mssante.fr>",
            answers=row.id,
        )
        return (await office.engine.writing.review(draft)).unconfirmed


async def test_a_patient_added_to_an_answer_to_somebody_else_is_confirmed(tmp_path: Path) -> None:
    unconfirmed = await review_of_an_answer(tmp_path, COLLEAGUE)
    assert unconfirmed


async def test_the_patient_answered_in_an_open_exchange_is_not_asked_again(tmp_path: Path) -> None:
    unconfirmed = await review_of_an_answer(tmp_path, PATIENT)
    assert not unconfirmed


ELSEWHERE = "jean.durand@pharmacien.mssante.fr"


@pytest.mark.parametrize("reply_to", [ELSEWHERE, f"Dr Durand <{ELSEWHERE}>, {PATIENT}"])
async def test_an_answer_that_its_sender_wants_elsewhere_is_asked_about(
    tmp_path: Path, reply_to: str
) -> None:
    codes, texts = await questions_on_an_answer(tmp_path, f"Reply-To: {reply_to}\r\n")
    assert "answer_elsewhere" in codes
    asked = texts[codes.index("answer_elsewhere")]
    assert COLLEAGUE in asked
    assert ELSEWHERE in asked


@pytest.mark.parametrize(
    "reply_to", ["", COLLEAGUE, COLLEAGUE.upper(), f"{ELSEWHERE}, {COLLEAGUE}"]
)
async def test_an_answer_that_reaches_its_sender_is_not_asked_about(
    tmp_path: Path, reply_to: str
) -> None:
    head = f"Reply-To: {reply_to}\r\n" if reply_to else ""
    codes, _ = await questions_on_an_answer(tmp_path, head)
    assert "answer_elsewhere" not in codes


async def questions_on_an_answer(tmp_path: Path, head: str) -> tuple[list[str], list[str]]:
    """Codes and texts of what is asked about an answer to a letter with `head`."""
    world = World(tmp_path)
    world.mailbox.deliver(head.encode() + letter("Question", COLLEAGUE))
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Question")
        await office.read(row)
        draft = await office.engine.writing.reply(row.id, to_all=False)
        found = (await office.engine.writing.review(draft)).questions
        return [one.code for one in found], [one.text for one in found]


async def test_an_answer_to_ones_own_message_is_not_asked_about(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.mailbox.deliver(letter("Question", ACCOUNT.address, COLLEAGUE))
    async with opened(world) as office:
        await until_online(office)
        row = await office.until_row(await office.inbox(), "Question")
        await office.read(row)
        draft = await office.engine.writing.reply(row.id, to_all=False)
        assert [str(one.mailbox) for one in draft.to] == [COLLEAGUE]
        found = (await office.engine.writing.review(draft)).questions
        assert "answer_elsewhere" not in [one.code for one in found]
