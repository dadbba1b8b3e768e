"""Answering spares a confirmation of the patient answered, and of nobody else."""

from datetime import UTC, datetime
from pathlib import Path

from engine_fakes import COLLEAGUE, INS, PATIENT, World, letter, opened, until_online

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
