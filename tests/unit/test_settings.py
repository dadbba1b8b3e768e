import errno
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tui_mailer.domain.account import Account, Endpoint, SecretOrigin, Security
from tui_mailer.domain.errors import SettingsInvalid, SettingsNotSaved
from tui_mailer.settings.model import Settings
from tui_mailer.settings.reader import load
from tui_mailer.settings.writer import SettingsFile

ACCOUNT = Account(
    "dr.martin@cabinet-martin.aura.mssante.fr",
    Endpoint("imap.exemple.mssante.fr", 143),
    Endpoint("smtp.exemple.mssante.fr", 465, Security.TLS),
    sender_label="Dr_Marie_MARTIN_Cabinet Médical",
    ca_file=Path("/etc/igc-sante.pem"),
    secret_origin=SecretOrigin.COMMAND,
    secret_command=("pass", "show", "mss"),
    nil="3734",
    patient_domain="patient.test.mssante.fr",
    test_identities=True,
    login="899700123456",
)


HALF = '[[compte]]\nadresse = "a@b.fr"\nimap_serveur = "i"\nsmtp_serveur = "s"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "reglages.toml"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_an_absent_file_means_the_defaults(file: Path) -> None:
    assert load(file) == Settings()


def test_an_account_comes_back_as_it_was_saved(file: Path) -> None:
    SettingsFile(file).save(ACCOUNT)
    assert SettingsFile(file).accounts() == (ACCOUNT,)


def test_the_file_is_private(file: Path) -> None:
    SettingsFile(file).save(ACCOUNT)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_saving_an_account_keeps_the_users_comments_and_the_other_accounts(file: Path) -> None:
    write(
        file,
        "# mes réglages\ndelai_annulation_s = 20\n\n"
        '[[compte]]\nadresse = "autre@exemple.mssante.fr"\n'
        'imap_serveur = "imap.exemple"\nsmtp_serveur = "smtp.exemple"\n',
    )
    SettingsFile(file).save(ACCOUNT)
    SettingsFile(file).save(ACCOUNT)
    assert "# mes réglages" in file.read_text(encoding="utf-8")
    settings = load(file)
    assert settings.options.undo_send_s == 20
    assert [account.address for account in settings.accounts] == [
        "autre@exemple.mssante.fr",
        ACCOUNT.address,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "à = [",
        "\0",
        HALF + 'imap_port = "beaucoup"\n',
        HALF + "imap_port = 1\n" * 2,
        "releve_s = " + "9" * 5_000,
        "à = " + "[" * 3_000 + "]" * 3_000,
        'liste_blanche = "~personne/liste.xml"\n',
    ],
)
def test_a_file_that_was_mended_badly_stays_as_it_is(file: Path, text: str) -> None:
    write(file, text)
    with pytest.raises(SettingsInvalid):
        SettingsFile(file).save(replace(ACCOUNT, address="a@b.fr"))
    assert file.read_text(encoding="utf-8") == text
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "text",
    [
        HALF.rstrip(),
        HALF + "# fin",
        HALF + "   ",
        HALF.replace("\n", "\r\n"),
        "compte = []\n",
        "compte = []\nreleve_s = 60",
        'compte = [{adresse = "a@b.fr", imap_serveur = "i", smtp_serveur = "s"}]\nreleve_s = 60\n',
        'compte = [\n  {adresse = "a@b.fr", imap_serveur = "i", smtp_serveur = "s"},\n]',
    ],
)
@pytest.mark.parametrize("saved", [ACCOUNT, replace(ACCOUNT, address="a@b.fr")])
def test_what_was_saved_can_be_read_however_the_file_is_written(
    file: Path, text: str, saved: Account
) -> None:
    before = load(write(file, text))
    SettingsFile(file).save(saved)
    after = load(file)
    others = [one for one in before.accounts if one.address != saved.address]
    assert [*after.accounts] == [*others, saved]
    assert replace(after, accounts=()) == replace(before, accounts=())


def test_what_nobody_could_read_again_is_not_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file, HALF)
    monkeypatch.setattr("tomlkit.dumps", lambda _document: HALF + "[[compte]")
    with pytest.raises(SettingsNotSaved) as failed:
        SettingsFile(file).save(ACCOUNT)
    assert str(file) in failed.value.headline
    assert file.read_text(encoding="utf-8") == HALF


