"""Templates: their fields, their files, and no INS in any of them."""

from pathlib import Path

import pytest

from tui_mailer.domain.template import TemplateFields, read_template, sender_name
from tui_mailer.settings.templates import TemplateFolder

FIELDS = TemplateFields("Dominique PAT-TROIS", "Dr Marie MARTIN", "2 mars 2026")


def test_a_file_is_a_subject_on_its_first_line_and_a_text() -> None:
    template = read_template(
        "Rendez-vous", "Objet : Votre rendez-vous\n\nBonjour {patient},\n\nÀ bientôt\n"
    )
    assert (template.title, template.subject) == ("Rendez-vous", "Votre rendez-vous")
    assert template.body == "Bonjour {patient},\n\nÀ bientôt"


def test_a_file_without_a_subject_is_all_text() -> None:
    template = read_template("Note", "Bonjour,\r\nObjet : rien\r\n")
    assert (template.subject, template.body) == ("", "Bonjour,\nObjet : rien")


def test_the_fields_are_filled_in_and_other_braces_stay() -> None:
    text = "Objet : Le {date}\n\nBonjour {patient}, {inconnu} {{date}}\n{expediteur}"
    filled = read_template("x", text).filled(FIELDS)
    assert filled.subject == "Le 2 mars 2026"
    assert filled.body == "Bonjour Dominique PAT-TROIS, {inconnu} {2 mars 2026}\nDr Marie MARTIN"


def test_what_a_name_holds_is_no_field() -> None:
    filled = read_template("x", "{patient} {date}").filled(TemplateFields("{date}", "", "hier"))
    assert filled.body == "{date} hier"


def test_without_a_known_name_the_patient_is_greeted_courteously() -> None:
    assert read_template("x", "{patient}").filled(TemplateFields("", "", "")).body == (
        "Madame, Monsieur"
    )


@pytest.mark.parametrize(
    "text",
    ["279035121518989", "INS 2 79 03 51 215 189 89.", "284052a32102552", "2-79-03-51-215-189-89"],
)
def test_an_ins_in_a_template_is_seen(text: str) -> None:
    assert read_template("x", f"Bonjour, {text}").holds_ins


@pytest.mark.parametrize("text", ["279035121518988", "04 72 00 00 00", "1" * 30, ""])
def test_other_numbers_are_no_ins(text: str) -> None:
    assert not read_template("x", text).holds_ins


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Dr_Marie_MARTIN_Cabinet Martin", "Dr Marie MARTIN"),
        ("Marie_MARTIN", "Marie MARTIN"),
        ("Hôpital A – Cardiologie", "Hôpital A – Cardiologie"),
        ("", ""),
    ],
)
def test_a_sender_signs_without_the_underscores_of_the_label(label: str, name: str) -> None:
    assert sender_name(label) == name


def test_the_program_s_own_templates_are_ready_and_hold_no_ins(tmp_path: Path) -> None:
    templates = TemplateFolder(tmp_path / "reglages.toml").templates()
    titles = [template.title for template in templates]
    assert titles == sorted(titles, key=str.casefold)
    assert {"Rendez-vous", "Résultats", "Demande de document", "Fin des échanges"} <= set(titles)
    for template in templates:
        assert template.subject
        assert "{expediteur}" in template.body
        assert not template.holds_ins


def test_the_user_s_own_stand_beside_the_settings_and_go_first(tmp_path: Path) -> None:
    own = tmp_path / "modeles"
    own.mkdir()
    (own / "rendez-vous.txt").write_text("Le mien", encoding="utf-8")
    (own / "Arrêt.txt").write_text("Objet : Arrêt\n\nBonjour", encoding="utf-8")
    (own / "image.png").write_bytes(b"\x89PNG")
    (own / "cassé.txt").write_bytes(b"\xff\xfe")
    (own / "grand.txt").write_text("x" * 200_000)
    (own / "dossier.txt").mkdir()
    (own / "lien.txt").symlink_to(tmp_path / "absent")
    found = {
        template.title: template for template in TemplateFolder(tmp_path / "r.toml").templates()
    }
    assert found["rendez-vous"].body == "Le mien"
    assert "Rendez-vous" not in found
    assert found["Arrêt"].subject == "Arrêt"
    assert not {"image", "cassé", "grand", "dossier", "lien"} & set(found)
