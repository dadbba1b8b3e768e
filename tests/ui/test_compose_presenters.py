"""Recipients, sizes, directories and drafts as the composer reads and writes them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui.stage import INS

from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.ui.editor import EditorFailed, editor_command
from tui_mailer.ui.presenters import sizes
from tui_mailer.ui.presenters.directory import list_directory
from tui_mailer.ui.presenters.draft_form import fields_of, is_blank, with_recipients
from tui_mailer.ui.presenters.paths import typed_path
from tui_mailer.ui.presenters.recipients import (
    accept,
    format_recipients,
    fragment_at,
    parse_recipients,
)

PAUL = Address.received("paul.bernard@medecin.mssante.fr", "Dr Paul BERNARD")
PATIENT = Address.received(f"{INS}@patient.mssante.fr", "Dominique PAT-TROIS")
DOMAIN = "patient.mssante.fr"


def test_commas_and_semicolons_separate() -> None:
    found = parse_recipients("a@b.mssante.fr; Paul <c@d.mssante.fr>,e@f.mssante.fr")
    mailboxes = [str(address.mailbox) for address in found.addresses]
    assert mailboxes == ["a@b.mssante.fr", "c@d.mssante.fr", "e@f.mssante.fr"]


def test_what_is_no_address_is_kept_word_for_word() -> None:
    found = parse_recipients("a@b.mssante.fr, dr durand, x@y")
    assert found.incomplete == ("dr durand", "x@y")
    assert found.incomplete_text == "dr durand, x@y"


def test_one_mailbox_typed_twice_is_one_recipient() -> None:
    assert len(parse_recipients("a@b.mssante.fr, A@B.mssante.fr").addresses) == 1


def test_a_comma_in_a_name_does_not_separate() -> None:
    address = Address.received("a@b.mssante.fr", "DUPONT, Marie")
    assert parse_recipients(format_recipients([address])).addresses == (address,)


@given(st.text(max_size=40))
def test_any_text_is_read(text: str) -> None:
    found = parse_recipients(text)
    again = parse_recipients(format_recipients(found.addresses, found.incomplete_text))
    assert [a.mailbox for a in again.addresses][: len(found.addresses)] == [
        a.mailbox for a in found.addresses
    ]


def test_the_part_under_the_cursor_is_completed() -> None:
    text = "a@b.mssante.fr, pau"
    assert fragment_at(text, len(text)).text == "pau"
    completed, cursor = accept(text, len(text), PAUL)
    assert completed == "a@b.mssante.fr, Dr Paul BERNARD <paul.bernard@medecin.mssante.fr>, "
    assert cursor == len(completed)


def test_completing_in_the_middle_keeps_what_follows() -> None:
    completed, cursor = accept("pau, z@y.mssante.fr", 3, PAUL)
    assert completed.endswith(">, z@y.mssante.fr")
    assert completed[:cursor].endswith(">, ")


@pytest.mark.parametrize("size_bytes", [0, 1, 56, 57, 58, 1_000_000])
def test_the_encoded_size_is_that_of_base64_with_its_line_ends(size_bytes: int) -> None:
    import base64

    encoded = base64.encodebytes(b"x" * size_bytes).replace(b"\n", b"\r\n")
    # encodebytes makes lines of 76 characters, as mail does.
    assert sizes.encoded_size_bytes(size_bytes) == len(encoded)


def test_too_large_is_said() -> None:
    line = sizes.size_line("26 Mo", "25 Mo", too_large=True)
    assert line == "≈ 26 Mo encodés : trop pour les 25 Mo permis"
    assert sizes.size_line("1 Mo", "25 Mo", too_large=False) == "≈ 1 Mo encodés sur 25 Mo max"
    assert sizes.size_line("1 Mo", "", too_large=False) == "≈ 1 Mo encodés"


def test_the_strictest_known_limit_counts() -> None:
    assert sizes.limit_bytes([None, 25, 10]) == 10
    assert sizes.limit_bytes([None, None]) is None


def test_the_patient_is_locked_and_stays_first() -> None:
    draft = Draft(to=(PAUL, PATIENT), cc=())
    fields = fields_of(draft, INS, DOMAIN)
    assert fields.locked == PATIENT
    assert str(PATIENT.mailbox) not in fields.to
    recipients = [parse_recipients(text) for text in (fields.to, fields.cc, fields.bcc)]
    assert with_recipients(draft, fields.locked, recipients).to == (PATIENT, PAUL)


def test_incomplete_recipients_come_back_into_their_field() -> None:
    draft = Draft(cc=(PAUL,), incomplete_recipients=("", "dr dur", ""))
    fields = fields_of(draft, "", DOMAIN)
    assert fields.cc.endswith("dr dur")
    recipients = [parse_recipients(text) for text in (fields.to, fields.cc, fields.bcc)]
    assert with_recipients(Draft(), None, recipients).incomplete_recipients == ("", "dr dur", "")


def test_a_draft_with_anything_in_it_is_not_blank() -> None:
    attachment = FileAttachment(Path("a.pdf"), "a.pdf", "application/pdf", 1)
    assert is_blank(Draft(subject="  "))
    assert not is_blank(Draft(body="x"))
    assert not is_blank(Draft(attachments=(attachment,)))
    assert not is_blank(Draft(incomplete_recipients=("d", "", "")))
    assert not is_blank(Draft(id=3))


def test_a_directory_lists_directories_before_files_and_hides_nothing_dangerous(
    tmp_path: Path,
) -> None:
    (tmp_path / "b.pdf").write_bytes(b"12")
    (tmp_path / "a\x1b[2J.pdf").write_bytes(b"1")
    (tmp_path / "zone").mkdir()
    (tmp_path / ".cache").mkdir()
    labels = [entry.label for entry in list_directory(tmp_path).entries]
    assert labels == ["..", "zone", "a␛[2J.pdf", "b.pdf"]


def test_a_long_directory_is_cut_and_says_so(tmp_path: Path) -> None:
    for number in range(505):
        (tmp_path / f"{number:03}.pdf").touch()
    assert list_directory(tmp_path).left_out_count == 5


def test_a_typed_path_knows_the_home_directory() -> None:
    assert typed_path(" ~/bilan.pdf ") == Path.home() / "bilan.pdf"
    assert typed_path("~nobody-of-that-name/x") == Path("~nobody-of-that-name/x")


def test_the_editor_is_an_argument_list() -> None:
    assert editor_command({"EDITOR": "vim -u 'my rc'"}) == ("vim", "-u", "my rc")
    with pytest.raises(EditorFailed):
        editor_command({})
    with pytest.raises(EditorFailed):
        editor_command({"EDITOR": "vim 'x"})
