"""The login form as values: the field's defaults, and a French sentence for each bad field."""

from dataclasses import replace
from pathlib import Path

import pytest
from ui.stage import ACCOUNT

from tui_mailer.domain.account import SecretOrigin, Security
from tui_mailer.ui.presenters.account_form import (
    IMAP_PORTS,
    SMTP_PORTS,
    AccountForm,
    account_of,
    faults,
    form_of,
    port_after,
)

GOOD = form_of(ACCOUNT, "secret")


def test_the_defaults_are_those_of_the_field() -> None:
    form = AccountForm()
    assert (form.imap_port, form.imap_security) == ("143", Security.STARTTLS)
    assert (form.smtp_port, form.smtp_security) == ("587", Security.STARTTLS)


def test_security_brings_its_usual_port_and_leaves_an_unusual_one() -> None:
    assert port_after("143", Security.TLS, IMAP_PORTS) == "993"
    assert port_after("465", Security.STARTTLS, SMTP_PORTS) == "587"
    assert port_after("", Security.TLS, SMTP_PORTS) == "465"
    assert port_after("1143", Security.TLS, IMAP_PORTS) == "1143"


def test_an_account_survives_the_form() -> None:
    account = replace(
        ACCOUNT,
        nil="3734",
        login="899700123456",
        secret_origin=SecretOrigin.COMMAND,
        secret_command=("pass", "show", "ma boîte"),
    )
    assert account_of(form_of(account), account) == account


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("address", "", "Indiquez l’adresse"),
        ("address", "marie", "pas valable"),
        ("address", "Marie <m@a.mssante.fr>", "sans nom"),
        ("password", "", "Indiquez le mot de passe"),
        ("imap_host", "", "serveur de réception"),
        ("imap_host", "imap mssante", "pas valable"),
        ("smtp_host", "", "serveur d’envoi"),
        ("imap_port", "14x", "nombre de 1 à 65535"),
        ("smtp_port", "70000", "nombre de 1 à 65535"),
        ("smtp_port", "٣", "nombre de 1 à 65535"),
        ("ca_file", "/nowhere/igc.pem", "introuvable"),
        ("client_certificate", "~nobody-of-that-name/c.pem", "introuvable"),
    ],
)
def test_a_bad_field_has_its_own_sentence(field: str, text: str, sentence: str) -> None:
    found = faults(replace(GOOD, **{field: text}))  # type: ignore[arg-type]  # all are texts
    assert list(found) == [field]
    assert sentence in found[field]


def test_a_good_form_has_no_fault(tmp_path: Path) -> None:
    authorities = tmp_path / "igc.pem"
    authorities.touch()
    assert faults(replace(GOOD, ca_file=str(authorities))) == {}


def test_a_command_needs_no_password_but_a_command() -> None:
    form = replace(GOOD, password="", secret_origin=SecretOrigin.COMMAND)
    assert list(faults(form)) == ["secret_command"]
    assert faults(replace(form, secret_command="pass show mss")) == {}
    assert "guillemet" in faults(replace(form, secret_command="pass 'mss"))["secret_command"]


def test_a_token_still_needs_a_password_for_the_local_store() -> None:
    form = replace(GOOD, password="", secret_origin=SecretOrigin.TOKEN_COMMAND, secret_command="x")
    assert "boîte locale" in faults(form)["password"]
