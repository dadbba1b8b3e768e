"""Passwords and tokens, with real commands and a keyring in memory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError

from tui_mailer.backend.secrets import Secrets
from tui_mailer.domain.account import Account, Credentials, Endpoint, SecretOrigin
from tui_mailer.domain.errors import SecretUnavailable
from tui_mailer.domain.ports import SecretSource

HOST = Endpoint("mail.exemple.fr", 143)
USER = "jeanne@hopital.mssante.fr"


def account(origin: SecretOrigin, *command: str) -> Account:
    return Account(USER, HOST, HOST, secret_origin=origin, secret_command=command)


def script(*lines: str) -> tuple[str, ...]:
    return (sys.executable, "-c", "\n".join(lines))


def counting(file: Path) -> tuple[str, ...]:
    """A command that answers `jeton-1`, then `jeton-2`..."""
    return script(
        f"runs = open({str(file)!r}, 'a+')",
        "runs.write('x'); runs.flush(); runs.seek(0)",
        "print(f'jeton-{len(runs.read())}')",
    )


class MemoryKeyring(KeyringBackend):
    """A keyring in memory; `failure`, when set, is what every use of it raises."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # (its base is untyped)
        self.held: dict[tuple[str, str], str] = {}
        self.failure: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def memory_keyring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


def test_is_a_secret_source(secrets: Secrets) -> None:
    source: SecretSource = secrets
    assert source is secrets


async def test_a_typed_password_is_asked_for_until_it_is_remembered(secrets: Secrets) -> None:
    typed = account(SecretOrigin.TYPED)
    assert await secrets.credentials(typed) is None
    given = Credentials(USER, password="s3cret")
    await secrets.remember(typed, given)
    assert await secrets.credentials(typed) == given
    assert await secrets.credentials(replace(typed, address="autre@x.fr")) is None
    assert await Secrets().credentials(typed) is None


async def test_a_command_answers_with_its_first_line(secrets: Secrets) -> None:
    command = script("print('mot de passe é ')", "print('autre ligne')")
    found = await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="mot de passe é ")


async def test_a_line_ended_as_on_windows_is_the_password_alone(secrets: Secrets) -> None:
    command = script("import sys; sys.stdout.buffer.write(b'abc\\r\\n')")
    found = await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="abc")


async def test_a_command_goes_through_no_shell(secrets: Secrets, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    found = await secrets.credentials(
        account(SecretOrigin.COMMAND, "echo", f"$HOME; touch {trace}")
    )
    assert found == Credentials(USER, password=f"$HOME; touch {trace}")
    assert not trace.exists()


async def test_a_command_knows_no_secret_and_reads_no_key(secrets: Secrets) -> None:
    await secrets.remember(account(SecretOrigin.TYPED), Credentials(USER, password="s3cret"))
    command = script("import os, sys", "print('s3cret' in str(os.environ), sys.stdin.read())")
    found = await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="False ")


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        ((), "aucune commande n’est indiquée"),
        (("/nulle/part/passe", "--s3cret"), "la commande « passe » n’a pas pu être lancée"),
        (("pa\0sse",), "la commande « pa␀sse » n’a pas pu être lancée"),
        (("false",), "la commande « false » a échoué (code 1)"),
        (("true",), "la commande « true » n’a rien répondu"),
        (("echo", ""), "la commande « echo » n’a rien répondu"),
        (("printf", r"\377\n"), "la commande « printf » n’a pas répondu en UTF-8"),
    ],
)
async def test_a_command_that_gives_nothing_says_so(
    secrets: Secrets, command: tuple[str, ...], subject: str
) -> None:
    with pytest.raises(SecretUnavailable) as caught:
        await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert caught.value.subject == subject
    assert not isinstance(caught.value.__context__, UnicodeError)


