"""`tui-mailer audit` in a terminal: the passphrase is asked there, the journal goes to a file."""

import fcntl
import json
import os
import pty
import subprocess
import sys
import termios
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from engine_helpers import cheap_derivation

from tui_mailer.backend.store import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Endpoint, SecretOrigin
from tui_mailer.domain.journal import Deed, JournalEntry, journal_time
from tui_mailer.domain.safe_text import SafeText
from tui_mailer.engine.engine import utc_now
from tui_mailer.settings.writer import SettingsFile

PASSWORD = "cheval agrafe"
ACCOUNT = Account(
    "marie.martin@medecin.mssante.fr",
    Endpoint("imap.mssante.fr", 143),
    Endpoint("smtp.mssante.fr", 587),
)


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """A home directory whose store holds three lines."""
    SettingsFile(tmp_path / "config" / "tui-mailer" / "reglages.toml").save(ACCOUNT)
    opener = EncryptedStoreOpener(tmp_path / "data" / "tui-mailer", cheap_derivation())
    store = await opener.open(ACCOUNT, PASSWORD)
    at, address = journal_time(utc_now()), SafeText(ACCOUNT.address)
    entry = JournalEntry(at, address, SafeText("marie"), SafeText(Deed.READ.value))
    await store.add_to_journal([entry] * 3)
    await store.close()
    return tmp_path


def audit(
    home: Path,
    *arguments: str,
    password: str = PASSWORD,
    typed: bytes = b"",
    stdout: int | IO[str] = subprocess.PIPE,
    **environment: str,
) -> tuple[int, str, str]:
    """Run it with a terminal that answers the question; status, standard output, terminal."""
    ours, theirs = pty.openpty()
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    with subprocess.Popen(
        [sys.executable, "-m", "tui_mailer", "audit", "--since", "2020-01-01", *arguments],
        stdin=theirs,
        stdout=stdout,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        env={**os.environ, **places, **environment},
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while b"Mot de passe" not in shown:
                shown += os.read(ours, 4_096)
            os.write(ours, typed or f"{password}\n".encode())
            output = process.stdout.read() if process.stdout else b""
            shown += os.read(ours, 65_536)
            while process.poll() is None or b"\n" not in shown[-3:]:
                shown += os.read(ours, 65_536)
        except OSError:
            pass  # the terminal is gone with the program
        status = process.wait()
    os.close(ours)
    return status, output.decode(), shown.decode()


def test_the_journal_is_printed_and_the_passphrase_is_not(home: Path) -> None:
    status, output, terminal = audit(home, "--format", "json")
    assert status == 0
    lines = json.loads(output)
    assert [line["action"] for line in lines] == ["lecture"] * 3 + ["export du journal"]
    assert "4 lignes vérifiées" in terminal
    assert PASSWORD not in output + terminal


async def test_a_journal_that_was_touched_gives_2_and_a_line_in_french(home: Path) -> None:
    store = await EncryptedStoreOpener(home / "data" / "tui-mailer").open(ACCOUNT, PASSWORD)
    await store._database.execute("DROP TRIGGER journal_kept")
    await store._database.execute("DELETE FROM journal WHERE number = 2")
    await store.close()
    status, output, terminal = audit(home, "--account", ACCOUNT.address)
    assert status == 2
    assert output.splitlines()[0].startswith("ligne;date;compte")
    assert "Le journal a été modifié hors du programme" in terminal
    assert "ligne 3 : des lignes manquent avant celle-ci" in terminal


def test_a_wrong_passphrase_prints_nothing(home: Path) -> None:
    status, output, terminal = audit(home, password="faux")
    assert (status, output) == (1, "")
    assert "n’ouvre pas la boîte locale" in terminal


def run(home: Path, *arguments: str, before: str = 'exec "$@"') -> subprocess.CompletedProcess[str]:
    """Run it without any terminal, by the words of a shell."""
    places = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    return subprocess.run(
        ["sh", "-c", before, "sh", sys.executable, "-m", "tui_mailer", "audit", *arguments],
        input=PASSWORD,
        capture_output=True,
        text=True,
        start_new_session=True,
        env={**os.environ, **places},
    )


def test_without_a_terminal_nobody_is_asked_and_nothing_is_printed(home: Path) -> None:
    ran = run(home, "--since", "2020-01-01")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "à un terminal" in ran.stderr


def test_an_account_never_opened_here_has_no_journal(tmp_path: Path) -> None:
    SettingsFile(tmp_path / "config" / "tui-mailer" / "reglages.toml").save(ACCOUNT)
    ran = run(tmp_path, "--since", "2020-01-01")
    assert ran.returncode == 1
    assert "pas de boîte locale" in ran.stderr
    assert not list(tmp_path.rglob("*.db"))


async def test_an_error_output_that_is_closed_puts_nothing_into_the_journal(home: Path) -> None:
    account = replace(
        ACCOUNT, secret_origin=SecretOrigin.COMMAND, secret_command=("printf", "%s", PASSWORD)
    )
    SettingsFile(home / "config" / "tui-mailer" / "reglages.toml").save(account)
    # Standard input too: the next file that is opened would take its place.
    ran = run(home, "--since", "2020-01-01", "--format", "json", before='exec "$@" <&- 2>&-')
    assert [line["action"] for line in json.loads(ran.stdout)] == [
        "lecture", "lecture", "lecture", "export du journal",
    ]  # fmt: skip
    assert ran.returncode == 0
    ran = run(home, "--since", "2020-01-01", "--account", "autre@chu.fr", before='exec "$@" 2>&-')
    assert (ran.returncode, ran.stdout) == (1, "")


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_the_file_is_utf_8_whatever_the_terminal_speaks(home: Path, form: str) -> None:
    store = await EncryptedStoreOpener(home / "data" / "tui-mailer").open(ACCOUNT, PASSWORD)
    at, address = journal_time(utc_now()), SafeText(ACCOUNT.address)
    await store.add_to_journal([JournalEntry(at, address, SafeText("marie"), SafeText("œuvré"))])
    await store.close()
    status, output, _ = audit(home, "--format", form, PYTHONIOENCODING="ascii")
    assert status == 0
    assert "œuvré" in output


def test_a_file_that_finds_no_room_is_said_to_be_incomplete(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        status, _, terminal = audit(home, stdout=full)
    assert status == 1
    assert "pas pu être écrit en entier" in terminal
    assert "inattendue" not in terminal
    assert "Journal intact" not in terminal


@pytest.mark.parametrize("typed", [b"\x04", b"\xe9t\xe9\n"], ids=["end of file", "Latin-1"])
def test_a_question_left_without_an_answer_is_no_incident(home: Path, typed: bytes) -> None:
    status, output, terminal = audit(home, typed=typed, PYTHONUTF8="1")
    assert (status, output) == (1, "")
    assert "Aucun mot de passe lisible" in terminal
    assert "inattendue" not in terminal


def test_a_period_that_ends_before_it_begins_is_refused(home: Path) -> None:
    ran = run(home, "--since", "2026-06-30", "--until", "2026-01-01")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "finit avant de commencer" in ran.stderr
