"""What is asked about attachments before sending."""

from dataclasses import replace
from pathlib import Path

import pytest
from ui.stage import ACCOUNT, INS

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.engine.before_sending.attachments import (
    announced_is_attached,
    attachments_hold_something,
    patient_can_see_attachments,
)
from tui_mailer.engine.before_sending.checks import CHECKS
from tui_mailer.engine.before_sending.finding import Context, Question
from tui_mailer.engine.before_sending.text import EMPTY_TEXT, text_is_there
from tui_mailer.engine.before_sending.unfinished import UNFINISHED, nothing_is_left_to_fill_in

CONTEXT = Context(ACCOUNT, signature="Dr Martin, pièces jointes en PDF")
PATIENT = Address.received(f"{INS}@patient.mssante.fr")
COLLEAGUE = Address.received("jean.durand@medecin.mssante.fr")
PDF = FileAttachment(Path("/a.pdf"), "a.pdf", "application/pdf", 10)
DOCX = FileAttachment(Path("/b.docx"), "b[/].docx", "application/vnd.ms-word", 10)


def asked(draft: Draft) -> list[Question]:
    checks = (announced_is_attached, patient_can_see_attachments)
    found = [finding for check in checks for finding in check(draft, CONTEXT)]
    assert all(isinstance(each, Question) for each in found)
    return [each for each in found if isinstance(each, Question)]


def test_an_attachment_announced_and_missing_is_asked_about_with_the_words_found() -> None:
    (question,) = asked(Draft(to=(COLLEAGUE,), body="Compte rendu ci-joint."))
    assert question.code == "missing_attachment"
    assert "« ci-joint »" in question.text


def test_nothing_is_asked_with_an_attachment_nor_about_the_signature() -> None:
    body = f"Compte rendu ci-joint.\n{CONTEXT.signature}"
    assert asked(Draft(to=(COLLEAGUE,), body=body, attachments=(PDF,))) == []
    assert asked(Draft(to=(COLLEAGUE,), body=f"Bonjour.\n\n{CONTEXT.signature}")) == []


def test_a_patient_is_asked_about_once_for_all_files_that_are_not_previewed() -> None:
    draft = Draft(to=(PATIENT,), body="Voici.", attachments=(PDF, DOCX, DOCX))
    (question,) = asked(draft)
    assert question.code == "not_previewed"
    assert "« b[/].docx »" in question.text
    assert "ne les affiche pas, le patient devra les télécharger." in question.text
    assert "a.pdf" not in question.text
    assert asked(replace(draft, to=(COLLEAGUE,))) == []
    assert asked(replace(draft, attachments=(PDF,))) == []
    (one,) = asked(replace(draft, attachments=(PDF, DOCX)))
    assert "ne l’affiche pas, le patient devra le télécharger. L’envoyer ainsi ?" in one.text


def test_an_empty_file_is_asked_about_whoever_gets_it() -> None:
    draft = Draft(to=(COLLEAGUE,), attachments=(PDF, replace(PDF, name="scan.pdf", size_bytes=0)))
    (question,) = attachments_hold_something(draft, CONTEXT)
    assert isinstance(question, Question)
    assert "« scan.pdf » est vide" in question.text
    assert attachments_hold_something in CHECKS
    assert not [*attachments_hold_something(replace(draft, attachments=(PDF,)), CONTEXT)]


@pytest.mark.parametrize(
    ("draft", "is_asked"),
    [
        (Draft(subject="Bilan"), True),
        (Draft(subject="Bilan", body=f"\n\n{CONTEXT.signature}\n"), True),
        (Draft(body="\n\nLe 2 mars 2026 à 09:00, Jean a écrit :\n> Bonjour.\n"), True),
        (Draft(body="Bonjour."), False),
        (Draft(attachments=(PDF,)), False),
        (Draft(forwards=4, body="\n\n---------- Message transféré ----------\nDe : x\n"), False),
        (Draft(subject="[FIN]"), False),
    ],
)
def test_a_message_in_which_nothing_was_written_is_asked_about(
    draft: Draft, is_asked: bool
) -> None:
    assert list(text_is_there(draft, CONTEXT)) == ([EMPTY_TEXT] if is_asked else [])


@pytest.mark.parametrize("media_type", ["image/jpeg", "IMAGE/PNG", "application/pdf"])
def test_what_is_previewed_is_not_asked_about(media_type: str) -> None:
    file = replace(PDF, media_type=media_type)
    assert asked(Draft(to=(PATIENT,), attachments=(file,))) == []


@pytest.mark.parametrize("body", ["Le ……………… à 10 h", "Motif : ........", "Bonjour {patient},"])
def test_a_blank_left_in_a_template_is_asked_about(body: str) -> None:
    assert list(nothing_is_left_to_fill_in(Draft(body=body), CONTEXT)) == [UNFINISHED]


SENT_ON = "Pour avis.\n\n---------- Message transféré ----------\nDe : labo\n\nFerritine...... 12"


@pytest.mark.parametrize(
    "body", ["À suivre…", "Attendez...", "> Le ……………… à 10 h", "{autre}", "", SENT_ON]
)
def test_other_texts_are_not_taken_for_blanks(body: str) -> None:
    assert list(nothing_is_left_to_fill_in(Draft(body=body), CONTEXT)) == []