async def test_what_a_failing_command_writes_is_neither_shown_nor_kept(
    secrets: Secrets, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ("sh", "-c", "echo s3cret; echo s3cret-erreur >&2; exit 7")
    with pytest.raises(SecretUnavailable) as caught:
        await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    error = caught.value
    assert "s3cret" not in error.explanation + error.server_words + repr(error)
    assert error.__context__ is None
    assert capfd.readouterr() == ("", "")


async def test_a_slow_command_is_ended_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = ("sh", "-c", f"sleep 600 & echo $$ $! > {pids}; wait")
    with pytest.raises(SecretUnavailable) as caught:
        await Secrets(timeout_s=0.5).credentials(account(SecretOrigin.COMMAND, *command))
    assert caught.value.subject == "la commande « sh » n’a pas répondu en 0.5 s"
    async with asyncio.timeout(10):
        for pid in pids.read_text().split():
            while _is_running(pid):
                await asyncio.sleep(0.01)


async def test_a_command_is_told_of_no_terminal_to_ask_on(
    secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPG_TTY", "/dev/pts/3")
    command = script(
        "import os",
        "try: os.open('/dev/tty', os.O_RDWR)",
        "except OSError: print('aucun', os.environ.get('GPG_TTY'))",
    )
    found = await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="aucun None")


@pytest.mark.parametrize("agent", ["sleep 3", "setsid sleep 3"])
async def test_a_command_that_leaves_an_agent_behind_has_answered(agent: str) -> None:
    command = ("sh", "-c", f"{agent} & echo s3cret")
    async with asyncio.timeout(2):
        found = await Secrets().credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="s3cret")


async def test_an_agent_that_nobody_can_end_holds_up_nobody() -> None:
    command = ("sh", "-c", "setsid sleep 3 & exec sleep 600")
    with pytest.raises(SecretUnavailable) as caught:
        async with asyncio.timeout(2):
            await Secrets(timeout_s=0.3).credentials(account(SecretOrigin.COMMAND, *command))
    assert "n’a pas répondu" in caught.value.subject


async def test_an_answer_may_come_after_the_command_itself_has_ended(secrets: Secrets) -> None:
    command = ("sh", "-c", "(sleep 0.3; printf s3cret) &")
    found = await secrets.credentials(account(SecretOrigin.COMMAND, *command))
    assert found == Credentials(USER, password="s3cret")


