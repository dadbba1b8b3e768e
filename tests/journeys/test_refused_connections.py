"""Logins that fail, by keys at 80×24: the step that failed, why, and a form that kept everything."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from servers.certificates import Certificate, Certificates
from servers.practice import RealServers

from journeys.conftest import real_world
from journeys.terminal import Terminal, World, terminal
from tui_mailer.domain.account import Endpoint

SIZE = (80, 24)


@pytest.fixture
def world(real_servers: RealServers) -> World:
    return real_world(real_servers)


async def log_in_in_vain(screen: Terminal, world: World, failed_step: str, *sentences: str) -> None:
    """Log in; the failure is told, the form is kept, and the program answers."""
    await screen.shows(world.account.address)
    await screen.write(world.password)
    await screen.press("enter")
    await screen.says(f"✗ {failed_step}", *sentences)
    await screen.press("escape")
    await screen.until(lambda: "⚠" not in screen.text, "the notice closed")
    await screen.shows(world.account.address, world.account.imap.host, str(world.account.imap.port))
    assert "•" * len(world.password) in screen.text
    await screen.press("f1")
    await screen.says("Se connecter avec ce qui est saisi")
    await screen.press("escape")
    await screen.shows("Se connecter")


async def test_an_unreachable_server(world: World, tmp_path: Path, unused_tcp_port: int) -> None:
    nowhere = with_imap(world, Endpoint("localhost", unused_tcp_port))
    async with terminal(nowhere, tmp_path, SIZE) as screen:
        await log_in_in_vain(
            screen,
            nowhere,
            "connexion chiffrée",
            "Le serveur ne répond pas : localhost",
            "Vérifiez le serveur, le port et votre réseau",
        )


async def test_an_unknown_host(world: World, tmp_path: Path) -> None:
    unknown = with_imap(world, Endpoint("imap.absent.invalid", 143))
    async with terminal(unknown, tmp_path, SIZE) as screen:
        await log_in_in_vain(
            screen,
            unknown,
            "nom du serveur",
            "Le nom du serveur est inconnu : imap.absent.invalid.",
            "Vérifiez le nom du serveur et votre accès à Internet.",
        )


async def test_a_wrong_password_is_typed_again_in_the_same_form(
    world: World, tmp_path: Path
) -> None:
    wrong = replace(world, password=f"{world.password}?")
    async with terminal(wrong, tmp_path, SIZE) as screen:
        await log_in_in_vain(
            screen,
            wrong,
            "identification",
            "Le serveur a refusé l’identifiant ou le mot de passe.",
            "Vérifiez l’adresse et le mot de passe, puis reconnectez-vous.",
        )
        await screen.press("backspace", "enter")
        await screen.shows("Boîte de réception", "à jour")


async def test_a_server_of_an_unknown_authority(world: World, tmp_path: Path) -> None:
    without = replace(world, account=replace(world.account, ca_file=None))
    async with terminal(without, tmp_path, SIZE) as screen:
        await log_in_in_vain(
            screen,
            without,
            "connexion chiffrée",
            "L’autorité qui a signé le certificat du serveur n’est pas connue.",
            "Rien n’a été confié à ce serveur, pas même le mot de passe.",
            "Réglages avancés du compte, champ Autorités",
        )


@pytest.mark.parametrize(
    ("choose", "sentences"),
    [
        (
            lambda made: made.expired,
            ("Le certificat du serveur a expiré.", "Vérifiez l’heure de ce poste"),
        ),
        (
            lambda made: made.wrong_host,
            (
                "Le certificat présenté n’est pas celui de ce serveur.",
                "Vérifiez le nom du serveur dans les réglages du compte.",
            ),
        ),
        (
            lambda made: made.self_signed,
            ("Le certificat du serveur est signé par lui-même.", "IGC-Santé"),
        ),
    ],
    ids=["expired", "wrong host", "self-signed"],
)
async def test_a_wrong_certificate_stops_the_login_before_the_password(
    choose: Callable[[Certificates], Certificate], sentences: tuple[str, ...], tmp_path: Path
) -> None:
    with RealServers(choose=choose) as servers:
        world = real_world(servers)
        login_count = servers.logs().count("Login: user=")
        async with terminal(world, tmp_path, SIZE) as screen:
            await log_in_in_vain(screen, world, "connexion chiffrée", *sentences)
            await screen.until(lambda: "TLS handshaking" in servers.logs(), "the refusal logged")
        assert servers.logs().count("Login: user=") == login_count


# --- nothing secret leaves before TLS is verified


class Eavesdropper:
    """A server in clear that would love a password, and keeps all that it hears."""

    def __init__(self, greeting: bytes, answers: dict[bytes, bytes]) -> None:
        """`answers`: command -> answer; ``%b`` in it stands for the tag."""
        self.heard = b""
        self._greeting = greeting
        self._answers = answers

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """The port, for as long as it listens."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting)
        while line := await reader.readline():
            self.heard += line
            for command, answer in self._answers.items():
                if command in line.upper():
                    writer.write(answer.replace(b"%b", line.split()[0]))
        writer.close()

    def knows(self, secret: str) -> bool:
        """True when `secret` was said, as it is or in base64 at any offset."""
        plain = secret.encode()
        coded = [base64.b64encode(b"\0" * lead + plain)[4:-4] for lead in range(3)]
        return any(text in self.heard for text in (plain, *coded))


