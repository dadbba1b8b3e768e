from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import ForwardedAttachment
from tui_mailer.domain.message import Attachment, Link, ReadMessage
from tui_mailer.domain.safe_text import SafeText, safe_block, safe_line
from tui_mailer.mime.reply import MAX_PATIENT_QUOTE_LINES, MAX_REFERENCES, forward, reply

OWN = Address.received("dr.martin@cabinet.mssante.fr", "Dr Martin")
PATIENT = Address.received("279035121518989@patient.mssante.fr", "Léa Dupond")
COLLEAGUE = Address.received("durand@hopital.mssante.fr", "Dr DURAND")
THIRD = Address.received("tiers@hopital.mssante.fr")
AT = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)

RECEIVED = ReadMessage(
    subject=safe_line("Résultats"),
    sender=COLLEAGUE,
    reply_to=(),
    to=(OWN, THIRD),
    cc=(Address.received("DR.MARTIN@cabinet.mssante.fr"), THIRD, COLLEAGUE),
    sent_at=AT,
    message_id="<deux@hopital.fr>",
    references=("<un@hopital.fr>",),
    text=safe_block("Bonjour,\n\n> ancien\nà bientôt\n"),
)


def test_an_answer_goes_to_the_sender() -> None:
    draft = reply(RECEIVED, OWN, to_all=False, message_id=7)

    assert (draft.to, draft.cc, draft.bcc) == ((COLLEAGUE,), (), ())
    assert draft.answers == 7
    assert draft.in_reply_to == "<deux@hopital.fr>"
    assert draft.references == ("<un@hopital.fr>", "<deux@hopital.fr>")


def test_an_answer_to_all_leaves_out_oneself_and_names_each_once() -> None:
    draft = reply(RECEIVED, OWN, to_all=True, message_id=7)

    assert (draft.to, draft.cc) == ((COLLEAGUE,), (THIRD,))


def test_an_answer_goes_where_the_sender_asks() -> None:
    asked = replace(RECEIVED, reply_to=(THIRD, THIRD))

    assert reply(asked, OWN, to_all=False, message_id=7).to == (THIRD,)
    assert reply(asked, OWN, to_all=True, message_id=7).to == (THIRD,)


@pytest.mark.parametrize("to_all", [False, True])
def test_a_patient_is_answered_at_the_patients_address_whatever_is_asked(*, to_all: bool) -> None:
    asked = replace(RECEIVED, sender=PATIENT, reply_to=(THIRD,), to=(OWN,), cc=())
    draft = reply(asked, OWN, to_all=to_all, message_id=7)

    assert (draft.to, draft.cc) == ((PATIENT,), ())


def test_so_is_a_patient_of_another_domain_or_with_a_test_identity() -> None:
    tried = Address.received("279035121518988@Patient.Test.mssante.fr")
    asked = replace(RECEIVED, sender=tried, reply_to=(THIRD,))
    domain = "patient.test.mssante.fr"

    def to(*, test_identities: bool) -> tuple[Address, ...]:
        return reply(
            asked,
            OWN,
            to_all=False,
            message_id=7,
            patient_domain=domain,
            test_identities=test_identities,
        ).to

    assert to(test_identities=True) == (tried,)
    assert to(test_identities=False) == (THIRD,)


@pytest.mark.parametrize("domain", ["@patient.mssante.fr", "＠patient.mssante.fr", "﹫x", ""])
def test_a_label_that_looks_like_an_address_or_an_ins_is_left_out_wherever_it_stood(
    domain: str,
) -> None:
    imitation = Address.received(THIRD.mailbox, f"2 79 03 51 215 189 89{domain}")
    plain = Address(THIRD.mailbox)
    named = Address.received("accueil@hopital.mssante.fr", "Accueil 04 73 00 00 00")
    asked = replace(RECEIVED, reply_to=(imitation, named))
    copied = replace(RECEIVED, cc=(imitation, named))
    written = replace(RECEIVED, sender=imitation)

    assert reply(asked, OWN, to_all=False, message_id=7).to == (plain, named)
    assert reply(copied, OWN, to_all=True, message_id=7).cc == (plain, named)
    assert reply(written, OWN, to_all=False, message_id=7).to == (plain,)


def test_an_answer_to_ones_own_message_goes_on_to_its_recipients() -> None:
    sent = replace(RECEIVED, sender=OWN, to=(PATIENT,), cc=(COLLEAGUE, OWN))

    assert reply(sent, OWN, to_all=False, message_id=7).to == (PATIENT,)
    assert reply(sent, OWN, to_all=False, message_id=7).cc == ()
    assert reply(sent, OWN, to_all=True, message_id=7).cc == (COLLEAGUE,)
    note_to_self = replace(RECEIVED, sender=OWN, to=(OWN,), cc=())
    assert reply(note_to_self, OWN, to_all=True, message_id=7).to == (OWN,)


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Résultats", "Re: Résultats"),
        ("Re: Résultats", "Re: Résultats"),
        ("RE : Re: Rép. Résultats", "Re: Rép. Résultats"),
        ("Rép : RE[2]: re(3) : Résultats", "Re: Résultats"),
        ("AW: Résultats", "Re: Résultats"),
        ("Tr: Résultats", "Re: Tr: Résultats"),
        ("Rendez-vous", "Re: Rendez-vous"),
        ("Retard : bus", "Re: Retard : bus"),
        ("XDM/1.0/DDM+Bilan DUPOND Léa", "Re: Bilan DUPOND Léa"),
        ("Re: XDM/1.0/DDM+Bilan DUPOND Léa", "Re: Bilan DUPOND Léa"),
        ("", ""),
        ("Re:", ""),
        ("[FIN]", ""),
        ("[fin]", ""),
        ("Re: [FIN]", ""),
        ("Tr: Re: [FIN]", ""),
        ("[FIN] des travaux", "Re: [FIN] des travaux"),
    ],
)
def test_the_subject_of_an_answer_has_one_prefix_and_never_ends_an_exchange(
    subject: str, answer: str
) -> None:
    read = replace(RECEIVED, subject=safe_line(subject))

    assert reply(read, OWN, to_all=False, message_id=7).subject == answer


