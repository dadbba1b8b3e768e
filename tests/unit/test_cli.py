import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tui_mailer import cli
from tui_mailer.arguments import understood
from tui_mailer.bootstrap import DemoMissing
from tui_mailer.diagnostics import describe, record_incident


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui_mailer", *arguments], capture_output=True, text=True
    )


_INTERRUPTED = """
import os, signal, sys

class WhileLoading:
    def find_spec(self, name, path=None, target=None):
        if name == "tui_mailer.arguments":
            os.kill(os.getpid(), signal.SIGINT)

# As it is for whoever types it: these tests may run in the background, where it is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, WhileLoading())
"""


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-m", "tui_mailer"], [str(Path(sys.executable).parent / "tui-mailer")]],
    ids=["module", "command"],
)
def test_ctrl_c_while_it_loads_ends_it_without_a_traceback(
    tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text(_INTERRUPTED)
    ran = subprocess.run(
        [*command, "ins", "279035121518989"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert ran.returncode == -signal.SIGINT
    assert (ran.stdout, ran.stderr) == ("", "")


def test_ins_prints_one_json_object_and_exits_0_for_a_valid_matricule() -> None:
    ran = run("ins", "2 79 03 51 215 189 89", "--json")
    assert ran.returncode == 0
    answer = json.loads(ran.stdout)
    assert answer["matricule"] == "279035121518989"
    assert answer["address"] == "279035121518989@patient.mssante.fr"
    assert answer["birth_department"] == {"code": "51", "name": "Marne"}
    assert ran.stderr == ""


def test_ins_takes_a_matricule_of_several_words() -> None:
    assert run("ins", "2", "79", "03", "51", "215", "189", "89").returncode == 0


@pytest.mark.parametrize("text", ["279035121518988", "2790351215189", "bonjour", "\x1b[2J", ""])
def test_ins_exits_1_for_an_invalid_matricule_and_says_why(text: str) -> None:
    ran = run("ins", text, "--json")
    assert ran.returncode == 1
    answer = json.loads(ran.stdout)
    assert answer["valid"] is False
    assert answer["address"] is None
    assert answer["errors"]
    assert "\x1b" not in ran.stdout


def test_a_command_that_is_not_understood_gets_a_french_sentence() -> None:
    ran = run("envoyer", "tout")
    assert ran.returncode == 2
    assert "n’est pas comprise" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        (["envoyer"], "demo | compose | ins | audit"),
        (["audit"], "tui-mailer audit [-h] --since JOUR"),
        (["audit", "--since", "2026-01-01", "--format", "xml"], "[--format {csv,json}]"),
        (["compose"], "tui-mailer compose [-h] --ins INS"),
        (["ins"], "tui-mailer ins [-h] [--json] matricule"),
    ],
)
def test_a_command_that_lacks_something_is_told_what_it_takes(
    capsys: pytest.CaptureFixture[str], words: list[str], usage: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert usage in capsys.readouterr().err


def test_a_terminal_cuts_no_word_of_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    path = tmp_path / "reglages.toml"
    words = ["audit", "--since", "2026-01-01", "--reglages", str(path)]
    cli.main(words)
    whole = capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    cli.main(words)
    shown = capsys.readouterr().err
    assert shown.split() == whole.split()
    assert all(len(line) <= 40 or str(path) in line for line in shown.splitlines())


def test_a_word_that_nobody_knows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["ins", "279035121518989", "--jsn\x1b[2J"])
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert "n’est pas comprise : --jsn" in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("command", [["compose", "--ins", "1"], ["audit", "--since", "2026-01-01"]])
def test_the_account_is_named_before_the_command_or_after_it(command: list[str]) -> None:
    account = ["--compte", "a@chu.fr", "--reglages", "r.toml"]
    for words in ([*account, *command], [*command, *account]):
        said = understood(words)
        assert (said.compte, said.reglages) == ("a@chu.fr", Path("r.toml"))
    assert understood(command).compte == ""


def test_an_account_that_is_unknown_is_told_where_one_is_added(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["compose", "--ins", "279035121518989", "--compte", "autre@chu.fr"]
    assert cli.main([*words, "--reglages", str(tmp_path / "reglages.toml")]) == 1
    printed = capsys.readouterr().err
    assert "autre@chu.fr. Rien n’a été ouvert." in printed
    assert "[[compte]]" in printed


def test_an_export_without_any_account_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "reglages.toml"
    assert cli.main(["audit", "--since", "2026-01-01", "--reglages", str(path)]) == 1
    assert f"Aucun compte n’est dans les réglages : {path}." in capsys.readouterr().err


@pytest.mark.parametrize("text", ["01/01/2026", "2026-02-30", "hier", "\x1b[2J", ""])
@pytest.mark.parametrize("name", ["--since", "--until"])
def test_a_day_that_does_not_exist_is_named_and_how_one_is_written(
    capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    assert cli.main(["audit", "--since", "2026-01-01", name, text]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("Ce jour n’existe pas, ou n’est pas écrit comme il faut")
    assert "par exemple 2026-01-31" in printed
    if text.isprintable():
        assert text in printed
    assert "\x1b" not in printed


def test_no_traceback_reaches_a_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def explode(_arguments: object) -> int:
        message = "sujet confidentiel"
        raise RuntimeError(message)

    monkeypatch.setattr(cli, "_run", explode)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert cli.main(["ins", "1"]) == 1
    printed = capsys.readouterr().err
    assert "erreur inattendue" in printed
    assert "Traceback" not in printed
    report = next(tmp_path.rglob("incident.log"))
    assert "RuntimeError" in report.read_text()
    assert "confidentiel" not in report.read_text()


def test_a_report_of_an_incident_is_private_and_holds_no_message(tmp_path: Path) -> None:
    try:
        try:
            raise ValueError("279035121518989")
        except ValueError as cause:
            raise ExceptionGroup("Mme Pat-Trois", [KeyError("secret")]) from cause
    except ExceptionGroup as error:
        path = record_incident(error, tmp_path / "state")
        text = describe(error)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {"ExceptionGroup", "KeyError", "ValueError"} <= set(text.split())
    for secret in ("279035121518989", "Pat-Trois", "secret"):
        assert secret not in text


@pytest.mark.parametrize("words", [[], ["ins"], ["compose"], ["demo"], ["audit"]])
def test_help_is_in_french(words: list[str]) -> None:
    ran = run(*words, "--help")
    assert ran.returncode == 0
    assert ran.stdout.startswith("usage : tui-mailer")
    for english in ("usage:", "options:", "positional", "show ", "optional arguments"):
        assert english not in ran.stdout


def test_an_absent_attachment_is_said_before_anything_opens(tmp_path: Path) -> None:
    ran = run("compose", "--ins", "279035121518989", "--attach", str(tmp_path / "absent.pdf"))
    assert ran.returncode == 1
    assert ran.stderr == (
        "Cette pièce jointe est introuvable ou illisible : absent.pdf. Rien n’a été ouvert. "
        "Vérifiez le chemin donné avec --attach.\n"
    )


@pytest.mark.parametrize("coding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_our_signs_shows_the_answer_all_the_same(coding: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tui_mailer", "ins", "279035121518988"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": coding},
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert ran.stdout.startswith(b"Ce matricule INS n")


@pytest.mark.parametrize("buffered", ["", "1"])
def test_an_answer_that_finds_no_room_is_said_and_is_no_incident(
    tmp_path: Path, buffered: str
) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "tui_mailer", "ins", "279035121518989"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "XDG_STATE_HOME": str(tmp_path),
                "PYTHONUNBUFFERED": buffered,
            },
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Le résultat n’a pas pu être écrit en entier.")
    assert ran.stderr.count("\n") == 1
    assert not list(tmp_path.rglob("incident.log"))


@pytest.mark.parametrize("words", [[], ["demo"], ["compose", "--ins", "279035121518989"]])
def test_without_a_terminal_nothing_opens_and_it_is_said(tmp_path: Path, words: list[str]) -> None:
    places = {f"XDG_{name}_HOME": str(tmp_path) for name in ("CONFIG", "DATA", "STATE")}
    ran = subprocess.run(
        [sys.executable, "-m", "tui_mailer", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **places},
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert ran.stderr.startswith("tui-mailer s’ouvre dans un terminal")
    assert ran.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_demo_is_never_looked_for_under_a_name_that_anybody_may_take() -> None:
    assert f"{sys.executable} -m pip install '.[demo]'" in DemoMissing.advice
    assert "tui_mailer[" not in DemoMissing.advice


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user of whom the machine knows no directory, as in many a container."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_242_424)


@pytest.mark.parametrize("words", [[], ["demo"], ["audit", "--since", "2026-01-01"]])
def test_a_user_without_a_home_is_told_what_to_do(
    nobody: None, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert cli.main(words) == 1
    assert capsys.readouterr().err.startswith("Le dossier personnel de cet utilisateur est intro")


def test_an_incident_of_a_user_without_a_home_is_said_without_a_report(
    nobody: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def explode(_arguments: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(cli, "_run", explode)
    assert cli.main(["ins", "1"]) == 1
    assert capsys.readouterr().err.endswith("non enregistré\n")
