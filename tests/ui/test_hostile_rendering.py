"""What the outside writes is shown, and never obeyed: the painted cells are asserted."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from ui.mailbox_stage import NOON, Mailing, mail, opened, practice

from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.message import Attachment, Link, ReadMessage
from tui_mailer.domain.safe_text import safe_block, safe_line
from tui_mailer.ui.presenters.message_text import ReaderContext, attachments, body, headers
from tui_mailer.ui.presenters.source import source_text

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PAYLOADS = (
    "\x1b[2Jx", "\x1b]52;c;aGVsbG8=\x07", "\x1b]0;titre\x07", "\x9b2J", "\x1bPq", "a\x08\x7fb",
    "\u202egnp.exe", "[/]", "[/", "[red]x[/red]", "[@click=app.quit]x[/]", "[link=http://a]b[/link]",
)  # fmt: skip
NOW = datetime(2026, 3, 2, 19, 0, tzinfo=UTC)
CONTEXT = ReaderContext(NOW, "patient.mssante.fr", 80)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_hostile_mail_is_listed_read_and_shown_as_source(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    outdoors = practice(tmp_path)
    outdoors.mailbox.add_folder("[/]\x1b[2J dossier")
    for number, payload in enumerate(_PAYLOADS):
        sender = f"{payload} <a@b.mssante.fr>"
        outdoors.mailbox.deliver(
            mail(f"P{number:02} {payload}", sender, payload), at=NOON + timedelta(days=1 + number)
        )
    async with opened(outdoors, size) as mailing:
        await mailing.shows("[link=http://a]b", "dossier")
        for number in reversed(range(len(_PAYLOADS))):
            await mailing.press("enter")
            await mailing.until(partial(reads, mailing, f"P{number:02} "))
            await mailing.shows(f"P{number:02}")
            assert not _CONTROLS.search(mailing.terminal)
            await mailing.press("escape", "down")
        await mailing.press("up", "x")
        await mailing.shows("Source du message")
        assert not _CONTROLS.search(mailing.terminal)
        mailing.app.pop_screen()
        mailing.screen.show_error(CommandRefused("NO [/] \x1b[2J", subject="[/] \x1b]0;x\x07"))
        await mailing.shows("[/]")
        assert not _CONTROLS.search(mailing.terminal)


def reads(mailing: Mailing, subject: str) -> bool:
    """True once that message, and not the one before it, is in the reader."""
    message = mailing.screen.reader.message
    return message is not None and message.subject.startswith(subject)


def test_the_real_address_is_always_shown_and_a_lookalike_is_named() -> None:
    message = _message(
        sender=Address.received(
            "1@patient.mssante.fr.example", "279035121518989@patient.mssante.fr"
        )
    )
    shown = headers(message, CONTEXT).plain
    assert "<1@patient.mssante.fr.example>" in shown
    assert "⚠ ressemble à une adresse de patient sans en être une" in shown
    assert "◆ patient" not in shown


def test_a_patient_is_named_with_the_grouped_matricule() -> None:
    sender = Address.received("279035121518989@patient.mssante.fr", "Dominique PAT-TROIS")
    shown = headers(_message(sender=sender), CONTEXT).plain
    assert "◆ patient" in shown
    assert "INS 2 79 03 51 215 189 89" in shown
    assert "<279035121518989@patient.mssante.fr>" in shown


def test_an_answer_that_would_go_elsewhere_is_announced() -> None:
    elsewhere = Address.received("autre@ailleurs.mssante.fr")
    shown = headers(_message(reply_to=(elsewhere,)), CONTEXT).plain
    assert "⚠ La réponse irait à une autre adresse" in shown
    assert "autre@ailleurs.mssante.fr" in shown


def test_a_patient_is_said_to_be_answered_at_the_patients_address() -> None:
    patient = Address.received("279035121518989@patient.mssante.fr", "Dominique PAT-TROIS")
    elsewhere = Address.received("autre@ailleurs.mssante.fr")
    shown = headers(_message(sender=patient, reply_to=(elsewhere,)), CONTEXT).plain
    assert "⚠ Une autre adresse est demandée pour la réponse ; elle ira à celle du patient" in shown
    assert "autre@ailleurs.mssante.fr" in shown
    assert "La réponse irait" not in shown


def test_a_deceptive_link_names_its_true_site() -> None:
    link = Link(1, safe_line("https://voleur.example/x"), safe_line("voleur.example"), True)
    honest = Link(2, safe_line("https://www.has-sante.fr/"), safe_line("www.has-sante.fr"))
    shown = _body(_message(links=(link, honest)))
    assert "[1] ⚠ lien trompeur : vrai site voleur.example" in shown
    assert "[2] www.has-sante.fr" in shown


def test_attachments_are_listed_with_type_and_size() -> None:
    found = attachments([Attachment(0, safe_line("bi\x1b[2Jlan.pdf"), "application/pdf", 340_000)])
    assert "application/pdf, 340" in found.plain
    assert not _CONTROLS.search(found.plain)


def test_flaws_are_said_and_the_message_shown_all_the_same() -> None:
    message = _message(flaws=(safe_line("Frontière absente."),))
    assert "⚠ Frontière absente." in headers(message, CONTEXT).plain
    assert "Bonjour" in _body(message)


def test_a_source_of_any_bytes_is_readable_and_bounded() -> None:
    assert not _CONTROLS.search(source_text(bytes(range(256))).replace("\n", ""))
    assert len(source_text(b"x" * 1_000_000)) < 201_000


def test_a_huge_text_is_cut_into_blocks_and_loses_nothing() -> None:
    text = "\n".join(["mot " * 20, "", "x" * 30_000, ""] * 40)
    blocks = body(replace(_message(), text=safe_block(text)))
    assert max(len(block.plain) for block in blocks) <= 13_000
    letters = "".join(block.plain for block in blocks)
    assert letters.replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(" ", "")


def _body(message: ReadMessage) -> str:
    return "\n".join(block.plain for block in body(message))


def _message(
    sender: Address = Address.received("a@b.mssante.fr", "Dr A"),  # noqa: B008  (a frozen value)
    reply_to: tuple[Address, ...] = (),
    links: tuple[Link, ...] = (),
    flaws: tuple[str, ...] = (),
) -> ReadMessage:
    return ReadMessage(
        subject=safe_line("Objet"),
        sender=sender,
        reply_to=reply_to,
        to=(),
        cc=(),
        sent_at=NOW,
        message_id="",
        references=(),
        text=safe_block("Bonjour"),
        links=links,
        flaws=tuple(safe_line(flaw) for flaw in flaws),
    )


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_nobody_but_a_patient_bears_the_patients_mark(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    outdoors = practice(tmp_path)
    sender = "PAT-TROIS Dominique  ◆ patient <a@b.mssante.fr>"
    hostile = mail("◆ patient Ordonnance", sender, "Bonjour")
    outdoors.mailbox.deliver(hostile, at=NOON + timedelta(days=1))
    async with opened(outdoors, size) as mailing:
        await mailing.shows("◇ patient Ordonnance")
        await mailing.press("enter")
        await mailing.until(partial(reads, mailing, "◆ patient Ordonnance"))
        await mailing.shows("<a@b.mssante.fr>", "◇ patient")
        assert "◆ patient" not in mailing.terminal
