"""The fictional practice's mail."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from demo import demo_clients as clients
from stdnum.fr import nir

from tui_mailer.demo.content import FOLDERS, StoredMessage, write_mailbox
from tui_mailer.demo.matricule import has_right_key, with_key
from tui_mailer.demo.people import (
    COLLEAGUES,
    GUIDE,
    MES_POSTMASTER,
    PATIENT_CLOSED,
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    PATIENT_WHO_ANSWERS,
    PATIENTS,
    PRACTICE,
)

PLAYING = (
    PATIENT_WHO_ANSWERS,
    PATIENT_CLOSED,
    PATIENT_UNKNOWN,
    PATIENT_FULL,
    PATIENT_TOO_LARGE,
    PATIENT_REFUSED,
)
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def stored() -> list[StoredMessage]:
    return write_mailbox(NOW)


@pytest.fixture(scope="module")
def letters(stored: list[StoredMessage]) -> list[EmailMessage]:
    return [clients.parsed(message.raw) for message in stored]


def _with_subject(letters: list[EmailMessage], subject: str) -> EmailMessage:
    return next(letter for letter in letters if subject in letter["Subject"])


def test_about_three_hundred_messages_in_every_folder(stored: list[StoredMessage]) -> None:
    assert 280 <= len(stored) <= 330
    assert {message.folder for message in stored} == {"INBOX", *FOLDERS}


def test_the_same_bytes_at_each_start(stored: list[StoredMessage]) -> None:
    assert write_mailbox(NOW) == stored


@pytest.mark.parametrize(("hour", "minute"), [(0, 1), (7, 1), (7, 30), (23, 1)])
def test_no_message_comes_from_the_future_and_the_mailbox_is_fresh(hour: int, minute: int) -> None:
    now = NOW.replace(hour=hour, minute=minute)
    dates = [message.received_at for message in write_mailbox(now)]
    assert dates == sorted(dates)
    assert dates[-1] < now
    assert dates[-1] > now - timedelta(days=2)
    assert dates[0] < now - timedelta(days=400)


def test_every_message_is_well_formed(letters: list[EmailMessage]) -> None:
    for letter in letters:
        assert [part.defects for part in letter.walk() if part.defects] == []
        assert all(not letter[name].defects for name in ("From", "To", "Subject", "Date"))


def test_no_wire_line_is_longer_than_a_server_takes(stored: list[StoredMessage]) -> None:
    assert max(len(line) for m in stored for line in m.raw.split(b"\r\n")) <= 998
    assert all(b"\n" not in m.raw.replace(b"\r\n", b"") for m in stored)


def test_no_encoded_word_is_longer_than_allowed(stored: list[StoredMessage]) -> None:
    words = [w for m in stored for w in re.findall(rb"=\?utf-8\?[^ \r]+\?=", m.raw)]
    assert len(words) > 300
    assert max(len(word) for word in words) <= 75  # RFC 2047 §2


def test_the_practice_writes_by_day() -> None:
    for message in write_mailbox(NOW.replace(hour=12)):
        letter = clients.parsed(message.raw)
        if message.folder == "Éléments envoyés" and "frottis" not in letter["Subject"]:
            assert 7 <= message.received_at.hour < 22


def test_message_ids_are_unique(letters: list[EmailMessage]) -> None:
    ids = [letter["Message-ID"] for letter in letters]
    assert len(set(ids)) == len(ids)


def test_answers_name_a_message_that_exists_and_is_older(letters: list[EmailMessage]) -> None:
    by_id = {letter["Message-ID"]: letter for letter in letters}
    answers = [letter for letter in letters if letter["In-Reply-To"]]
    assert len(answers) > 50
    for answer in answers:
        answered = by_id[answer["In-Reply-To"]]
        assert answered["Date"].datetime < answer["Date"].datetime
        assert answer["References"].split()[-1] == answer["In-Reply-To"]


def test_everyone_is_of_the_fictional_directory(letters: list[EmailMessage]) -> None:
    known = {PRACTICE.address, GUIDE.address, MES_POSTMASTER.address, PATIENT_UNKNOWN.address}
    known.add("support@quota-depasse.invalid")
    known |= {person.address for person in COLLEAGUES.values()}
    known |= {patient.address for patient in PATIENTS.values()}
    met = {
        address
        for letter in letters
        for _, address in getaddresses([str(letter["From"]), str(letter["To"])])
    }
    assert met <= known
    assert len(met) > 25


def test_every_patient_has_a_right_key() -> None:
    assert all(nir.is_valid(patient.ins) for patient in (PATIENT_UNKNOWN, *PATIENTS.values()))


@pytest.mark.parametrize(
    "matricule",
    ["279035121518989", "284052A32102552", "284052B32102579", "180017505600301", "180017505600497"],
)
def test_keys_of_the_published_examples(matricule: str) -> None:
    assert with_key(matricule[:13]) == matricule
    assert has_right_key(matricule.lower())
    assert not has_right_key(matricule[:13] + ("02" if matricule[13:] == "01" else "01"))


def test_the_newest_message_names_every_patient_who_plays_a_part(
    letters: list[EmailMessage],
) -> None:
    guide = letters[-1]
    assert guide["From"].addresses[0].addr_spec == GUIDE.address
    digits = guide.get_content().replace(" ", "")
    for patient in PLAYING:
        assert f"{patient.ins}{patient.given_name}".replace(" ", "") in digits
        assert has_right_key(patient.ins)


def test_births_of_every_kind_are_there() -> None:
    places = {patient.ins[5:7] for patient in PATIENTS.values()}
    assert {"2A", "97", "99", "94"} <= places
    assert any(int(patient.ins[3:5]) > 12 for patient in PATIENTS.values())
    assert PATIENTS["leo"].ins[1:3] == "19"


@pytest.mark.parametrize(
    "subject",
    ["dose * 2 fois * jour", "[/] [bold]Genou[/bold]", "suite :-(", "{3+}", "« nævus »"],
)
def test_odd_subjects_survive_the_wire(letters: list[EmailMessage], subject: str) -> None:
    assert subject in _with_subject(letters, subject)["Subject"]


def test_a_link_hides_its_true_target(letters: list[EmailMessage]) -> None:
    page = _with_subject(letters, "portail d'images")
    assert page.get_content_type() == "text/html"
    assert '"https://collecte.statistiques.example/r?u=7f3a">www.sante-ra.fr' in page.get_content()


def test_a_carer_says_so_on_the_last_line(letters: list[EmailMessage]) -> None:
    written = [letter for letter in letters if not letter.is_multipart()]
    last_lines = [letter.get_content().rstrip().splitlines()[-1] for letter in written]
    carers = [line for line in last_lines if line.startswith("Ce message a été rédigé par")]
    assert len(carers) >= 3
    assert "Ce message a été rédigé par Nathalie Bresson, l'aidante de Léo BRESSON." in carers


def test_a_document_exchange_names_its_patient(letters: list[EmailMessage]) -> None:
    exchange = _with_subject(letters, "XDM/1.0/DDM+")
    joined = next(p for p in exchange.iter_attachments() if p.get_filename() == "IHE_XDM.ZIP")
    with zipfile.ZipFile(io.BytesIO(joined.get_content())) as archive:
        assert archive.testzip() is None
        metadata = archive.read("IHE_XDM/SUBSET01/METADATA.XML").decode()
    assert "279035121518989" in metadata


def test_a_closed_exchange_ends_with_exactly_fin(letters: list[EmailMessage]) -> None:
    ends = [letter for letter in letters if letter["Subject"] == "[FIN]"]
    assert len(ends) == 3
    assert all(letter["X-MSS-MES"] == "FIN" for letter in ends)


def test_exchanges_stand_in_every_way(letters: list[EmailMessage]) -> None:
    """One was written to after its end; one waits for us, unread; one never answered."""
    told: dict[str, list[tuple[bool, str]]] = {}
    for letter in letters:
        names = (letter["From"].addresses[0].addr_spec, letter["To"].addresses[0].addr_spec)
        for address in names:
            told.setdefault(address, []).append((names[0] == address, letter["Subject"]))
    closed = told[PATIENTS["perrachon"].address]
    end = closed.index((False, "[FIN]"))
    assert [by_patient for by_patient, _ in closed[end + 1 :]] == [
        False,
        True,
    ]  # a draft, his message
    assert told[PATIENTS["diallo"].address][-1][0]
    assert not any(by_patient for by_patient, _ in told[PATIENTS["chanteloube"].address])


def test_attachments_are_what_their_names_say(letters: list[EmailMessage]) -> None:
    magic = {"pdf": b"%PDF-1.4", "png": b"\x89PNG\r\n\x1a\n", "docx": b"PK", "ZIP": b"PK"}
    seen = set()
    for letter in letters:
        if letter.get_content_type() != "multipart/mixed":
            continue
        for part in letter.iter_attachments():
            suffix = str(part.get_filename()).rpartition(".")[2]
            assert part.get_content().startswith(magic[suffix])
            seen.add(suffix)
    assert seen == set(magic)


def test_a_report_of_non_delivery_is_already_there(letters: list[EmailMessage]) -> None:
    report = _with_subject(letters, "Message non distribué")
    sent = _with_subject(letters, "Résultat de votre frottis")
    assert sent["Message-ID"] in report.as_string()


def test_some_letters_are_alternatives(letters: list[EmailMessage]) -> None:
    kinds = [part.get_content_type() for letter in letters for part in letter.walk()]
    assert kinds.count("multipart/alternative") > 8
