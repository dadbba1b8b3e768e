"""The program as it runs for its users: a process in a terminal, on real servers."""

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_samples import received
from servers.people import ACCOUNTS, PRACTICE
from servers.practice import RealServers

from journeys.pty_program import PtyProgram, running
from tui_mailer.backend.store.opener import EncryptedStoreOpener
from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.datamatrix import GS, HEADER

ENTER, QUIT, SEND, DOWN = "\r", "\x11", "\x13", "\x1b[B"
# Each would do something to a terminal that obeyed it; the marker tells it from our own bytes.
PAYLOADS = {
    "écran": "\x1b[2JPIEGE",
    "titre": "\x1b]0;PIEGE\x07",
    "presse-papiers": "\x1b]52;c;UElFR0U=\x07PIEGE",
    "dcs": "\x1bPPIEGE\x1b\\",
    "c1": "\x9b2JPIEGE\x9d0;PIEGE\x9c",
    "inachevé": "\x1bPIEGE",
    "sens": "\u202ePIEGE\u2066\u200b",
    "balises": "[/][red]PIEGE[@click=app.quit]x[/]",
}


DATAMATRIX = (
    f"{HEADER}S1279035121518989S21.2.250.1.213.1.4.8{GS}S3DOMINIQUE MARIE-LOUISE{GS}"
    f"S4PAT-TROIS{GS}S5FS628-03-1979S751215"
)


def settings(home: Path, servers: RealServers) -> None:
    (home / "secret").write_text(PRACTICE.password)
    file = home / "config" / "tui-mailer" / "reglages.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f'[[compte]]\nadresse = "{PRACTICE.address}"\n'
        f'imap_serveur = "{servers.host}"\nimap_port = {servers.imap_port}\n'
        f'smtp_serveur = "{servers.host}"\nsmtp_port = {servers.smtp_port}\n'
        f'autorites = "{servers.ca_file}"\n'
        f'secret = "command"\nsecret_commande = ["cat", "{home / "secret"}"]\n',
        encoding="utf-8",
    )


def prepare(home: Path, servers: RealServers, *messages: bytes) -> None:
    servers.empty(*(person.address for person in ACCOUNTS))
    for message in messages:
        servers.deliver(PRACTICE.address, message)
    settings(home, servers)


def check_bytes(program: PtyProgram) -> None:
    written = program.written
    assert b"Traceback" not in written
    for sequence in re.findall(rb"\x1b[^\x1b]*?PIEGE", written):
        # The last sequence before it moves the cursor or sets a style: ours.
        assert re.match(rb"\x1b\[[0-9;]*[HCm]", sequence), sequence
    assert b"UElFR0U=" not in re.sub(rb"\xe2\x90\x9b\]52;c;UElFR0U=", b"", written)
    text = written.decode("utf-8", "replace")
    assert not [c for c in text if "\x80" <= c <= "\x9f"]
    assert not [c for c in text if c in "\u202e\u2066\u200b"]


async def log_in(program: PtyProgram) -> None:
    await program.shows("Se connecter")
    program.press(SEND)
    await program.shows("à jour")


async def test_a_paste_presses_no_key_whatever_it_holds(
    real_servers: RealServers, tmp_path: Path
) -> None:
    prepare(tmp_path, real_servers, *(received(f"Lettre {number}") for number in range(3)))
    async with running(tmp_path) as program:
        await log_in(program)
        await program.shows("Lettre 2")
        program.press("\x1b[200~z\x1bXddd\x13\x1b[31m y\x1b[201~")
        program.press("e")
        await program.shows("Objet")
        program.press(QUIT)
        assert await program.ends() == 0
    assert [stored.folder for stored in real_servers.mailbox(PRACTICE.address)] == ["INBOX"] * 3


