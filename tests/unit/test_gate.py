"""The rules that every message passes before it may leave."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.opposition import OppositionAct, OppositionEntry, Towards
from tui_mailer.engine.before_sending.finding import Context
from tui_mailer.engine.before_sending.recipients import (
    NAMES_ANOTHER_PATIENT,
)
from tui_mailer.engine.before_sending.subject import EMPTY_SUBJECT
from tui_mailer.engine.gate import Review, review
from tui_mailer.mime.parse import parse
from tui_mailer.mime.reply import forward

ACCOUNT = Account("dr@cabinet.aura.mssante.fr", Endpoint("i", 143), Endpoint("s", 587))
COLLEAGUE = Address.received("dr.durand@hopital.aura.mssante.fr")
INS = "279035121518989"
PATIENT = Address.received(f"{INS}@patient.mssante.fr")
OTHER_PATIENT = Address.received("180017505600301@patient.mssante.fr")


def draft(
    *to: Address, cc: Iterable[Address] = (), bcc: Iterable[Address] = (), subject: str = "Bilan"
) -> Draft:
    return Draft(to=to, cc=tuple(cc), bcc=tuple(bcc), subject=subject, body="Bonjour.")


def held(draft: Draft, account: Account, cleared: Iterable[str]) -> Review:
    return review(draft, Context(account, frozenset(cleared)))


def test_a_message_to_a_colleague_needs_nothing() -> None:
    found = held(draft(COLLEAGUE), ACCOUNT, ())
    assert (found.refusals, found.questions, found.unconfirmed) == ((), (), False)


def test_a_patient_needs_a_confirmation_of_that_very_matricule() -> None:
    assert held(draft(PATIENT), ACCOUNT, ()).unconfirmed
    assert held(draft(PATIENT), ACCOUNT, {"180017505600301"}).unconfirmed
    assert not held(draft(PATIENT), ACCOUNT, {INS}).unconfirmed


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
def test_a_patient_is_seen_in_every_field(field: str) -> None:
    assert held(Draft(subject="x", **{field: (PATIENT,)}), ACCOUNT, ()).unconfirmed  # type: ignore[arg-type]


def test_letter_case_hides_no_patient() -> None:
    shouted = Address.received("284052a32102552@PATIENT.MSSANTE.FR")
    found = held(draft(shouted), ACCOUNT, ())
    assert found.patient == "284052A32102552"
    assert found.unconfirmed


def test_two_patients_in_one_message_are_refused_even_when_both_are_confirmed() -> None:
    found = held(draft(PATIENT, cc=[OTHER_PATIENT]), ACCOUNT, {INS, "180017505600301"})
    assert any("un seul patient" in refusal for refusal in found.refusals)


def test_the_same_patient_twice_is_one_patient() -> None:
    assert held(draft(PATIENT, cc=[PATIENT]), ACCOUNT, {INS}).refusals == ()


def test_a_patient_in_blind_copy_is_refused_with_others_or_alone() -> None:
    assert held(draft(COLLEAGUE, bcc=[PATIENT]), ACCOUNT, {INS}).refusals
    alone = Draft(bcc=(PATIENT,), subject="S", body="B")
    assert "copie cachée" in held(alone, ACCOUNT, {INS}).refusals[0]


def test_a_patient_with_professionals_is_asked_about() -> None:
    found = held(draft(PATIENT, cc=[COLLEAGUE]), ACCOUNT, {INS})
    assert found.refusals == ()
    (question,) = found.questions
    assert question.code == "patient_with_others"
    assert str(COLLEAGUE.mailbox) in question.text


def test_a_patient_with_many_others_is_asked_about_with_their_number() -> None:
    many = [Address.received(f"dr.{number}@medecin.mssante.fr") for number in range(30)]
    (question,) = held(draft(PATIENT, cc=many), ACCOUNT, {INS}).questions
    assert "dr.0@medecin.mssante.fr, dr.1@" in question.text
    assert "dr.11@medecin.mssante.fr et 18 de plus" in question.text


def test_a_patient_who_stands_there_twice_is_with_nobody_else() -> None:
    assert held(draft(PATIENT, cc=[PATIENT]), ACCOUNT, {INS}).questions == ()


@pytest.mark.parametrize(
    "mailbox",
    [
        f"{INS}@patient.mssante.fr.example",
        f"{INS}@patìent.mssante.fr",
        f"{INS}@pаtient.mssante.fr",  # Cyrillic а
        f"{INS}@patlent.mssante.fr",
        f"{INS}@patients.mssante.fr",
        f"{INS}@gmail.com",
        f"{INS}@cabinet-martin.aura.mssante.fr",
        f"{INS}@usager.mssante.fr",
        f"{INS}@patient.aura.mssante.fr",
        f"{INS}@mes.mssante.fr",
        "284052a32102552@mes.mssante.fr",
        "quelquun@orange.fr",
        "quelquun@mssante.fr.evil.example",
        "quelquun@evilmssante.fr",
        "sans-arobase",
        "deux@@hopital.mssante.fr",
        "saut\nde-ligne@hopital.mssante.fr",
    ],
)
def test_what_is_outside_the_trust_space_or_no_address_is_refused(mailbox: str) -> None:
    assert held(draft(Address.received(mailbox)), ACCOUNT, {INS}).refusals


def test_an_ins_in_another_domain_of_the_trust_space_is_said_to_be_nobodys_address() -> None:
    (refusal,) = held(draft(Address.received(f"{INS}@mes.mssante.fr")), ACCOUNT, {INS}).refusals
    assert refusal == (
        f"« {INS}@mes.mssante.fr » n’est l’adresse d’aucun patient : après l’INS, l’adresse d’un "
        "patient finit toujours par @patient.mssante.fr."
    )


@pytest.mark.parametrize("domain", ["patient.formation.mssante.fr", "Patient-Test.mssante.fr"])
@pytest.mark.parametrize(
    ("local_part", "test_identities"), [(INS, False), (INS, True), ("279035121518988", True)]
)
def test_with_a_test_domain_no_real_patient_can_be_written_to(
    domain: str, local_part: str, test_identities: bool
) -> None:
    account = replace(ACCOUNT, patient_domain=domain, test_identities=test_identities)
    real = Address.received(f"{local_part}@patient.mssante.fr")
    (refusal,) = held(draft(COLLEAGUE, cc=[real]), account, {INS}).refusals
    assert f"qu’aux patients de @{domain.lower()}" in refusal
    assert "domaine_patients" in refusal
    of_test = Address.received(f"{local_part}@{domain}")
    found = held(draft(of_test), account, ())
    assert (found.refusals, found.patient, found.unconfirmed) == ((), local_part, True)


@pytest.mark.parametrize(
    "mailbox", ["a@b.mssante.fr", "a@mssante.apicrypt.org", "a@interop-mssante.apicrypt.org"]
)
def test_members_of_the_trust_space_are_not_refused(mailbox: str) -> None:
    assert held(draft(Address.received(mailbox)), ACCOUNT, ()).refusals == ()


def test_no_recipient_is_refused_and_half_an_address_is_named() -> None:
    assert held(Draft(subject="x"), ACCOUNT, ()).refusals == ("Indiquez au moins un destinataire.",)
    half = Draft(to=(COLLEAGUE,), subject="x", incomplete_recipients=("dr.dur", "", ""))
    assert "dr.dur" in held(half, ACCOUNT, ()).refusals[0]


@pytest.mark.parametrize("typed", [INS, "2 79 03 51 215 189 89", "2.79.03.51.215.189-89"])
def test_an_ins_in_the_place_of_an_address_is_refused_with_the_address_to_write(typed: str) -> None:
    (refusal,) = held(Draft(incomplete_recipients=(typed, "", "")), ACCOUNT, ()).refusals
    assert "2 79 03 51 215 189 89" in refusal
    assert f"{INS}@patient.mssante.fr" in refusal


def test_an_empty_subject_is_asked_about() -> None:
    assert held(draft(COLLEAGUE, subject="  "), ACCOUNT, ()).questions == (EMPTY_SUBJECT,)


def test_the_test_mailbox_of_the_patients_domain_is_no_patient() -> None:
    robot = Address.received("reponse.automatique-test@patient.mssante.fr")
    found = held(draft(robot), ACCOUNT, ())
    assert (found.refusals, found.patient, found.unconfirmed) == ((), "", False)


@pytest.mark.parametrize(
    "mailbox",
    [
        "279035121518988@patient.mssante.fr",  # one digit wrong: the key is not right
        "2790351215189@patient.mssante.fr",  # without its key
        "279035121518989+suite@patient.mssante.fr",
        "2.79.03.51.215.189.89@PATIENT.mssante.fr",
    ],
)
def test_what_only_resembles_an_ins_is_nobodys_address(mailbox: str) -> None:
    found = held(draft(Address.received(mailbox)), ACCOUNT, ())
    assert any("l’adresse d’aucun patient" in refusal for refusal in found.refusals)


def test_the_test_mailbox_of_the_patients_domain_may_be_written_to() -> None:
    box = Address.received("reponse.automatique-test@patient.mssante.fr")
    assert held(draft(box), ACCOUNT, ()).refusals == ()


def test_a_test_identity_with_a_wrong_key_is_confirmed_like_any_patient() -> None:
    tests = replace(ACCOUNT, test_identities=True)
    found = held(draft(Address.received("279035121518988@patient.mssante.fr")), tests, ())
    assert (found.refusals, found.patient, found.unconfirmed) == ((), "279035121518988", True)


def test_letter_case_in_the_settings_hides_no_patient() -> None:
    shouting = replace(ACCOUNT, patient_domain="Patient.MSSante.fr")
    assert held(draft(PATIENT), shouting, ()).unconfirmed


def opposed(matricule: str, towards: Towards) -> OppositionEntry:
    noted_at = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    return OppositionEntry(
        matricule, towards, OppositionAct.RECORDED, "dr@cabinet.mssante.fr", noted_at
    )


def codes_of(message: Draft, **known: object) -> list[str]:
    context = Context(ACCOUNT, frozenset({INS}), **known)  # type: ignore[arg-type]
    return [question.code for question in review(message, context).questions]


def test_an_opposition_to_messages_to_the_patient_is_asked_about_with_date_and_author() -> None:
    entry = opposed(INS, Towards.PATIENT)
    context = Context(ACCOUNT, frozenset({INS}), oppositions=(entry,))
    found = review(draft(PATIENT), context)
    (question,) = found.questions
    assert question.code == "opposition_patient"
    assert "03/03/2026 par dr@cabinet.mssante.fr" in question.text
    assert "Votre décision sera notée" in question.text
    assert found.passed_over == (entry,)


def test_an_opposition_concerns_only_the_messages_it_names() -> None:
    to_patient = (opposed(INS, Towards.PATIENT),)
    to_others = (opposed(INS, Towards.PROFESSIONALS),)
    of_another = (opposed("180017505600301", Towards.PATIENT),)
    assert codes_of(draft(COLLEAGUE), about=INS, oppositions=to_patient) == []
    assert codes_of(draft(PATIENT), oppositions=to_others) == []
    assert codes_of(draft(PATIENT), oppositions=of_another) == []
    assert codes_of(draft(COLLEAGUE), about=INS, oppositions=to_others) == [
        "opposition_professionals"
    ]
    assert codes_of(draft(PATIENT, cc=[COLLEAGUE]), oppositions=to_others) == [
        "patient_with_others",
        "opposition_professionals",
    ]


@pytest.mark.parametrize(
    ("sender", "is_asked"),
    [
        (OTHER_PATIENT, True),
        (Address.received("284052a32102552@Patient.MSSante.fr"), True),
        (PATIENT, False),
        (COLLEAGUE, False),
        (Address.received("reponse.automatique-test@patient.mssante.fr"), False),
    ],
)
def test_a_text_that_came_from_another_patient_is_asked_about(
    sender: Address, is_asked: bool
) -> None:
    received = parse(f"From: {sender.mailbox}\r\nSubject: Mon test\r\n\r\nBonjour.\r\n".encode())
    for to, expected in ((PATIENT, is_asked), (COLLEAGUE, False)):
        taken_up = replace(draft(to), body=forward(received, 1).body)
        asked = held(taken_up, ACCOUNT, {INS}).questions
        assert (NAMES_ANOTHER_PATIENT in asked) is expected


@pytest.mark.parametrize(
    ("written", "is_asked"),
    [
        ("INS : 1 80 01 75 056 003 01", True),
        ("180017505600301", True),
        ("Patient 2-84-05-2A-321-025-52, née en 1984", True),
        ("INS : 2 79 03 51 215 189 89", False),
        ("Dossier 180017505600302", False),
        ("Tél. 06 12 34 56 78 ou 04 76 00 00 00", False),
    ],
)
def test_the_ins_of_another_patient_pasted_into_a_message_is_asked_about(
    written: str, is_asked: bool
) -> None:
    """A letter of another record, say."""
    for pasted in (replace(draft(PATIENT), body=written), draft(PATIENT, subject=written)):
        questions = held(pasted, ACCOUNT, {INS}).questions
        assert (NAMES_ANOTHER_PATIENT in questions) is is_asked
    to_colleague = replace(draft(COLLEAGUE), body=written)
    assert held(to_colleague, ACCOUNT, {INS}).questions == ()


def test_a_message_of_one_patient_is_neither_sent_on_nor_quoted_to_another() -> None:
    context = Context(ACCOUNT, frozenset({INS}), about="180017505600301")
    assert any("un autre patient" in text for text in review(draft(PATIENT), context).refusals)
    assert review(draft(COLLEAGUE), context).refusals == ()
    assert review(draft(PATIENT), replace(context, about=INS)).refusals == ()


# --- ends and restarts


def codes(found: Review) -> list[str]:
    return [question.code for question in found.questions]


@pytest.mark.parametrize("subject", ["[FIN]", " [FIN]", "[FIN]\t"])
def test_the_subject_that_ends_an_exchange_is_asked_about(subject: str) -> None:
    (question,) = held(draft(PATIENT, subject=subject), ACCOUNT, [INS]).questions
    assert question.code == "ends_exchange"
    assert "plus répondre" in question.text
    assert "pièces jointes" not in question.text


def test_an_end_is_not_for_attachments() -> None:
    attached = FileAttachment(Path("x.pdf"), "x.pdf", "application/pdf", 1)
    ending = replace(draft(PATIENT, subject="[FIN]"), attachments=(attached,))
    (question,) = held(ending, ACCOUNT, [INS]).questions
    assert "pièces jointes" in question.text
    assert "sans pièce jointe" in question.yes


@pytest.mark.parametrize("subject", ["FIN", "[fin]", "Re: [FIN]", "[FIN] merci", "［FIN］"])
def test_a_near_miss_asks_what_was_meant(subject: str) -> None:
    (question,) = held(draft(PATIENT, subject=subject), ACCOUNT, [INS]).questions
    assert question.code == "nearly_ends_exchange"
    assert (question.yes, question.instead, question.no) == (
        "Message ordinaire",
        "Mettre fin aux échanges",
        "Revenir au message",
    )


def test_an_end_to_a_professional_ends_nothing_and_is_asked_about() -> None:
    assert codes(held(draft(COLLEAGUE, subject="[FIN]"), ACCOUNT, ())) == ["end_to_no_patient"]
    assert codes(held(draft(COLLEAGUE, subject="[fin]"), ACCOUNT, ())) == ["end_to_no_patient"]
    assert codes(held(draft(COLLEAGUE, subject="FIN"), ACCOUNT, ())) == []


def test_writing_to_a_closed_exchange_is_asked_about_and_its_end_is_not() -> None:
    closed = Exchange(INS, ExchangeState.CLOSED, datetime(2026, 3, 2, 12, tzinfo=UTC))
    within = Context(ACCOUNT, frozenset([INS]), closed)
    (question,) = review(draft(PATIENT), within).questions
    assert question.code == "restarts_exchange"
    assert "pourra de nouveau vous répondre" in question.text
    (question,) = review(replace(draft(PATIENT), final=True), within).questions
    assert "ne pourra pas répondre à ce message-ci" in question.text
    assert "de nouveau" not in question.text
    assert "02/03/2026" in question.text
    assert codes(review(draft(PATIENT, subject="[FIN]"), within)) == ["ends_exchange"]
    opened = replace(within, exchange=replace(closed, state=ExchangeState.OPEN))
    assert codes(review(draft(PATIENT), opened)) == []


_HOSTILE = "[/]\x1b[2J\x9d0;x\u202e"


def test_what_is_refused_or_asked_repeats_nothing_that_a_terminal_obeys() -> None:
    hostile = Draft(
        to=(Address.received(f"{_HOSTILE}@x.mssante.fr", _HOSTILE), PATIENT),
        subject="S",
        incomplete_recipients=(_HOSTILE, "", ""),
    )
    entry = replace(opposed(INS, Towards.PATIENT), author=_HOSTILE)
    found = review(hostile, Context(ACCOUNT, oppositions=(entry,)))
    said = " ".join([*found.refusals, *(question.text for question in found.questions)])
    assert "[/]" in said
    assert not set(said) & {"\x1b", "\x9d", "\u202e"}


def test_an_answer_to_many_is_asked_about_and_one_to_a_few_is_not() -> None:
    people = [Address.received(f"dr.{n}@hopital.aura.mssante.fr") for n in range(30)]
    answer = replace(draft(people[0], cc=people[1:]), answers=7)
    found = held(answer, ACCOUNT, ()).questions
    assert [question.code for question in found] == ["answer_to_many"]
    assert "30 destinataires" in found[0].text
    assert held(replace(answer, answers=0), ACCOUNT, ()).questions == ()  # a circular of one's own
    assert held(replace(answer, cc=tuple(people[1:7])), ACCOUNT, ()).questions == ()
    twice = (*people[1:7], *people[1:7])
    assert held(replace(answer, cc=twice), ACCOUNT, ()).questions == ()
