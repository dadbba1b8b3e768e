"""What ends an exchange, and what only looks like it."""

import pytest

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.ending import (
    END_BODY,
    as_end,
    end_draft,
    is_untouched_end,
    resembles_end,
)

PATIENT = Address.received("279035121518989@patient.mssante.fr", "Dominique PAT-TROIS")


@pytest.mark.parametrize(
    "subject",
    [
        *("FIN", "fin", "Fin.", "[fin]", "[Fin]", "Re: [FIN]", "RE : [FIN]", "Tr: Re: [FIN]"),
        *("[FIN] merci", "Merci [FIN]", "[ FIN ]", "[F I N]", "[FIN", "FIN]", "[FIN].", "« FIN »"),
        *("［FIN］", "[ＦＩＮ]", "【FIN】", "⟦FIN⟧", "{FIN}", "(FIN)", '"FIN"', "[FÎN]", "* FIN *"),
        *(
            "[FIN]\u200b",
            "\u202e[FIN]",
            "[F\u00adIN]",
            " [FIN]",
            "[FIN] ",
            "[FIN]\n",
            "[fin] d’échange",
        ),
    ],
)
def test_a_near_miss_is_seen(subject: str) -> None:
    assert resembles_end(subject)


@pytest.mark.parametrize(
    "subject",
    [
        *("[FIN]", "", "Bilan", "Fin de traitement", "Compte rendu (fin)", "Finances"),
        *("[FINAL]", "[Confins]", "Re: fin d’arrêt", "FINESS [1]", "Enfin [photo]", "[Suivi] fin"),
    ],
)
def test_an_ordinary_subject_is_left_alone(subject: str) -> None:
    assert not resembles_end(subject)


def test_the_end_says_one_courteous_sentence_and_takes_no_answer() -> None:
    draft = end_draft(PATIENT)

    assert (draft.to, draft.subject, draft.body, draft.final) == (
        (PATIENT,),
        "[FIN]",
        END_BODY,
        True,
    )
    assert END_BODY.startswith("Bonjour")
    assert END_BODY.count(".") == 1


def test_what_was_written_as_an_end_keeps_its_words_and_nothing_else() -> None:
    attached = FileAttachment("/x", "x.pdf", "application/pdf", 1)  # type: ignore[arg-type]
    written = Draft(
        id=7,
        to=(PATIENT,),
        subject="Re: [FIN]",
        body="Au revoir.",
        attachments=(attached,),
        in_reply_to="<1@x>",
        references=("<1@x>",),
        answers=3,
    )

    assert as_end(written) == Draft(
        id=7, to=(PATIENT,), subject="[FIN]", body="Au revoir.", final=True
    )
    assert as_end(Draft(to=(PATIENT,), body=" \n")).body == END_BODY


def test_an_end_that_somebody_wrote_in_is_no_longer_untouched() -> None:
    assert is_untouched_end(end_draft(PATIENT))
    assert not is_untouched_end(as_end(Draft(to=(PATIENT,), body="Au revoir.")))
    assert not is_untouched_end(Draft())