async def test_hostile_mail_sends_the_terminal_nothing_but_text(
    real_servers: RealServers, tmp_path: Path
) -> None:
    hostile = [
        received(f"{name} {payload}", body=f"corps {payload}\r\n").replace(
            b"Jean DURAND", f"Jean {payload}".replace("\r", "").encode()
        )
        for name, payload in PAYLOADS.items()
    ]
    prepare(tmp_path, real_servers, *hostile)
    async with running(tmp_path) as program:
        await log_in(program)
        await program.shows("PIEGE")
        for _ in PAYLOADS:
            program.press(ENTER)
            await program.shows("corps")
            program.written += b"|"
            program.press("n")
        program.press(QUIT)
        assert await program.ends() == 0
    check_bytes(program)


async def kept_texts(home: Path) -> list[str]:
    """What stands in the drafts of a program that has ended."""
    account = Account(PRACTICE.address, Endpoint("", 0), Endpoint("", 0))
    opener = EncryptedStoreOpener(home / "data" / "tui-mailer")
    store = await opener.open(account, PRACTICE.password)
    try:
        return [draft.body for draft in await store.drafts()]
    finally:
        await store.close()


async def test_a_terminal_that_speaks_latin_1_writes_its_accents(
    real_servers: RealServers, tmp_path: Path
) -> None:
    """The first one ended the program."""
    prepare(tmp_path, real_servers, received("à lire"))
    async with running(tmp_path) as program:
        await log_in(program)
        program.press("e")
        await program.shows("Nouveau message")
        program.press("\t\t\tB\udce9nin\tl\udce9ger \udce0 z\udce9ro.")
        await program.shows("léger à zéro.")
        program.press(QUIT)
        assert await program.ends() == 0
    assert await kept_texts(tmp_path) == ["léger à zéro."]


@pytest.mark.parametrize(("coding", "is_said"), [("ascii", True), ("utf-8", False)])
async def test_a_terminal_that_hides_signs_says_so(
    real_servers: RealServers, tmp_path: Path, coding: str, is_said: bool
) -> None:
    """A result of "≥ 5" would be read as one of "? 5", and so would "≤ 5"."""
    prepare(tmp_path, real_servers, received("TSH basse"))
    async with running(tmp_path, environment={"PYTHONIOENCODING": coding}) as program:
        await program.shows("Se connecter")
        program.press(SEND)
        await program.shows("TSH basse")
        await program.settles(1.0)
        assert ("ne parle pas UTF-8" in program.picture) is is_said
        program.press(QUIT)
        assert await program.ends() == 0


async def test_a_lost_terminal_keeps_the_draft_and_ends(
    real_servers: RealServers, tmp_path: Path
) -> None:
    prepare(tmp_path, real_servers, received("à lire"))
    async with running(tmp_path) as program:
        await log_in(program)
        program.press("e")
        await program.shows("Nouveau message")
        program.press("dr.durand@hopital-sud.aura.mssante.fr")
        await program.shows("durand@hopital")
        program.press("\t\t\tSujet\tprécieux")
        await program.shows("précieux")
        program.process.send_signal(signal.SIGHUP)
        assert await program.ends() == 0
    assert await kept_texts(tmp_path) == ["précieux"]


async def test_a_second_instance_says_so_and_does_no_harm(
    real_servers: RealServers, tmp_path: Path
) -> None:
    prepare(tmp_path, real_servers, received("à lire"))
    async with running(tmp_path) as first:
        await log_in(first)
        async with running(tmp_path) as second:
            await second.shows("déjà ouvert")
            second.press(QUIT)
            assert await second.ends() == 0
        first.press(ENTER)
        await first.shows("Cher confrère")
        first.press(QUIT)
        assert await first.ends() == 0