IMAP_IN_CLEAR = {
    b"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN\r\n%b OK\r\n",
    b"STARTTLS": b"%b BAD unknown\r\n",
    b"LOGOUT": b"* BYE\r\n%b OK\r\n",
    b"LOGIN": b"%b OK welcome\r\n",
}
NO_STARTTLS = (
    "Le serveur ne propose pas de connexion chiffrée (STARTTLS).",
    "Rien n’a été confié à ce serveur, pas même le mot de passe.",
    "143 et 587 pour STARTTLS, 993 et 465 pour TLS.",
)
SMTP_IN_CLEAR = {
    b"EHLO": b"250-mss\r\n250 AUTH PLAIN LOGIN\r\n",
    b"STARTTLS": b"502 5.5.1 unknown\r\n",
    b"AUTH": b"235 welcome\r\n",
    b"QUIT": b"221 bye\r\n",
}


async def test_a_reading_server_in_clear_never_hears_the_password(
    world: World, tmp_path: Path
) -> None:
    spy = Eavesdropper(b"* OK ready\r\n", IMAP_IN_CLEAR)
    async with spy.listening() as port:
        spied = with_imap(world, Endpoint("localhost", port))
        async with terminal(spied, tmp_path, SIZE) as screen:
            await log_in_in_vain(screen, spied, "connexion chiffrée", *NO_STARTTLS)
    assert b"CAPABILITY" in spy.heard.upper()
    assert not spy.knows(world.password)


async def test_a_sending_server_in_clear_never_hears_the_password(
    world: World, tmp_path: Path
) -> None:
    spy = Eavesdropper(b"220 mss ESMTP\r\n", SMTP_IN_CLEAR)
    async with spy.listening() as port:
        smtp = Endpoint("localhost", port)
        spied = replace(world, account=replace(world.account, smtp=smtp))
        async with terminal(spied, tmp_path, SIZE) as screen:
            await log_in_in_vain(screen, spied, "serveur d’envoi", *NO_STARTTLS)
    assert b"EHLO" in spy.heard.upper()
    assert not spy.knows(world.password)


def test_the_eavesdropper_would_know_a_password_said() -> None:
    for said in (b"a LOGIN u secret123\r\n", b"AUTH PLAIN " + base64.b64encode(b"\0u\0secret123")):
        spy = Eavesdropper(b"", {})
        spy.heard = said
        assert spy.knows("secret123")


def with_imap(world: World, endpoint: Endpoint) -> World:
    return replace(world, account=replace(world.account, imap=endpoint))
