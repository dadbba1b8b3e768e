"""Proof that the real servers of the tests behave as the other tests take for granted: IMAP."""

from __future__ import annotations

import imaplib
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servers import programs
from servers.certificates import Certificate, Certificates
from servers.folder_names import decode, encode
from servers.people import CORSICAN_PATIENT, FULL, PRACTICE, SENT, SPECIAL_USE
from servers.practice import RealServers, ServersUnavailable
from servers.process import Daemon, session_members, wait_until

MESSAGE = b"Subject: bilan\r\n\r\nr\xc3\xa9sultat\r\n"


@pytest.fixture
def tls(real_servers: RealServers) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=real_servers.ca_file)


@pytest.fixture
def imap(real_servers: RealServers, tls: ssl.SSLContext) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4_SSL(real_servers.host, real_servers.imaps_port, ssl_context=tls) as client:
        yield client


def xoauth2(address: str, token: str) -> Callable[[bytes], bytes]:
    return lambda _challenge: f"user={address}\x01auth=Bearer {token}\x01\x01".encode()


def oauthbearer(address: str, token: str) -> Callable[[bytes], bytes]:
    return lambda _challenge: f"n,a={address},\x01auth=Bearer {token}\x01\x01".encode()


def test_password_is_accepted_on_implicit_tls(imap: imaplib.IMAP4) -> None:
    assert imap.login(PRACTICE.address, PRACTICE.password)[0] == "OK"


def test_password_is_accepted_after_starttls_only(
    real_servers: RealServers, tls: ssl.SSLContext
) -> None:
    with imaplib.IMAP4(real_servers.distant_host, real_servers.imap_port) as client:
        assert "LOGINDISABLED" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error, match="PRIVACYREQUIRED"):
            client.login(PRACTICE.address, PRACTICE.password)
        client.starttls(tls)
        assert client.login(PRACTICE.address, PRACTICE.password)[0] == "OK"


def test_wrong_password_is_refused(imap: imaplib.IMAP4) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        imap.login(PRACTICE.address, "faux")


@pytest.mark.parametrize(
    ("mechanism", "answer"), [("XOAUTH2", xoauth2), ("OAUTHBEARER", oauthbearer)]
)
def test_token_opens_the_mailbox_until_it_is_revoked(
    real_servers: RealServers,
    tls: ssl.SSLContext,
    mechanism: str,
    answer: Callable[[str, str], Callable[[bytes], bytes]],
) -> None:
    token = real_servers.tokens.issue(PRACTICE.address)

    def attempt() -> str:
        with imaplib.IMAP4_SSL(
            real_servers.host, real_servers.imaps_port, ssl_context=tls
        ) as client:
            return client.authenticate(mechanism, answer(PRACTICE.address, token))[0]

    assert attempt() == "OK"
    real_servers.tokens.revoke(token)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        attempt()


def test_token_of_somebody_else_is_refused(real_servers: RealServers, imap: imaplib.IMAP4) -> None:
    token = real_servers.tokens.issue(CORSICAN_PATIENT.address)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        imap.authenticate("XOAUTH2", xoauth2(PRACTICE.address, token))


def test_extensions_are_offered(imap: imaplib.IMAP4) -> None:
    imap.login(PRACTICE.address, PRACTICE.password)
    offered = imap.capability()[1][0].decode().split()
    wanted = "CONDSTORE QRESYNC MOVE UIDPLUS IDLE SPECIAL-USE NAMESPACE QUOTA"
    assert set(wanted.split()) <= set(offered)


def test_french_folders_carry_their_special_use(real_servers: RealServers) -> None:
    folders = real_servers.folders(PRACTICE.address)
    assert {name for name in folders if name != "INBOX"} >= set(SPECIAL_USE)
    assert all(use in folders[name] for name, use in SPECIAL_USE.items())


def test_small_quota_refuses_an_append(real_servers: RealServers) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="OVERQUOTA"):
        real_servers.deliver(FULL.address, b"Subject: gros\r\n\r\n" + b"x" * 70 * 300)


def test_delivered_mail_is_found_with_its_flags_until_the_box_is_emptied(
    real_servers: RealServers,
) -> None:
    address = CORSICAN_PATIENT.address
    real_servers.empty(address)
    real_servers.deliver(address, MESSAGE, SENT, [r"\Seen"])
    real_servers.deliver(address, MESSAGE, 'Été "26" & {3+}', [])
    assert sorted(real_servers.mailbox(address)) == [
        (SENT, MESSAGE),
        ('Été "26" & {3+}', MESSAGE),
    ]
    assert r"\Seen" in real_servers.flags(address, SENT)[0]
    real_servers.empty(address)
    assert real_servers.mailbox(address) == []
    assert set(real_servers.folders(address)) == {"INBOX", *SPECIAL_USE}