async def test_what_the_practices_software_asks_goes_to_the_open_program(
    real_servers: RealServers, short_path: Path
) -> None:
    prepare(short_path, real_servers, received("à lire"))
    (short_path / "bilan.pdf").write_bytes(b"%PDF-1.4\n")
    asked = ("compose", "--ins", "2 79 03 51 215 189 89", "--attach", str(short_path / "bilan.pdf"))
    async with running(short_path) as first:
        await log_in(first)
        async with running(short_path, *asked) as second:
            await second.shows("la demande y attend")
            assert await second.ends() == 0
        await first.shows("Marne (51)")
        first.press(ENTER)
        for point in ("Femme — confirmé", "mars) — confirmé", "Marne (51) — confirmé", "confirmée"):
            await asyncio.sleep(0.5)
            first.press(" ")
            await first.shows(point)
            first.press(DOWN)
        first.press(ENTER)
        await first.shows("bilan.pdf")
        await first.shows("279035121518989@patient.mssante.fr")
        first.press(QUIT)
        assert await first.ends() == 0


async def test_a_datamatrix_is_read_from_a_bracketed_paste_and_from_a_scanners_keys(
    real_servers: RealServers, tmp_path: Path
) -> None:
    """GS is the byte of Ctrl+] for a terminal: neither way may lose it or obey it."""
    prepare(tmp_path, real_servers, received("à lire"))
    async with running(tmp_path) as program:
        await log_in(program)
        for scanned in (f"\x1b[200~{DATAMATRIX}\x1b[201~", f"{DATAMATRIX}\r"):
            program.written = b""
            program.press("p")
            await program.shows("Identité nationale")
            program.press(scanned)
            await program.shows("né(e) le 28/03/1979 (lieu 51215)")
            await program.shows("Datamatrix lu, clé juste.")
            assert GS.encode() not in program.written
            program.press("\x1b")
            await program.shows("à lire")
        program.press(QUIT)
        assert await program.ends() == 0


async def test_a_later_start_draws_its_picture_once(
    real_servers: RealServers, tmp_path: Path
) -> None:
    """A picture takes 7,500 bytes; drawn anew once its size is told, the whole took 10,000 to 16,000."""
    prepare(tmp_path, real_servers, *(received(f"Lettre {number}") for number in range(40)))
    async with running(tmp_path) as program:
        await log_in(program)
        program.press(QUIT)
        assert await program.ends() == 0
    async with running(tmp_path, size=(120, 40)) as program:
        await program.shows("Lettre 39")
        await program.shows("à jour")
        await program.settles()
        assert len(program.written) < 9_600
        program.press(QUIT)
        assert await program.ends() == 0


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    """As on a machine that writes core files, small ones."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (2**20 if hard == -1 else min(2**20, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.usefixtures("cores_allowed")
async def test_no_image_of_its_memory_is_left_when_it_breaks_down(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.shows("Se connecter")
        assert resource.prlimit(program.process.pid, resource.RLIMIT_CORE) == (0, 0)
        program.process.send_signal(signal.SIGSEGV)
        _, status = await asyncio.to_thread(os.waitpid, program.process.pid, 0)
    assert os.WTERMSIG(status) == signal.SIGSEGV
    assert not os.WCOREDUMP(status)


def test_nor_where_the_system_hands_it_to_a_program() -> None:
    dumpable = "__import__('ctypes').CDLL(None).prctl(3, 0, 0, 0, 0)"  # PR_GET_DUMPABLE
    code = "from tui_mailer.no_core import leave_no_core as leave"
    told = [
        subprocess.run(
            [sys.executable, "-c", f"{code}{then}; print({dumpable})"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for then in ("", "; leave()")
    ]
    assert told == ["1\n", "0\n"]


async def test_nothing_is_written_down_for_whoever_set_the_environment(
    real_servers: RealServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, real_servers, received("Lettre"))
    workplace = tmp_path / "workplace"
    workplace.mkdir()
    monkeypatch.chdir(workplace)  # where keys are logged
    asked = {
        "SSLKEYLOGFILE": str(workplace / "tls-keys"),
        "TEXTUAL_LOG": str(workplace / "events"),
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL": "debug",
    }
    async with running(tmp_path, environment=asked) as program:
        await log_in(program)
        await program.shows("Lettre")
        program.press("/secret")
        await program.shows("secret")
        program.press(QUIT)
        assert await program.ends() == 0
    assert list(workplace.iterdir()) == []
