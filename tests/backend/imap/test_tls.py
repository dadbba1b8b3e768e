"""TLS: verified before anything secret is said, and each fault by its name."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from backend.imap.conftest import CREDENTIALS, QUICK, Dial, Serve
from backend.imap.scripted import Authority, Script, Talk
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.x509 import load_pem_x509_certificates
from servers.certificates import make_certificates

from tui_mailer.backend.imap.connector import ImapConnector
from tui_mailer.backend.imap.limits import Deadlines
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import (
    LineLost,
    NameUnknown,
    ProtocolBroken,
    TlsFault,
    TlsRefused,
    Unreachable,
)

NOW = datetime.now(UTC)


async def hears_no_secret(talk: Talk) -> None:
    """In clear or with a certificate that is not verified, nobody may try to log in."""
    talk.say("* OK ready")
    while True:
        said = await talk.hear_line()
        assert "LOGIN" not in said
        assert "AUTHENTICATE" not in said
        tag = said.partition(" ")[0]
        talk.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN", f"{tag} OK")


def starttls_with(context: ssl.SSLContext, injected: bytes = b"") -> Script:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 STARTTLS")
        start = await talk.hear("STARTTLS")
        talk.say_raw(f"{start.tag} OK go\r\n".encode() + injected)
        if injected:
            await talk.until_closed()
            return
        await talk.writer.start_tls(context)
        await hears_no_secret(talk)

    return script


async def fault_of(dial: Dial, script: Script, **changes: Any) -> TlsFault:
    with pytest.raises(TlsRefused) as caught:
        await dial(script, **changes)
    return caught.value.fault


@pytest.mark.parametrize("security", ["STARTTLS", "TLS"])
@pytest.mark.parametrize(
    ("flaw", "fault"),
    [
        ("expired", TlsFault.EXPIRED),
        ("early", TlsFault.NOT_YET_VALID),
        ("wrong_host", TlsFault.WRONG_HOST),
        ("unknown_ca", TlsFault.UNKNOWN_AUTHORITY),
        ("self_signed", TlsFault.SELF_SIGNED),
    ],
)
async def test_each_flaw_of_a_certificate_has_its_name(
    dial: Dial, authority: Authority, tmp_path: Path, security: str, flaw: str, fault: TlsFault
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if flaw == "early":
        tomorrow = NOW + timedelta(days=1)
        authority.ca.issue_cert("localhost", not_before=tomorrow).configure_cert(context)
        ca_file = authority.ca_file
    else:
        made = make_certificates(tmp_path)
        certificate = getattr(made, flaw)
        context.load_cert_chain(certificate.chain, certificate.key)
        ca_file = made.ca_file
    script, tls = (
        (hears_no_secret, context) if security == "TLS" else (starttls_with(context), None)
    )
    assert await fault_of(dial, script, tls=tls, ca_file=ca_file) is fault


async def test_the_accounts_authority_is_the_only_one_trusted(
    dial: Dial, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The system's trust store holds the authority of the server, the account's file does not.
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert await fault_of(dial, hears_no_secret, ca_file=other) is TlsFault.UNKNOWN_AUTHORITY


async def test_the_systems_authorities_serve_an_account_that_names_none(
    dial: Dial, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    mail = await dial(Talk.admit, ca_file=None)
    await mail.close()


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_a_file_of_authorities_that_is_of_no_use(
    dial: Dial, tmp_path: Path, content: str | None
) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)
    assert await fault_of(dial, hears_no_secret, ca_file=ca_file) is TlsFault.CA_FILE


async def test_extra_bytes_after_the_answer_to_starttls(dial: Dial, authority: Authority) -> None:
    for injected in (b"* OK [ALERT] x\r\n", b"* CAPABILITY IMAP4rev1\r\nA", b"x"):
        script = starttls_with(authority.context, injected)
        assert await fault_of(dial, script, tls=None) is TlsFault.INJECTED


async def test_starttls_is_not_offered(dial: Dial) -> None:
    assert await fault_of(dial, hears_no_secret, tls=None) is TlsFault.NO_STARTTLS


async def test_starttls_is_refused(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 STARTTLS")
        start = await talk.hear("STARTTLS")
        talk.say(f"{start.tag} NO pas maintenant")
        await hears_no_secret(talk)

    assert await fault_of(dial, script, tls=None) is TlsFault.NO_STARTTLS


async def test_preauth_does_not_go_round_starttls(dial: Dial) -> None:
    async def script(talk: Talk) -> None:
        talk.say("* PREAUTH come in")
        await hears_no_secret(talk)

    with pytest.raises(ProtocolBroken):
        await dial(script, tls=None)


async def test_capabilities_told_in_clear_are_forgotten(dial: Dial, authority: Authority) -> None:
    async def script(talk: Talk) -> None:
        await talk.greet("IMAP4rev1 STARTTLS LITERAL+ AUTH=PLAIN AUTH=XOAUTH2")
        start = await talk.hear("STARTTLS")
        talk.say(f"{start.tag} OK go")
        await talk.writer.start_tls(authority.context)
        await talk.tell_capabilities("IMAP4rev1")
        login = await talk.hear('LOGIN "')
        talk.say(f"{login.tag} OK [CAPABILITY IMAP4rev1]")
        await talk.until_closed()

    await dial(script, tls=None)


@contextmanager
def shaking_hands(context: ssl.SSLContext) -> Iterator[int]:
    """A port whose server, blocking, sends its alerts before it closes, as asyncio's does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError), listener.accept()[0] as client:
                context.wrap_socket(client, server_side=True).close()

        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