def test_a_file_that_cannot_be_written_is_said_so(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    write(file, HALF)
    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(SettingsNotSaved):
        SettingsFile(file).save(ACCOUNT)
    assert file.read_text(encoding="utf-8") == HALF
    assert list(file.parent.iterdir()) == [file]


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "reglages du poste.toml"
    real.write_text(HALF)
    file.parent.mkdir()
    file.symlink_to(real)
    SettingsFile(file).save(ACCOUNT)
    assert file.is_symlink()
    assert ACCOUNT in load(real).accounts


def test_changing_an_account_touches_only_the_lines_that_differ(file: Path) -> None:
    text = (
        "[[compte]]\n"
        'adresse = "a@b.mssante.fr" # ma boîte\n'
        'imap_serveur = "i" # chez l’opérateur\n'
        'smtp_serveur = "s"\n'
        'x_mss_nil = "3734"\n'
    )
    book = SettingsFile(write(file, text))
    (account,) = book.accounts()
    book.save(account)
    assert file.read_text(encoding="utf-8") == text
    book.save(replace(account, imap=Endpoint("autre", 143), nil=""))
    changed = text.replace('"i" #', '"autre" #').replace('x_mss_nil = "3734"\n', "")
    assert file.read_text(encoding="utf-8") == changed


def test_an_account_has_the_defaults_of_the_field(file: Path) -> None:
    write(file, '[[compte]]\nadresse = "a@b.mssante.fr"\nimap_serveur = "i"\nsmtp_serveur = "s"\n')
    account = load(file).accounts[0]
    assert account.imap == Endpoint("i", 143, Security.STARTTLS)
    assert account.smtp == Endpoint("s", 587, Security.STARTTLS)
    assert account.patient_domain == "patient.mssante.fr"
    assert account.secret_origin is SecretOrigin.TYPED


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("delai_anulation_s = 3", "delai_anulation_s"),
        ('releve_s = "souvent"', "releve_s"),
        ("releve_s = -1", "releve_s"),
        ("releve_s = true", "releve_s"),
        ("compte = 3", "[[compte]]"),
        ("compte = [1]", "[[compte]]"),
        ("releve_s = 0", "releve_s"),
        (HALF + "imap_port = 70000", "imap_port"),
        ("delai_annulation_s = 3\n\nreleve_s = oui\n", "ligne 3"),
        ('[[compte]]\nimap_serveur = "i"', "adresse"),
        ('[[compte]]\nadresse = "a@b.fr"', "imap_serveur"),
        ('[[compte]]\nadresse = "a@b.fr"\nmot_de_passe = "x"', "mot_de_passe"),
        (
            HALF + 'imap_securite = "aucune"',
            "imap_securite",
        ),
        (
            HALF + "imap_port = true",
            "imap_port",
        ),
        ("à = [", "TOML"),
        (HALF + "imap_port = 143\nimap_port = 993\n", "ligne 6, le même réglage y est déjà"),
        (
            HALF.replace('"i"', "« i »"),
            "ligne 3, n’est pas du TOML : un texte est entre guillemets",
        ),
        (HALF + "releve_s = 60", "« releve_s » se place avant le premier [[compte]]"),
        ("imap_port = 993\n" + HALF, "« imap_port » se place sous un [[compte]]"),
        (HALF.replace("a@b.fr", "@"), "« adresse » s’écrit nom@domaine"),
        (HALF.replace("a@b.fr", " a@b.fr"), "« adresse » s’écrit nom@domaine"),
        (HALF.replace("a@b.fr", "Dr A <a@b.fr>"), "« adresse » s’écrit nom@domaine"),
        (HALF.replace("a@b.fr", "a\\u200b@b.fr"), "« adresse » s’écrit nom@domaine"),
        (HALF.replace('"i"', '" "'), "« imap_serveur » est un nom de serveur seul"),
        (HALF.replace('"s"', '"smtps://s"'), "« smtp_serveur » est un nom de serveur seul"),
        (HALF.replace('"s"', '"s:465"'), "« smtp_serveur » est un nom de serveur seul"),
        (HALF + 'identifiant = "a\\nb"', "« identifiant » tient sur une ligne"),
        (HALF + 'nom_affiche = "Dr A\\nBcc: x@y.fr"', "« nom_affiche » tient sur une ligne"),
        (HALF + 'autorites = "igc\\u0000.pem"', "autorites"),
        ('liste_blanche = "~personne/liste.xml"', "liste_blanche"),
        ('dossier_pieces_jointes = "~personne"', "dossier_pieces_jointes"),
        (HALF + 'autorites = "~personne/igc.pem"', "autorites"),
        ("verrouillage_min = 0", "« verrouillage_min » doit être entre 1 et 120"),
        ("verrouillage_min = 121", "« verrouillage_min » doit être entre 1 et 120"),
        ("verrouillage_min = false", "« verrouillage_min » n’a pas la forme attendue"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(file: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        load(write(file, text))
    assert named in refused.value.explanation


@pytest.mark.parametrize("second", ["a@b.fr", "A@B.FR"])
def test_of_two_accounts_with_one_address_none_is_chosen_in_silence(
    file: Path, second: str
) -> None:
    text = HALF + HALF.replace("a@b.fr", second).replace('"s"', '"autre"')
    with pytest.raises(SettingsInvalid) as refused:
        load(write(file, text))
    assert "deux [[compte]] ont la même « adresse »" in refused.value.explanation
    with pytest.raises(SettingsInvalid):
        SettingsFile(file).save(replace(ACCOUNT, address="a@b.fr"))
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "domain", ["", " ", "@patient.mssante.fr", " patient.mssante.fr", "patient.mssante.fr\\u200b"]
)
def test_a_domain_of_patients_that_no_address_has_is_refused(file: Path, domain: str) -> None:
    """No mail would be a patient's."""
    with pytest.raises(SettingsInvalid) as refused:
        load(write(file, HALF + f'domaine_patients = "{domain}"\n'))
    assert "domaine_patients" in refused.value.headline


@pytest.mark.parametrize("host", ["i", "mail_1", "imap.operateur.fr", "10.0.0.1", "::1"])
def test_a_server_is_a_name_or_an_ip_address(file: Path, host: str) -> None:
    assert load(write(file, HALF.replace('"i"', f'"{host}"'))).accounts[0].imap.host == host


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsInvalid):
        load(file)
    file.write_text(HALF + "# Hélène\n", encoding="latin-1")
    with pytest.raises(SettingsInvalid) as refused:
        load(file)
    assert "ligne 5, n’est pas en UTF-8 : enregistrez-le ainsi" in refused.value.headline


def test_a_file_that_may_not_be_read_is_said_so_with_its_place(file: Path) -> None:
    file.mkdir(parents=True)
    with pytest.raises(SettingsInvalid) as refused:
        load(file)
    assert str(file) in refused.value.headline
    assert "le droit de le lire" in refused.value.advice
    assert "cette ligne" not in refused.value.advice


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("", 30), ("verrouillage_min = 1", 1), ("verrouillage_min = 7.5", 7.5)],
)
def test_the_screen_is_locked_after_half_an_hour_or_what_is_set(
    file: Path, text: str, minutes: float
) -> None:
    assert load(write(file, text)).lock_after == timedelta(minutes=minutes)


