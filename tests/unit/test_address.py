from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_mailer.domain.address import PATIENT_DOMAIN, Address
from tui_mailer.domain.errors import InvalidAddress

PATIENT = f"279035121518989@{PATIENT_DOMAIN}"


@pytest.mark.parametrize(
    ("text", "mailbox", "name"),
    [
        ("dr.martin@cabinet.mssante.fr", "dr.martin@cabinet.mssante.fr", ""),
        ("  dr.martin@cabinet.mssante.fr ", "dr.martin@cabinet.mssante.fr", ""),
        ("<dr@cabinet.mssante.fr>", "dr@cabinet.mssante.fr", ""),
        ("Dr Éva MARTIN <dr@cabinet.mssante.fr>", "dr@cabinet.mssante.fr", "Dr Éva MARTIN"),
        ('"MARTIN, Éva" <dr@cabinet.mssante.fr>', "dr@cabinet.mssante.fr", "MARTIN, Éva"),
        ("o'neill+suivi@a-b.fr", "o'neill+suivi@a-b.fr", ""),
        (PATIENT, PATIENT, ""),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, mailbox: str, name: str) -> None:
    assert Address.typed(text) == Address.received(mailbox, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "martin",
        "martin@",
        "@mssante.fr",
        "martin@mssante",
        "mar tin@mssante.fr",
        "martin@@mssante.fr",
        "martin@mssante..fr",
        ".martin@mssante.fr",
        "martin.@mssante.fr",
        "mártin@mssante.fr",
        "martin@mssanté.fr",
        "martin@-mssante.fr",
        '"a b"@mssante.fr',
        "martin@[127.0.0.1]",
        "a@b.fr, c@d.fr",
        "Nom <a@b.fr> <c@d.fr>",
        "martin@mssante.fr\r\nRCPT TO:<autre@mssante.fr>",
        "martin@mssante.fr\x00",
        "martin@mssante.fr\u200b",
        "m" * 250 + "@b.fr",
    ],
)
def test_what_smtp_would_not_take_is_refused_with_what_was_typed(text: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        Address.typed(text)

    assert refusal.value.meaning.startswith("Le message n’est pas parti")


@given(st.text(st.characters()))
def test_a_sendable_address_has_no_character_that_splits_a_command(text: str) -> None:
    address = Address.received(text)

    if address.is_sendable:
        assert address.mailbox.isascii()
        assert not set(address.mailbox) & set("\r\n\x00 <>,;:()")


@given(st.text(st.characters()))
def test_typing_anything_gives_an_address_or_its_refusal(text: str) -> None:
    try:
        address = Address.typed(text)
    except InvalidAddress:
        return
    assert address.is_sendable


def test_case_does_not_make_another_mailbox() -> None:
    first = Address.received("284052A32102552@PATIENT.mssante.fr", "Léo")
    second = Address.received("284052a32102552@patient.mssante.fr")

    assert first.same_mailbox(second)
    assert first.domain == PATIENT_DOMAIN
    assert first.matricule() == second.matricule() == "284052A32102552"


@pytest.mark.parametrize(
    "mailbox",
    [
        "reponse-automatique@patient.mssante.fr",
        "27903512151898@patient.mssante.fr",
        "279035121518989@patient.mssante.fr.example",
        "279035121518989@sous.patient.mssante.fr",
        "279035121518989@pаtient.mssante.fr",
        "279035121518989@cabinet-martin.aura.mssante.fr",
        "279035121518989",
        "",
    ],
)
def test_no_other_address_is_a_patient(mailbox: str) -> None:
    assert Address.received(mailbox).matricule() is None


def test_a_test_platform_has_its_own_patient_domain() -> None:
    address = Address.received("279035121518989@patient.test.mssante.fr")

    assert address.matricule() is None
    assert address.matricule("patient.test.mssante.fr") == "279035121518989"


@pytest.mark.parametrize(
    "domain",
    [
        "patient.mssante.fr.example",
        "sous.patient.mssante.fr",
        "patìent.mssante.fr",
        "patient.mssanté.fr",
        "pаtient.mssante.fr",  # a Cyrillic а
        "рatient.mssante.fr",  # a Cyrillic р
        "xn--patent-yva.mssante.fr",
        "patient-mssante.fr",
        "patientmssante.fr",
        "patients.mssante.fr",
        "patint.mssante.fr",
        "pateint.mssante.fr",
        "patient.mssamte.fr",
        "patient.msante.fr",
        "pat1ent.mssante.fr",
        "patient.mssante.fr.",
        "patient.mssante.com",
        "pa\u200btient.mssante.fr",
    ],
)
def test_a_domain_that_only_looks_like_the_patients_is_named_so(domain: str) -> None:
    address = Address.received(f"279035121518989@{domain}")

    assert address.resembles_patient()
    assert address.matricule() is None


@pytest.mark.parametrize(
    "domain",
    [
        "patient.mssante.fr",
        "PATIENT.MSSANTE.FR",
        "cabinet-martin.aura.mssante.fr",
        "hopital-sud.aura.mssante.fr",
        "mssante.fr",
        "pro.mssante.fr",
        "medecin.mssante.fr",
        "mssante.apicrypt.org",
        "ch-annecy.mssante.fr",
        "patience-kine.mssante.fr",
        "xn--zz.mssante.fr",
        "xn--.fr",
        "",
    ],
)
def test_the_patients_domain_and_ordinary_ones_are_no_look_alikes(domain: str) -> None:
    assert not Address.received(f"dr.martin@{domain}").resembles_patient()


@given(st.text(st.characters()))
def test_judging_a_domain_never_fails(domain: str) -> None:
    assert Address.received(f"a@{domain}").resembles_patient() in (True, False)


@pytest.mark.parametrize(
    "domain",
    [
        "pat1ent.mssante.fr",
        "patıent.mssante.fr",  # dotless i
        "pɑtient.mssante.fr",
        "ｐａｔｉｅｎｔ.mssante.fr",
        "𝐩𝐚𝐭𝐢𝐞𝐧𝐭.mssante.fr",
        "рatient.mѕѕante.fr",
        "patient.rnssante.fr",
        "patient-mssante.fr",
        "patient.mssante.fr.example",
        "patienτ.mssante.fr",
        "patientꓸmssante.fr",
    ],
)
def test_letters_that_look_alike_make_a_look_alike(domain: str) -> None:
    address = Address.received(f"279035121518989@{domain}")
    assert address.passes_for_patient()
    assert address.matricule() is None


def test_an_ins_at_another_domain_passes_for_a_patient_and_an_ordinary_box_does_not() -> None:
    assert Address.received("279035121518989@gmail.com").passes_for_patient()
    assert not Address.received("279035121518989@patient.mssante.fr").passes_for_patient()
    for box in ("reponse.automatique-test@patient.mssante.fr", "dr@medecin.mssante.fr"):
        assert not Address.received(box).passes_for_patient()
        assert Address.received(box).matricule() is None