async def refused_by(context: ssl.SSLContext, ca_file: Path) -> TlsFault:
    with shaking_hands(context) as port:
        endpoint = Endpoint("localhost", port, Security.TLS)
        account = Account("a@b.fr", endpoint, endpoint, ca_file=ca_file)
        with pytest.raises(TlsRefused) as caught:
            await ImapConnector(QUICK).connect(account, CREDENTIALS, lambda step: None)
    return caught.value.fault


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
async def test_old_versions_of_tls_are_refused(authority: Authority) -> None:
    context = authority.server_context(authority.ca.issue_cert("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    assert await refused_by(context, authority.ca_file) is TlsFault.OLD_PROTOCOL


def asking_for_a_certificate(authority: Authority) -> ssl.SSLContext:
    context = authority.server_context(authority.ca.issue_cert("localhost"))
    authority.ca.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_a_client_certificate_that_is_missing(authority: Authority) -> None:
    context = asking_for_a_certificate(authority)
    assert await refused_by(context, authority.ca_file) is TlsFault.CLIENT_CERTIFICATE


async def test_a_client_certificate_that_is_right(
    dial: Dial, authority: Authority, tmp_path: Path
) -> None:
    certificate = tmp_path / "client.pem"
    leaf = authority.ca.issue_cert("cabinet-martin.mssante.fr")
    leaf.private_key_and_cert_chain_pem.write_to_path(str(certificate))
    tls = asking_for_a_certificate(authority)
    mail = await dial(Talk.admit, tls=tls, client_certificate=certificate)
    await mail.close()


async def test_a_client_certificate_that_cannot_be_read(dial: Dial, tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    fault = await fault_of(dial, hears_no_secret, client_certificate=missing)
    assert fault is TlsFault.CLIENT_FILE
    fault = await fault_of(dial, hears_no_secret, client_certificate=Path("a\0b"))
    assert fault is TlsFault.CLIENT_FILE


async def test_a_client_certificate_whose_key_wants_a_password(
    dial: Dial, authority: Authority, tmp_path: Path
) -> None:
    leaf = authority.ca.issue_cert("cabinet-martin.mssante.fr")
    key = load_pem_private_key(leaf.private_key_pem.bytes(), None)
    locked = tmp_path / "client.pem"
    locked.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
        + leaf.cert_chain_pems[0].bytes()
    )
    fault = await fault_of(dial, hears_no_secret, client_certificate=locked)
    assert fault is TlsFault.CLIENT_FILE
    assert "sans mot de passe" in TlsRefused(fault).advice


async def test_authorities_as_they_are_published_are_told_how_to_be_converted(
    dial: Dial, authority: Authority, tmp_path: Path
) -> None:
    published, converted = tmp_path / "igc.p7b", tmp_path / "igc.pem"
    certificates = load_pem_x509_certificates(authority.ca_file.read_bytes())
    published.write_bytes(serialize_certificates(certificates, Encoding.DER))
    fault = await fault_of(dial, hears_no_secret, ca_file=published)
    assert "n’est pas en PEM" in TlsRefused(fault).what
    command = re.search("openssl .*", TlsRefused(fault).advice)
    assert command is not None
    await asyncio.to_thread(subprocess.run, command[0].split(), cwd=tmp_path, check=True)
    mail = await dial(Talk.admit, ca_file=converted)
    await mail.close()


async def test_authorities_at_a_path_that_no_file_can_have(dial: Dial) -> None:
    fault = await fault_of(dial, hears_no_secret, ca_file=Path("a\0b"))
    assert fault is TlsFault.CA_FILE


async def test_tls_where_the_server_speaks_clear(dial: Dial, serve: Serve) -> None:
    async def script(talk: Talk) -> None:
        talk.say("* OK clear")
        await talk.until_closed()

    server = await serve(script, tls=None)
    endpoint = Endpoint("localhost", server.port, Security.TLS)
    with pytest.raises((TlsRefused, LineLost)):
        await ImapConnector(Deadlines(connect_s=5)).connect(
            Account("a@b.fr", endpoint, endpoint), Credentials("a", "b"), lambda step: None
        )


@pytest.mark.parametrize(
    ("host", "error"), [("nulle-part.invalid", NameUnknown), ("." * 70 + "é" * 300, NameUnknown)]
)
async def test_a_name_that_does_not_exist(host: str, error: type[Exception]) -> None:
    endpoint = Endpoint(host, 993, Security.TLS)
    with pytest.raises(error):
        await ImapConnector(Deadlines(name_s=10)).connect(
            Account("a@b.fr", endpoint, endpoint), Credentials("a", "b"), lambda step: None
        )


async def test_a_port_where_nobody_listens(unused_tcp_port: int) -> None:
    steps: list[str] = []
    endpoint = Endpoint("localhost", unused_tcp_port, Security.TLS)
    with pytest.raises(Unreachable) as caught:
        await ImapConnector().connect(
            Account("a@b.fr", endpoint, endpoint),
            Credentials("a", "b"),
            lambda step: steps.append(step.name),
        )
    assert caught.value.subject == "localhost"
    assert steps == ["NAME"]


async def test_a_server_that_never_greets(dial: Dial) -> None:
    hasty = ImapConnector(Deadlines(connect_s=0.2))
    with pytest.raises(Unreachable):
        await dial(Talk.until_closed, connector=hasty)