def test_the_white_list_is_a_file_of_the_user(file: Path) -> None:
    found = load(write(file, 'liste_blanche = "~/liste.xml"\n'))
    assert found.options.white_list == Path.home() / "liste.xml"
    assert load(write(file, 'liste_blanche = ""\n')).options.white_list is None
    with pytest.raises(SettingsInvalid):
        load(write(file, "liste_blanche = 3\n"))


def test_an_address_in_another_case_is_the_same_account(tmp_path: Path) -> None:
    host = Endpoint("mail.exemple.fr", 143)
    account = Account("Marie.Martin@medecin.mssante.fr", host, host)
    book = SettingsFile(tmp_path / "reglages.toml")
    book.save(account)
    moved = replace(account, address=account.address.lower(), imap=Endpoint("imap.exemple.fr", 993))
    book.save(moved)
    assert tuple(book.accounts()) == (moved,)


def test_a_file_that_an_editor_of_windows_saved_is_read_and_changed(file: Path) -> None:
    write(file, "\ufeffreleve_s = 60\r\n")
    assert load(file).options.poll_s == 60
    SettingsFile(file).save(ACCOUNT)
    assert load(file).accounts == (ACCOUNT,)
    assert load(file).options.poll_s == 60


def test_settings_that_anybody_may_write_are_not_used(file: Path) -> None:
    write(file, HALF).chmod(0o666)
    with pytest.raises(SettingsInvalid) as refused:
        load(file)
    assert "Tous les utilisateurs de ce poste" in refused.value.headline
    assert str(file) in refused.value.headline
    assert "chmod o-w" in refused.value.explanation
    with pytest.raises(SettingsInvalid):
        SettingsFile(file).save(ACCOUNT)
    file.chmod(0o664)  # a group of the user's own
    assert load(file).accounts


def test_settings_that_anybody_may_replace_are_not_used(file: Path, tmp_path: Path) -> None:
    write(file, HALF).parent.chmod(0o777)
    link = tmp_path / "reglages.toml"
    link.symlink_to(file)
    for way in (file, link):
        with pytest.raises(SettingsInvalid) as refused:
            load(way)
        assert str(file.parent) in refused.value.headline
    file.parent.chmod(0o1777)
    assert load(file).accounts


@pytest.mark.parametrize("text", ["delai =", "delai = 3", "journal_mois = 1", "[compte]"])
def test_an_error_says_where_the_file_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "reglages.toml"
    path.write_text(text)
    with pytest.raises(SettingsInvalid) as refused:
        load(path)
    assert f"Corrigez cette ligne de {path}, puis" in refused.value.explanation
