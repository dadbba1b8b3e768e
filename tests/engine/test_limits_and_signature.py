"""Which limit stops a message, and where the signature stands."""

from dataclasses import replace
from pathlib import Path

import pytest
from engine_fakes import COLLEAGUE, INS, PATIENT, World, letter, opened, until_online
from engine_helpers import Office
from fakes.mail_server import FakeSubmission

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.errors import MessageTooLarge
from tui_mailer.domain.exchange import END_SUBJECT

SIGNATURE = "Dr Marie MARTIN\nCabinet Martin"


def heavy(to: str) -> Draft:
    return Draft(to=(Address.received(to),), subject="x", body="a" * 3_000_000)


async def told(office: Office, draft: Draft) -> str:
    """Why the message is too large; "" when it is not."""
    questions = (await office.engine.writing.review(draft)).questions
    try:
        await office.engine.writing.send(draft, questions)
    except MessageTooLarge as error:
        return error.explanation
    return ""


@pytest.mark.parametrize(
    ("server", "patients", "limit"),
    [
        (2_000_000, 25_000_000, "limite 2 Mo (serveur d’envoi)"),
        (25_000_000, 1_500_000, "limite 1,5 Mo (Mon espace santé)"),
        (None, 1_000_000, "limite 1 Mo (Mon espace santé)"),
    ],
)
async def test_the_lower_limit_stops_a_message_to_a_patient_and_is_named(
    tmp_path: Path, server: int | None, patients: int, limit: str
) -> None:
    world = World(tmp_path, submission=FakeSubmission(limit_bytes=server))
    async with opened(world, patient_limit_bytes=patients, undo_send_s=60.0) as office:
        await until_online(office)
        await office.until(lambda: office.engine.writing.size_limit_bytes == server)
        await office.confirm(INS)
        sentence = await told(office, heavy(PATIENT))
        assert limit in sentence
        assert "une fois encodé" in sentence


async def test_a_patients_address_leaves_as_it_is_built_from_the_ins(tmp_path: Path) -> None:
    """Typed in lower case, or as a patient's own mail has it."""
    corsican = "284052A32102552"
    world = World(tmp_path)
    typed = Address.typed(f"Ange <{corsican.lower()}@Patient.MSSante.fr>")
    draft = Draft(to=(typed,), subject="Bilan", body="Bonjour")
    async with opened(world, undo_send_s=60.0) as office:
        await office.confirm(corsican)
        sent = await office.engine.writing.send(draft)
        assert sent.recipients == (f"{corsican}@patient.mssante.fr",)
        content = await office.engine._store.outgoing_content(sent.id)
        assert f"To: Ange <{corsican}@patient.mssante.fr>\r\n".encode() in content
        taken_back = await office.engine.outbox.take_back(sent.id)
        assert taken_back is not None
        assert taken_back.to == draft.to


async def test_what_its_attachments_make_too_large_is_stopped_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    film = FileAttachment(tmp_path / "film.avi", "film.avi", "video/x-msvideo", 30_000_000)
    draft = replace(heavy(PATIENT), body="Bonjour", attachments=(film,))
    async with opened(World(tmp_path), start=False) as office:
        writing = office.engine.writing
        with pytest.raises(MessageTooLarge) as raised:
            await writing.review_to_send(draft)
        assert "41,1 Mo une fois encodé, limite 25 Mo" in raised.value.explanation
        smaller = replace(draft, attachments=(replace(film, size_bytes=18_000_000),))
        found = await writing.review_to_send(smaller)
        assert [question.code for question in found.questions] == ["not_previewed"]
        assert found.unconfirmed


async def test_the_patients_limit_stops_no_message_to_a_colleague(tmp_path: Path) -> None:
    async with opened(World(tmp_path), start=False, patient_limit_bytes=1_000) as office:
        assert await told(office, heavy(COLLEAGUE)) == ""


@pytest.mark.parametrize("known_bytes", [None, 25_000_000])
async def test_a_file_of_many_gigabytes_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_bytes: int | None
) -> None:
    scan = tmp_path / "scanner.zip"
    with scan.open("wb") as file:
        file.truncate(20_000_000_000)
    async with opened(World(tmp_path), start=False) as office:
        writing = office.engine.writing
        writing.size_limit_bytes = known_bytes
        attachment = await writing.attach(scan)
        monkeypatch.delattr(writing._files.__class__, "read")
        to = (Address.received(COLLEAGUE),)
        draft = Draft(to=to, subject="Scanner", body="x", attachments=(attachment,))
        with pytest.raises(MessageTooLarge) as raised:
            await writing.send(draft)
        limit = "25 Mo (serveur d’envoi)" if known_bytes else "200 Mo (ce programme)"
        assert limit in raised.value.explanation


async def test_what_is_just_above_a_limit_does_not_read_as_equal_to_it(tmp_path: Path) -> None:
    async with opened(World(tmp_path), start=False) as office:
        writing = office.engine.writing
        writing.size_limit_bytes = 25_000_000
        with pytest.raises(MessageTooLarge) as raised:
            writing._check_size(25_000_001, "")
        assert "25,1 Mo une fois encodé, limite 25 Mo" in raised.value.explanation


async def test_an_answer_is_signed_above_its_quotation(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.mailbox.deliver(letter("Avis"))
    async with opened(world, signature=SIGNATURE) as office:
        row = await office.until_row(await office.inbox(), "Avis")
        await office.read(row)
        reply = office.engine.writing.sign(await office.engine.writing.reply(row.id, to_all=False))
        assert reply.body.startswith(f"\n\n{SIGNATURE}\n")
        assert reply.body.index(SIGNATURE) < reply.body.index("> Bonjour.")


async def test_the_end_of_an_exchange_bears_no_signature(tmp_path: Path) -> None:
    async with opened(World(tmp_path), start=False, signature=SIGNATURE) as office:
        ending = Draft(subject=END_SUBJECT, body="Bien à vous")
        assert office.engine.writing.sign(ending) == ending
        assert SIGNATURE in office.engine.writing.sign(Draft()).body
