"""Mon espace santé, played: what becomes of what the practice sends."""

import smtplib
from email.message import EmailMessage

import pytest
from demo import demo_clients as clients

from tui_mailer.demo import (
    PATIENT_CLOSED,
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_SILENT,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    PATIENT_WHO_ANSWERS,
    DemoPractice,
)
from tui_mailer.demo.people import (
    AUTOMATIC_REPLY_ADDRESS,
    COLLEAGUE_WHO_ASKS,
    COLLEAGUES,
    PATIENTS,
)
from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.report import Report, ReportKind
from tui_mailer.mime.reports import recognise


def _answers_to(practice: DemoPractice, name: str) -> list[EmailMessage]:
    wanted = f"<{name}@test.invalid>"
    received = clients.inbox(practice, practice.address)
    return [letter for letter in received if letter.get("In-Reply-To", "") == wanted]


def _answer_to(practice: DemoPractice, name: str) -> EmailMessage:
    return clients.wait_for(lambda: next(iter(_answers_to(practice, name)), None))


@pytest.mark.parametrize("key", [key for key in PATIENTS if key != "pat-trois"])
def test_a_patient_receives_the_very_bytes_that_were_sent(practice: DemoPractice, key: str) -> None:
    address = PATIENTS[key].address
    sent = clients.message(practice, address, "Résultat", f"recu-{key}")
    clients.send(practice, sent)
    assert practice.mailbox(address).count(("INBOX", sent.as_bytes())) == 1


def test_a_patient_reads_his_mail_over_imap_too(practice: DemoPractice) -> None:
    address = PATIENTS["leo"].address
    clients.send(practice, clients.message(practice, address, "Judo", "judo"))
    with clients.imap(practice, address) as client:
        client.select("INBOX", readonly=True)
        assert client.search(None, "SUBJECT", "Judo")[1] != [b""]


def test_letter_case_of_a_corsican_matricule_makes_no_other_mailbox(
    practice: DemoPractice,
) -> None:
    address = PATIENTS["casabianca"].address
    clients.send(practice, clients.message(practice, address.lower(), "Corse", "corse"))
    assert "Corse" in [letter["Subject"] for letter in clients.inbox(practice, address)]


def test_a_patient_outside_the_list_with_a_right_key_has_a_mailbox(practice: DemoPractice) -> None:
    address = "255081416802538@patient.mssante.fr"
    clients.send(practice, clients.message(practice, address, "Bonjour", "nouveau"))
    assert len(practice.mailbox(address)) == 1


def test_the_patient_who_answers_writes_back_in_the_thread(practice: DemoPractice) -> None:
    sent = clients.message(practice, PATIENT_WHO_ANSWERS.address, "Votre bilan", "bilan")
    sent["References"] = "<avant@test.invalid>"
    sent.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bilan.pdf")
    clients.send(practice, sent)
    answer = _answer_to(practice, "bilan")
    assert answer["From"] == f"Dominique PAT-TROIS <{PATIENT_WHO_ANSWERS.address}>"
    assert answer["Subject"] == "Re: Votre bilan"
    assert answer["References"] == "<avant@test.invalid> <bilan@test.invalid>"
    assert "> Voici votre résultat." in answer.get_content()
    assert "« bilan.pdf »" in answer.get_content()


def test_idle_announces_the_answer(practice: DemoPractice) -> None:
    with clients.imap(practice) as client:
        held = int(client.select("INBOX", readonly=True)[1][0] or b"0")
        client.send(b"i1 IDLE\r\n")
        assert client.readline().startswith(b"+")
        sent = clients.message(practice, PATIENT_WHO_ANSWERS.address, "Nouvelles ?", "idle")
        clients.send(practice, sent)
        wanted = b"* %d EXISTS" % (held + 1)
        clients.wait_for(lambda: True if client.readline().startswith(wanted) else None)
        client.send(b"DONE\r\n")
        clients.wait_for(lambda: True if client.readline().startswith(b"i1 OK") else None)


def test_the_silent_patient_stays_silent(practice: DemoPractice) -> None:
    with clients.submission(practice) as client:
        client.send_message(clients.message(practice, PATIENT_SILENT.address, "Bonjour", "silence"))
        client.send_message(
            clients.message(practice, PATIENT_WHO_ANSWERS.address, "Bonjour", "pas-silence")
        )
    _answer_to(practice, "pas-silence")
    assert _answers_to(practice, "silence") == []


def test_an_unknown_patient_comes_back_as_a_delivery_report(practice: DemoPractice) -> None:
    sent = clients.message(practice, PATIENT_UNKNOWN.address, "Résultat", "inconnue")
    clients.send(practice, sent)

    def report() -> EmailMessage | None:
        received = clients.inbox(practice, practice.address)
        return next((r for r in received if "<inconnue@test.invalid>" in r.as_string()), None)

    returned = clients.wait_for(report)
    assert returned["Subject"] == "Message non distribué"
    assert returned.get_content_type() == "multipart/report"
    assert returned.get_param("report-type") == "delivery-status"
    words, status, original = returned.iter_parts()
    assert "patient non trouvé" in words.get_content()
    assert "could not be delivered" in words.get_content()
    _, about = status.iter_parts()
    assert about["Final-Recipient"] == f"rfc822; {PATIENT_UNKNOWN.address}"
    assert about["Status"] == "5.1.1"
    assert original.get_content_type() == "text/rfc822-headers"
    assert practice.mailbox(PATIENT_UNKNOWN.address) == []


