"""The white list's XML: exact domains, and nothing that a hostile file could want."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.mime.white_list import MAX_SIZE_BYTES, NotAWhiteList, parse_white_list

SPACE = "https://listeblanche.mssante.fr/schema"
MADE = "<DateDeGeneration>2026-06-28T10:00:00+02:00</DateDeGeneration>"


def row(name: str) -> str:
    return (
        f"<Domaine><Nom>{name}</Nom><Description>Maison de santé</Description>"
        "<DNCertificatOperateur>CN=smtp.exemple.fr</DNCertificatOperateur>"
        "<ResponsableContact>a@exemple.fr</ResponsableContact>"
        "<SupportContact>b@exemple.fr</SupportContact><DateMAJ>2026-01-01</DateMAJ></Domaine>"
    )


def document(
    *names: str, made: str = MADE, space: str = SPACE, root: str = "ListeBlancheMSSante"
) -> bytes:
    rows = "".join(map(row, names))
    body = f'<{root} xmlns="{space}">{made}<ListeDomaines>{rows}</ListeDomaines></{root}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def test_each_domain_counts_once_whatever_its_certificates() -> None:
    found = parse_white_list(
        document("aura.mssante.fr", "aura.mssante.fr", " MSSante.Apicrypt.org ", "*.mssante.fr", "")
    )
    assert found.domains == {"aura.mssante.fr", "mssante.apicrypt.org"}
    assert found.generated_at == datetime(2026, 6, 28, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("", None),
        ("<DateDeGeneration>hier</DateDeGeneration>", None),
        (
            "<DateDeGeneration>2026-06-28</DateDeGeneration>",
            datetime(2026, 6, 28, tzinfo=UTC),
        ),
    ],
)
def test_a_date_may_be_absent_or_odd(made: str, expected: datetime | None) -> None:
    assert parse_white_list(document("a.mssante.fr", made=made)).generated_at == expected


def test_the_contacts_of_an_operator_are_no_members() -> None:
    assert "exemple.fr" not in parse_white_list(document("a.mssante.fr")).domains


def test_the_list_of_2026_is_read_at_once() -> None:
    large = document(*(f"cabinet-{number}.aura.mssante.fr" for number in range(8_655)))
    started_at = time.perf_counter()
    assert len(parse_white_list(large).domains) == 8_655
    assert time.perf_counter() - started_at < 2


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"<html/>",
        document("a.mssante.fr", space="https://ailleurs.example"),
        document("a.mssante.fr", root="ListeNoire"),
        document(),
        document("a.mssante.fr")[:-20],
        document("a.mssante.fr").replace(b"a.mssante.fr", b"&x;"),
        document("a.mssante.fr").replace(
            b"?>\n",
            b'?>\n<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        ),
        document("a.mssante.fr", "&l9;").replace(
            b"?>\n", f'?>\n<!DOCTYPE r [<!ENTITY l0 "a.b.fr ">{LAUGHS}]>'.encode()
        ),
        document("a.mssante.fr").replace(
            b"?>\n", b'?>\n<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'
        ),
        b" " * (MAX_SIZE_BYTES + 1),
    ],
    ids=lambda content: repr(content[:40]),
)
def test_anything_else_is_refused_quickly(content: bytes) -> None:
    started_at = time.perf_counter()
    with pytest.raises(NotAWhiteList):
        parse_white_list(content)
    assert time.perf_counter() - started_at < 2


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_raises_nothing_else(content: bytes) -> None:
    with pytest.raises(NotAWhiteList):
        parse_white_list(content)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&")))
def test_only_host_names_enter(name: str) -> None:
    found = parse_white_list(document("a.mssante.fr", name)).domains
    assert all(domain.isascii() and "@" not in domain for domain in found)