@pytest.mark.parametrize(
    ("name", "wire"),
    [(SENT, "&AMk-l&AOk-ments envoy&AOk-s"), ("R&D", "R&-D"), ("台北", "&U,BTFw-")],
)
def test_folder_names_travel_in_modified_utf7(name: str, wire: str) -> None:
    assert (encode(name), decode(wire)) == (wire, name)


def test_strict_port_wants_a_client_certificate(
    real_servers: RealServers, tls: ssl.SSLContext
) -> None:
    place = real_servers.host, real_servers.client_certificate_imaps_port
    with (
        imaplib.IMAP4_SSL(*place, ssl_context=tls) as client,
        pytest.raises(imaplib.IMAP4.error, match="valid SSL certificate"),
    ):
        client.login(PRACTICE.address, PRACTICE.password)
    shown = real_servers.certificates.client
    tls.load_cert_chain(shown.chain, shown.key)
    with imaplib.IMAP4_SSL(*place, ssl_context=tls) as client:
        assert client.login(PRACTICE.address, PRACTICE.password)[0] == "OK"


@pytest.mark.parametrize(
    ("choose", "reason"),
    [
        (lambda made: made.expired, "certificate has expired"),
        (lambda made: made.wrong_host, "Hostname mismatch"),
        (lambda made: made.self_signed, "self-signed certificate"),
        (lambda made: made.unknown_ca, "unable to get local issuer certificate"),
    ],
    ids=["expired", "wrong_host", "self_signed", "unknown_ca"],
)
def test_each_wrong_certificate_is_wrong_in_its_own_way(
    choose: Callable[[Certificates], Certificate], reason: str
) -> None:
    with RealServers(choose) as servers:
        tls = ssl.create_default_context(cafile=servers.ca_file)
        with pytest.raises(ssl.SSLCertVerificationError, match=reason):
            imaplib.IMAP4_SSL(servers.host, servers.imaps_port, ssl_context=tls)
        assert SENT in servers.folders(PRACTICE.address)


def test_kicked_user_is_told_and_cut_off(real_servers: RealServers, tls: ssl.SSLContext) -> None:
    client = imaplib.IMAP4_SSL(real_servers.host, real_servers.imaps_port, ssl_context=tls)
    client.login(PRACTICE.address, PRACTICE.password)
    real_servers.kick(PRACTICE.address)
    assert client.readline().startswith(b"* BYE")
    assert client.readline() == b""
    client.shutdown()


def test_mail_outlives_a_restart_and_no_process_outlives_the_servers() -> None:
    with RealServers() as servers:
        servers.deliver(PRACTICE.address, MESSAGE)
        servers.stop_imap()
        with pytest.raises(ConnectionRefusedError):
            servers.mailbox(PRACTICE.address)
        servers.start_imap()
        assert servers.mailbox(PRACTICE.address) == [("INBOX", MESSAGE)]
        assert "Dovecot" in servers.logs()
        sessions = servers.sessions()
        assert all(session_members(session) for session in sessions)
    assert [pid for session in sessions for pid in session_members(session)] == []


def test_missing_program_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_DOVECOT", "/nonexistent")
    with pytest.raises(ServersUnavailable, match=r"sh tests/servers/install\.sh"):
        RealServers()


def test_server_that_ends_at_once_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    words = tmp_path / "words"
    daemon = Daemon("Faux", ["/bin/sh", "-c", "echo mauvaise configuration; exit 1"], 1, words)
    with pytest.raises(ServersUnavailable, match="mauvaise configuration"):
        daemon.wait_ready()
    daemon.stop()


def test_servers_end_with_tests_that_are_killed() -> None:
    program = (
        "from servers.practice import RealServers\n"
        "with RealServers() as servers:\n"
        "    print(servers.ca_file.parent, *servers.sessions(), flush=True)\n"
        "    input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as tests:
        assert tests.stdout is not None
        root, *words = tests.stdout.readline().decode().split()
        sessions = [int(word) for word in words]
        assert all(session_members(session) for session in sessions)
        assert Path(root).is_dir()
        tests.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(map(session_members, sessions)), "end of the servers", 10)
    wait_until(lambda: not Path(root).exists(), "end of their directory", 10)
