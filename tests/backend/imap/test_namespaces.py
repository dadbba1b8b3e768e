"""Whose folder it is, by its name (RFC 2342)."""

from __future__ import annotations

import pytest

from tui_mailer.backend.imap.namespaces import Namespaces, read_namespaces
from tui_mailer.domain.errors import ProtocolBroken

CYRUS = b'* NAMESPACE (("INBOX." ".")) (("user." ".")) (("" "."))'
DOVECOT = b'* NAMESPACE (("" "/")) (("shared/" "/")) (("Public/" "/"))'
EXCHANGE = b'* NAMESPACE (("" "/")) NIL NIL'


def read(line: bytes) -> Namespaces:
    return read_namespaces([(b"* OK",), (line,)])


@pytest.mark.parametrize(
    ("line", "own", "foreign"),
    [
        (CYRUS, ["INBOX", "INBOX.Sent"], ["user.durand.Sent", "Cabinet.Sent"]),
        (DOVECOT, ["INBOX", "Sent", "INBOX/Sent"], ["shared/durand/Sent", "Public/Sent"]),
        (EXCHANGE, ["INBOX", "Éléments envoyés"], []),
        (b"* OK", ["INBOX", "user.durand.Sent"], []),
        (
            b'* NAMESPACE (("" "/" "X-PARAM" ("a"))) (("Autres bo&AO4-tes/" "/")) NIL',
            ["Autres"],
            ["Autres boîtes/durand/Sent"],
        ),
    ],
)
def test_whose_a_folder_is(line: bytes, own: list[str], foreign: list[str]) -> None:
    told = read(line)
    assert [name for name in own + foreign if told.is_own(name)] == own


@pytest.mark.parametrize(
    ("line", "name", "placed"),
    [
        (CYRUS, "Archives", "INBOX.Archives"),
        (CYRUS, "INBOX.Archives", "INBOX.Archives"),
        (b'* NAMESPACE (("Inbox/" "/")) NIL NIL', "Archives", "INBOX/Archives"),
        (DOVECOT, "Archives", "Archives"),
        (b"* NAMESPACE NIL NIL NIL", "Archives", "Archives"),
    ],
)
def test_where_a_new_one_goes(line: bytes, name: str, placed: str) -> None:
    assert read(line).placed(name) == placed


@pytest.mark.parametrize(
    "line",
    [
        b"* NAMESPACE NIL",
        b'* NAMESPACE "" NIL NIL',
        b"* NAMESPACE ((NIL NIL)) NIL NIL",
        b"* NAMESPACE ((())) NIL NIL",
    ],
)
def test_nonsense_ends_the_connection(line: bytes) -> None:
    with pytest.raises(ProtocolBroken):
        read(line)