def test_a_subject_without_end_is_cut() -> None:
    hostile = replace(RECEIVED, subject=safe_line("Bilan " + "x y" * 100_000))

    for draft in (reply(hostile, OWN, to_all=False, message_id=7), forward(hostile, 7)):
        assert draft.subject[4:].startswith("Bilan x yx y")
        assert draft.subject.endswith("…")
        assert len(draft.subject) < 500


def test_a_subject_of_blanks_is_answered_at_once() -> None:
    began = time.perf_counter()
    read = replace(RECEIVED, subject=safe_line("Re" + " " * 200_000 + "x"))

    assert reply(read, OWN, to_all=False, message_id=7).subject.startswith("Re: Re ")
    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize(
    ("subject", "sent_on"),
    [
        ("Résultats", "Tr: Résultats"),
        ("Fwd: TR : Résultats", "Tr: Résultats"),
        ("Re: Résultats", "Tr: Re: Résultats"),
        ("[FIN]", ""),
    ],
)
def test_the_subject_of_a_forward_has_one_prefix(subject: str, sent_on: str) -> None:
    assert forward(replace(RECEIVED, subject=safe_line(subject)), 7).subject == sent_on


def test_what_is_answered_is_quoted_under_who_wrote_it_and_when() -> None:
    at = AT.astimezone()

    assert reply(RECEIVED, OWN, to_all=False, message_id=7).body == (
        f"\n\nLe 3 mars 2026 à {at:%H:%M}, Dr DURAND a écrit :\n"
        "> Bonjour,\n>\n>> ancien\n> à bientôt\n"
    )


def test_an_unknown_moment_and_name_are_left_out() -> None:
    anonymous = replace(RECEIVED, sent_at=None, sender=Address(SafeText("")))

    assert "\nl’expéditeur a écrit :\n" in reply(anonymous, OWN, to_all=False, message_id=7).body


def test_a_patient_gets_a_short_quote() -> None:
    """Mon espace santé does not set quotes apart."""
    long = safe_block("\n".join(f"ligne {n}" for n in range(100)))
    of_patient = replace(RECEIVED, sender=PATIENT, text=long)

    to_patient = reply(of_patient, OWN, to_all=False, message_id=7).body.rstrip().split("\n")
    to_colleague = reply(replace(RECEIVED, text=long), OWN, to_all=False, message_id=7).body

    assert to_patient[-1] == "> […]"
    assert sum(line.startswith("> ligne") for line in to_patient) == MAX_PATIENT_QUOTE_LINES
    assert to_colleague.count("> ligne") == 100


def test_references_keep_the_first_and_the_newest() -> None:
    chain = tuple(f"<{n}@b.fr>" for n in range(60))
    draft = reply(replace(RECEIVED, references=chain), OWN, to_all=False, message_id=7)

    assert len(draft.references) == MAX_REFERENCES
    assert draft.references[0] == "<0@b.fr>"
    assert draft.references[-2:] == ("<59@b.fr>", "<deux@hopital.fr>")


def test_a_message_without_an_id_can_be_answered() -> None:
    draft = reply(replace(RECEIVED, message_id="", references=()), OWN, to_all=False, message_id=7)

    assert (draft.in_reply_to, draft.references) == ("", ())


def test_a_forward_tells_where_it_comes_from_and_takes_the_attachments_along() -> None:
    attachment = Attachment(2, safe_line("bilan.pdf"), "application/pdf", 99)

    draft = forward(replace(RECEIVED, attachments=(attachment,)), 7)

    assert (draft.to, draft.in_reply_to, draft.references) == ((), "", ())
    assert draft.forwards == 7
    assert draft.attachments == (ForwardedAttachment(7, 2, "bilan.pdf", "application/pdf", 99),)
    assert draft.body == (
        "\n\n---------- Message transféré ----------\n"
        "De : Dr DURAND <durand@hopital.mssante.fr>\n"
        f"Date : 3 mars 2026 à {AT.astimezone():%H:%M}\n"
        "Objet : Résultats\n"
        "À : Dr Martin <dr.martin@cabinet.mssante.fr>, tiers@hopital.mssante.fr\n"
        "Cc : DR.MARTIN@cabinet.mssante.fr, tiers@hopital.mssante.fr, "
        "Dr DURAND <durand@hopital.mssante.fr>\n"
        "\nBonjour,\n\n> ancien\nà bientôt\n"
    )


def test_a_forward_says_where_its_numbered_links_lead() -> None:
    links = (
        Link(
            1, safe_line("https://portail.exemple.fr/images?n=1"), safe_line("portail.exemple.fr")
        ),
        Link(2, safe_line("https://voleur.example/"), safe_line("voleur.example"), deceptive=True),
    )

    draft = forward(replace(RECEIVED, text=safe_line("Images [1] ici [2]"), links=links), 7)

    assert draft.body.endswith(
        "Images [1] ici [2]\n\nLiens :\n[1] https://portail.exemple.fr/images?n=1\n"
        "[2] https://voleur.example/ (lien trompeur)\n"
    )
    many = forward(replace(RECEIVED, links=links[:1] * 2000), 7)
    assert len(many.body) < 20_000
    assert "[…]" in many.body
