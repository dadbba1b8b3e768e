"""LIST responses, and which folder plays which role."""

from __future__ import annotations

import pytest

from tui_mailer.backend.imap.folders import read_folders
from tui_mailer.backend.imap.namespaces import Namespaces
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.domain.errors import ProtocolBroken
from tui_mailer.domain.folder import FolderRole


def roles(*lines: str) -> dict[str, FolderRole]:
    responses: list[RawResponse] = [(line.encode(),) for line in lines]
    return {item.folder.name: item.folder.role for item in read_folders(responses)}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("INBOX", FolderRole.INBOX),
        ("inbox", FolderRole.INBOX),
        ("&AMk-l&AOk-ments envoy&AOk-s", FolderRole.SENT),
        ("ELEMENTS ENVOYES", FolderRole.SENT),
        ("Messages_envoy&AOk-s", FolderRole.SENT),
        ("Envoy&AOk-", FolderRole.SENT),
        ("Emails envoy&AOk-s", FolderRole.SENT),
        ("Sent Items", FolderRole.SENT),
        ("INBOX/Sent", FolderRole.SENT),
        ("Brouillons", FolderRole.DRAFTS),
        ("Drafts", FolderRole.DRAFTS),
        ("Corbeille", FolderRole.TRASH),
        ("&AMk-l&AOk-ments supprim&AOk-s", FolderRole.TRASH),
        ("Objets supprim&AOk-s", FolderRole.TRASH),
        ("Supprim&AOk-s", FolderRole.TRASH),
        ("Deleted Messages", FolderRole.TRASH),
        ("Courrier ind&AOk-sirable", FolderRole.JUNK),
        ("Messages ind&AOk-sirables", FolderRole.JUNK),
        ("Junk E-mail", FolderRole.JUNK),
        ("SPAM", FolderRole.JUNK),
        ("Archives", FolderRole.ARCHIVE),
        ("Analyses envoy&AOk-es", FolderRole.ORDINARY),
        ("Bo&AO4-te d'envoi", FolderRole.ORDINARY),
        ("Labo/Archives", FolderRole.ORDINARY),
        ("INBOX/Labo/Corbeille", FolderRole.ORDINARY),
    ],
)
def test_roles_by_name(name: str, role: FolderRole) -> None:
    assert list(roles(f'* LIST () "/" "{name}"').values()) == [role]


def test_a_prefix_of_ones_own_is_no_folder_around_it() -> None:
    responses: list[RawResponse] = [(b'* LIST () "/" "Mail/Sent"',)]
    (found,) = read_folders(responses, Namespaces(own=("Mail/",)))
    assert found.folder.role is FolderRole.SENT


def test_an_attribute_goes_before_a_name_and_a_role_is_given_once() -> None:
    assert roles(
        '* LIST () "/" "Sent"',
        '* LIST (\\HasNoChildren \\Sent) "/" "Partis"',
        '* LIST (\\Sent) "/" "Zzz"',
        '* LIST () "/" "Projets/Archives"',
        '* LIST () "/" "Archives"',
        '* LIST (\\Noselect) "/" "Corbeille"',
    ) == {
        "Sent": FolderRole.ORDINARY,
        "Partis": FolderRole.SENT,
        "Zzz": FolderRole.ORDINARY,
        "Projets/Archives": FolderRole.ORDINARY,
        "Archives": FolderRole.ARCHIVE,
        "Corbeille": FolderRole.ORDINARY,
    }


def test_delimiters_literals_and_folders_that_cannot_be_opened() -> None:
    found = read_folders(
        [
            (b'* LIST (\\NoSelect) "." parent',),
            (b"* LIST () NIL {6}", b'a "b" ', b""),
            (b'* LIST (\\NonExistent) "\\\\" "c\\\\d"',),
            (b'* LIST () "/" NIL',),
            (b"* 3 EXISTS",),
        ]
    )
    assert [(f.folder.name, f.folder.delimiter, f.folder.selectable) for f in found] == [
        ("parent", ".", False),
        ('a "b" ', "", True),
        ("c\\d", "\\", False),
        ("NIL", "/", True),
    ]


def test_a_name_that_could_not_be_sent_back_is_left_out() -> None:
    assert read_folders([(b'* LIST () "/" {4}', b"a\r\nb", b"")]) == []


def test_a_name_spelled_against_the_rules_keeps_its_spelling() -> None:
    (item,) = read_folders([(b'* LIST () "/" "a&b"',)])
    assert (item.folder.name, item.wire_name) == ("a&b", "a&b")


@pytest.mark.parametrize(
    "line", [b"* LIST", b'* LIST ("/" "x"', b'* LIST "/" "x"', b"* LIST () () x"]
)
def test_nonsense(line: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        read_folders([(line,)])