def test_a_closed_account_comes_back_with_its_own_code(practice: DemoPractice) -> None:
    sent = clients.message(practice, PATIENT_CLOSED.address, "Résultat", "fermee")
    clients.send(practice, sent)

    def returned() -> list[Report] | None:
        raws = [raw for _, raw in practice.mailbox(practice.address)]
        return next((list(recognise(r)) for r in raws if b"<fermee@test.invalid>" in r), None)

    (report,) = clients.wait_for(returned)
    assert (report.status, report.cause) == ("5.2.1", Cause.CLOSED)
    assert report.recipient == PATIENT_CLOSED.address
    assert practice.mailbox(PATIENT_CLOSED.address) == []


def _returned(practice: DemoPractice, name: str) -> Report:
    def returned() -> list[Report] | None:
        raws = [raw for _, raw in practice.mailbox(practice.address)]
        return next((list(recognise(r)) for r in raws if f"<{name}@".encode() in r), None)

    (report,) = clients.wait_for(returned)
    return report


def test_a_full_account_comes_back(practice: DemoPractice) -> None:
    clients.send(practice, clients.message(practice, PATIENT_FULL.address, "Résultat", "pleine"))
    report = _returned(practice, "pleine")
    assert (report.status, report.cause) == ("5.2.2", Cause.FULL)
    assert practice.mailbox(PATIENT_FULL.address) == []


def test_too_large_comes_back_and_arrives_without_its_attachment(practice: DemoPractice) -> None:
    address = PATIENT_TOO_LARGE.address
    sent = clients.message(practice, address, "Radio", "lourde")
    sent.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="r.pdf")
    clients.send(practice, sent)
    report = _returned(practice, "lourde")
    assert (report.status, report.cause) == ("5.3.4", Cause.TOO_LARGE)
    assert practice.mailbox(address) == []
    clients.send(practice, clients.message(practice, address, "Sans radio", "legere"))
    assert [letter["Subject"] for letter in clients.inbox(practice, address)] == ["Sans radio"]


def test_the_colleague_who_asked_thanks_for_the_receipt_alone(practice: DemoPractice) -> None:
    address = COLLEAGUE_WHO_ASKS.address
    clients.send(practice, clients.message(practice, address, "Insuline", "lettre"))
    receipt = clients.message(practice, address, "Lu : Insuline", "accuse")
    receipt.make_mixed()
    kind = 'multipart/report; report-type="disposition-notification"'
    receipt.replace_header("Content-Type", kind)
    clients.send(practice, receipt)
    assert "accusé de lecture est bien arrivé" in _answer_to(practice, "accuse").get_content()
    assert _answers_to(practice, "lettre") == []


def test_the_patient_who_answers_reads_first_where_she_is_asked(practice: DemoPractice) -> None:
    sent = clients.message(practice, PATIENT_WHO_ANSWERS.address, "Votre bilan", "lu")
    sent["Disposition-Notification-To"] = practice.address
    clients.send(practice, sent)

    def receipt() -> list[Report] | None:
        found = [recognise(raw) for _, raw in practice.mailbox(practice.address)]
        about = [list(one) for one in found if one and "<lu@test.invalid>" in one[0].message_ids]
        return next(iter(about), None)

    (report,) = clients.wait_for(receipt)
    assert report.kind is ReportKind.READ
    assert report.recipient == PATIENT_WHO_ANSWERS.address


def test_nobody_reads_aloud_unasked(practice: DemoPractice) -> None:
    clients.send(practice, clients.message(practice, PATIENT_WHO_ANSWERS.address, "Ça va ?", "non"))
    _answer_to(practice, "non")
    reports = [recognise(raw) for _, raw in practice.mailbox(practice.address)]
    assert not any("<non@test.invalid>" in one[0].message_ids for one in reports if one)


def test_the_automatic_box_answers(practice: DemoPractice) -> None:
    sent = clients.message(practice, AUTOMATIC_REPLY_ADDRESS, "Essai", "automate")
    clients.send(practice, sent)
    assert _answer_to(practice, "automate")["Auto-Submitted"] == "auto-replied"


def test_a_colleague_receives(practice: DemoPractice) -> None:
    address = COLLEAGUES["cardio"].address
    clients.send(practice, clients.message(practice, address, "Avis", "avis"))
    assert [letter["Subject"] for letter in clients.inbox(practice, address)] == ["Avis"]


@pytest.mark.parametrize(
    "address",
    [
        "279035121518988@patient.mssante.fr",  # wrong key
        "2790351215189@patient.mssante.fr",  # 13 characters
        "marie.dupont@patient.mssante.fr",
        PATIENT_REFUSED.address,
        "personne@cardio-troisvallees.aura.mssante.fr",
        "quelqu.un@example.org",
    ],
)
def test_an_address_that_cannot_exist_is_refused_at_once(
    practice: DemoPractice, address: str
) -> None:
    with clients.submission(practice) as client:
        client.mail(practice.address)
        code, words = client.rcpt(address)
    assert (code, words[:5]) == (550, b"5.1.1")


def test_one_refused_recipient_does_not_hide_the_other(practice: DemoPractice) -> None:
    known = COLLEAGUES["kine"].address
    sent = clients.message(practice, known, "À deux", "deux")
    with clients.submission(practice) as client:
        refused = client.send_message(sent, to_addrs=[known, "inconnu@example.org"])
    assert list(refused) == ["inconnu@example.org"]
    assert len(clients.inbox(practice, known)) == 1


def test_a_message_over_25_mo_is_refused(practice: DemoPractice) -> None:
    with clients.submission(practice) as client:
        assert client.esmtp_features["size"] == "25000000"
        with pytest.raises(smtplib.SMTPSenderRefused) as refusal:
            client.sendmail(practice.address, [PATIENT_SILENT.address], b"x" * 25_000_001)
    assert refusal.value.smtp_code == 552