async def test_a_cancelled_call_ends_its_command(secrets: Secrets, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    command = ("sh", "-c", f"echo $$ > {pids}.part; mv {pids}.part {pids}; exec sleep 600")
    task = asyncio.create_task(secrets.credentials(account(SecretOrigin.COMMAND, *command)))
    async with asyncio.timeout(10):
        while not pids.exists():
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        while _is_running(pids.read_text().strip()):
            await asyncio.sleep(0.01)
    assert task.cancelled()


async def test_a_command_that_talks_without_end_is_cut(secrets: Secrets) -> None:
    with pytest.raises(SecretUnavailable) as caught:
        await secrets.credentials(account(SecretOrigin.COMMAND, "yes"))
    assert "a échoué" in caught.value.subject


async def test_a_token_is_fetched_once_and_renewed_when_asked(
    secrets: Secrets, tmp_path: Path
) -> None:
    token = account(SecretOrigin.TOKEN_COMMAND, *counting(tmp_path / "runs"))
    first = await secrets.credentials(token)
    assert first == Credentials(USER, token="jeton-1")
    assert await secrets.credentials(token) == first
    second = Credentials(USER, token="jeton-2")
    assert await secrets.credentials(token, refused=first) == second
    assert await secrets.credentials(token) == second


async def test_a_login_refused_late_takes_the_token_that_another_has_fetched_since(
    secrets: Secrets, tmp_path: Path
) -> None:
    token = account(SecretOrigin.TOKEN_COMMAND, *counting(tmp_path / "runs"))
    first = await secrets.credentials(token)
    second = await secrets.credentials(token, refused=first)
    assert await secrets.credentials(token, refused=first) == second
    assert await secrets.credentials(token, refused=second) == Credentials(USER, token="jeton-3")


async def test_two_logins_at_once_fetch_one_token(secrets: Secrets, tmp_path: Path) -> None:
    token = account(SecretOrigin.TOKEN_COMMAND, *counting(tmp_path / "runs"))
    one, two = await asyncio.gather(secrets.credentials(token), secrets.credentials(token))
    assert one == two == Credentials(USER, token="jeton-1")
    one, two = await asyncio.gather(
        secrets.credentials(token, refused=one), secrets.credentials(token, refused=one)
    )
    assert one == two == Credentials(USER, token="jeton-2")


async def test_a_token_that_cannot_be_renewed_stays_the_old_one(
    secrets: Secrets, tmp_path: Path
) -> None:
    once = ("sh", "-c", f"mkdir {tmp_path}/once 2>/dev/null && echo jeton")
    token = account(SecretOrigin.TOKEN_COMMAND, *once)
    first = await secrets.credentials(token)
    with pytest.raises(SecretUnavailable):
        await secrets.credentials(token, refused=first)
    assert await secrets.credentials(token) == Credentials(USER, token="jeton")


async def test_the_keyring_keeps_what_was_typed(
    secrets: Secrets, memory_keyring: MemoryKeyring
) -> None:
    kept = account(SecretOrigin.KEYRING)
    assert await secrets.credentials(kept) is None
    given = Credentials(USER, password="s3cret")
    await secrets.remember(kept, given)
    assert memory_keyring.held == {("tui-mailer", USER): "s3cret"}
    assert await Secrets().credentials(kept) == given


async def test_a_password_typed_again_replaces_the_one_in_the_keyring(
    secrets: Secrets, memory_keyring: MemoryKeyring
) -> None:
    kept = account(SecretOrigin.KEYRING)
    memory_keyring.held["tui-mailer", USER] = "ancien"
    await secrets.remember(kept, Credentials(USER, password="nouveau"))
    assert await secrets.credentials(kept) == Credentials(USER, password="nouveau")
    assert memory_keyring.held["tui-mailer", USER] == "nouveau"


async def test_a_typed_password_touches_no_keyring(
    secrets: Secrets, memory_keyring: MemoryKeyring
) -> None:
    await secrets.remember(account(SecretOrigin.TYPED), Credentials(USER, password="s3cret"))
    assert memory_keyring.held == {}


@pytest.mark.parametrize(
    ("failure", "subject"),
    [
        (NoKeyringError("none"), "ce poste n’a pas de trousseau"),
        (KeyringLocked("locked"), "le trousseau est verrouillé ou refuse"),
        (RuntimeError("s3cret"), "le trousseau ne fonctionne pas"),
    ],
)
async def test_a_keyring_that_fails_says_so_and_the_session_goes_on(
    secrets: Secrets, memory_keyring: MemoryKeyring, failure: Exception, subject: str
) -> None:
    kept = account(SecretOrigin.KEYRING)
    memory_keyring.failure = failure
    with pytest.raises(SecretUnavailable) as caught:
        await secrets.credentials(kept)
    assert caught.value.subject == subject
    given = Credentials(USER, password="s3cret")
    with pytest.raises(SecretUnavailable):
        await secrets.remember(kept, given)
    assert await secrets.credentials(kept) == given


@pytest.mark.parametrize("answer", [42, b"s3cret", ["s3cret"]])
async def test_a_keyring_that_answers_no_text_does_not_work(
    secrets: Secrets, memory_keyring: MemoryKeyring, answer: object
) -> None:
    memory_keyring.held["tui-mailer", USER] = answer  # type: ignore[assignment]
    with pytest.raises(SecretUnavailable) as caught:
        await secrets.credentials(account(SecretOrigin.KEYRING))
    assert caught.value.subject == "le trousseau ne fonctionne pas"


HANGING = """
import asyncio, sys, time
import keyring
from keyring.backend import KeyringBackend
from tui_mailer.backend.secrets import Secrets
from tui_mailer.domain.account import Account, Credentials, Endpoint, SecretOrigin
from tui_mailer.domain.errors import SecretNotKept, SecretUnavailable

class Hanging(KeyringBackend):
    priority = 1
    def get_password(self, service, user): time.sleep(600)
    def set_password(self, service, user, password): time.sleep(600)

async def use():
    host = Endpoint("mail.exemple.fr", 143)
    account = Account("a@b.fr", host, host, secret_origin=SecretOrigin.KEYRING)
    secrets = Secrets(timeout_s=0.2)
    try:
        await secrets.credentials(account)
    except SecretUnavailable as error:
        print(error.subject)
    try:
        await secrets.remember(account, Credentials("a@b.fr", "s3cret"))
    except SecretNotKept as error:
        print(error.subject)
    print((await secrets.credentials(account)).password)

keyring.set_keyring(Hanging())
asyncio.run(use())
"""


def test_a_keyring_that_hangs_holds_up_neither_the_login_nor_the_end() -> None:
    """As one that asks to be unlocked on a screen that nobody sees, over SSH."""
    command = [sys.executable, "-c", HANGING]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "le trousseau n’a pas répondu en 0.2 s\n" * 2 + "s3cret\n"


def test_the_keyring_library_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, tui_mailer.backend.secrets; print('keyring' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def _is_running(pid: str) -> bool:
    """False for a process that has ended, a zombie nobody waited for included."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_probe_of_these_tests_sees_a_living_process() -> None:
    assert _is_running(str(os.getpid()))
