"""Answering everybody and sending on, as the others receive it, on real Dovecot and Postfix."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

from engine_helpers import OpenOffice, letter
from servers.people import COLLEAGUE, FULL, PATIENT, PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.draft import Draft, OutgoingState
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags

SCAN = bytes(range(256)) * 40


def circular() -> bytes:
    message = EmailMessage()
    message["From"] = f"Jean DURAND <{COLLEAGUE.address}>"
    message["To"] = f"{PRACTICE.address}, Plein <{FULL.address}>"
    message["Subject"] = "Imagerie"
    message["Message-ID"] = "<circulaire@hopital-sud.aura.mssante.fr>"
    message["References"] = "<debut@hopital-sud.aura.mssante.fr>"
    message.set_content("Cher confrère, voici l’imagerie.\n")
    message.add_attachment(SCAN, maintype="application", subtype="dicom", filename="irm é.dcm")
    return message.as_bytes(policy=email.policy.SMTP)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def test_an_answer_to_all_goes_to_all_but_its_writer_with_the_thread(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, circular())
    office = await open_office()
    row = await office.until_row(await office.inbox(), "Imagerie")
    await office.read(row)
    draft = await office.engine.writing.reply(row.id, to_all=True)
    outgoing = await office.engine.writing.send(draft)
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    answers = [
        parsed(real_servers.wait_for(who.address, b"Re: Imagerie")) for who in (COLLEAGUE, FULL)
    ]
    everyone = {a.addr_spec for h in ("To", "Cc") for a in answers[0][h].addresses}
    assert everyone == {COLLEAGUE.address, FULL.address}
    assert answers[0]["In-Reply-To"] == "<circulaire@hopital-sud.aura.mssante.fr>"
    assert answers[0]["References"].split() == [
        "<debut@hopital-sud.aura.mssante.fr>",
        "<circulaire@hopital-sud.aura.mssante.fr>",
    ]
    assert "> Cher confrère, voici l’imagerie." in answers[1].get_content()


async def test_a_message_sent_on_to_a_patient_carries_its_attachment_and_needs_the_identity(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, circular())
    office = await open_office()
    row = await office.until_row(await office.inbox(), "Imagerie")
    await office.read(row)
    forwarded = await office.engine.writing.forward(row.id)
    draft = replace(forwarded, to=letter(PATIENT.address, "").to)
    assert (await office.engine.writing.review(draft)).unconfirmed
    await office.confirm("279035121518989")
    # His screen previews no such file: asked, and said yes to.
    (asked,) = (await office.engine.writing.review(draft)).questions
    outgoing = await office.engine.writing.send(draft, [asked])
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    arrived = parsed(real_servers.wait_for(PATIENT.address, b"Tr: Imagerie"))
    (scan,) = arrived.iter_attachments()
    assert (scan.get_filename(), scan.get_content()) == ("irm é.dcm", SCAN)
    kept = await office.engine.reading.summary(row.id)
    assert kept is not None
    assert Flags.FORWARDED in kept.flags


async def test_a_draft_that_sends_on_what_another_machine_has_archived_carries_its_attachment(
    open_office: OpenOffice, real_servers: RealServers
) -> None:
    real_servers.deliver(PRACTICE.address, circular())
    here, there = await open_office(poll_s=0.2), await open_office(machine="autre poste")
    row = await here.until_row(await here.inbox(), "Imagerie")
    await here.read(row)
    keeper = here.engine.keep_draft(Draft())
    forwarded = await here.engine.writing.forward(row.id)
    keeper.edited(replace(forwarded, to=letter(COLLEAGUE.address, "").to))
    draft = await keeper.save()
    here.engine.release_draft(keeper)
    await there.engine.actions.archive(
        [(await there.until_row(await there.inbox(), "Imagerie")).id]
    )
    await here.until_row(await here.view(FolderRole.ARCHIVE), "Imagerie")
    await here.until_subjects(await here.inbox())
    outgoing = await here.engine.writing.send(draft)
    await here.until_outgoing(outgoing, OutgoingState.SENT)
    (scan,) = parsed(real_servers.wait_for(COLLEAGUE.address, b"Tr: Imagerie")).iter_attachments()
    assert (scan.get_filename(), scan.get_content()) == ("irm é.dcm", SCAN)
