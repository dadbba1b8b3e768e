"""The embedded servers, seen by the standard library's clients."""

import asyncio
import gc
import imaplib
import smtplib
import ssl
import stat
import threading

import pytest
from demo import demo_clients as clients

from tui_mailer.demo import DemoPractice, servers


def test_the_password_is_wanted_inside_tls_only(practice: DemoPractice) -> None:
    with imaplib.IMAP4(practice.host, practice.imap_port, timeout=5) as client:
        assert "STARTTLS" in client.capabilities
        assert "LOGINDISABLED" in client.capabilities
        with pytest.raises(imaplib.IMAP4.error):
            client.login(practice.address, practice.password)
    with smtplib.SMTP(practice.host, practice.smtp_port, timeout=5) as submission:
        submission.ehlo()
        assert not submission.has_extn("auth")
        code, _ = submission.docmd("MAIL", f"FROM:<{practice.address}>")
        assert code == 530


def test_a_client_that_lacks_the_demo_authority_refuses_the_servers(
    practice: DemoPractice,
) -> None:
    client = imaplib.IMAP4(practice.host, practice.imap_port, timeout=5)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(ssl.create_default_context())
    client.file.close()


def test_login_and_folders_over_starttls(practice: DemoPractice) -> None:
    with clients.imap(practice) as client:
        _, lines = client.list()
    listed = b"\n".join(line for line in lines if isinstance(line, bytes))
    for name in (
        b"INBOX",
        b"&AMk-l&AOk-ments envoy&AOk-s",
        b"Brouillons",
        b"Corbeille",
        b"Ind&AOk-sirables",
        b"Archives",
        b"Laboratoires/Biologie",
        b"Laboratoires/Imagerie",
        b"R&AOk-unions d'&AOk-quipe",
    ):
        assert name in listed


def test_the_inbox_holds_unread_flagged_and_answered_mail(practice: DemoPractice) -> None:
    with clients.imap(practice) as client:
        client.select("INBOX", readonly=True)
        counts = {
            key: len(client.search(None, key)[1][0].split())
            for key in ("ALL", "UNSEEN", "FLAGGED", "ANSWERED")
        }
    assert counts["ALL"] > 80
    assert 10 < counts["UNSEEN"] < 60
    assert counts["FLAGGED"] >= 3
    assert counts["ANSWERED"] >= 10


def test_every_message_can_be_listed_with_its_structure(practice: DemoPractice) -> None:
    with clients.imap(practice) as client:
        held = int(client.select("INBOX", readonly=True)[1][0] or b"0")
        status, data = client.uid("FETCH", "1:*", "(ENVELOPE BODYSTRUCTURE)")
    listed = b"".join(line[0] if isinstance(line, tuple) else line or b"" for line in data)
    assert status == "OK"
    assert listed.count(b"ENVELOPE (") == held
    # pymap 0.36.7 writes one string here; a client needs the list of RFC 3501 §7.4.2.
    assert b'("attachment" ("filename" "Resultats.pdf"))' in listed
    assert b'"attachment;' not in listed


@pytest.mark.parametrize("mechanism", ["auth_plain", "auth_login"])
def test_submission_takes_plain_and_login(practice: DemoPractice, mechanism: str) -> None:
    with smtplib.SMTP(practice.host, practice.smtp_port, timeout=5) as client:
        client.starttls(context=clients.verified_tls(practice))
        client.ehlo()
        client.user, client.password = practice.address, practice.password
        code, _ = client.auth(mechanism.removeprefix("auth_"), getattr(client, mechanism))
        assert code == 235


def test_a_wrong_password_is_refused_by_both(practice: DemoPractice) -> None:
    with smtplib.SMTP(practice.host, practice.smtp_port, timeout=5) as submission:
        submission.starttls(context=clients.verified_tls(practice))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            submission.login(practice.address, "autre")
    with imaplib.IMAP4(practice.host, practice.imap_port, timeout=5) as client:
        client.starttls(clients.verified_tls(practice))
        with pytest.raises(imaplib.IMAP4.error):
            client.login(practice.address, "autre")


def test_nobody_sends_under_the_name_of_another(practice: DemoPractice) -> None:
    with clients.submission(practice) as client:
        code, _ = client.mail("etienne.vallier@cardio-troisvallees.aura.mssante.fr")
    assert code == 553


def test_a_copy_appended_by_the_client_is_kept_byte_for_byte(practice: DemoPractice) -> None:
    raw = clients.message(practice, practice.address, "copie", "copie").as_bytes()
    with clients.imap(practice) as client:
        client.append('"&AMk-l&AOk-ments envoy&AOk-s"', r"(\Seen)", "", raw)
    assert ("Éléments envoyés", raw) in practice.mailbox(practice.address)


async def test_stopping_with_open_connections_leaves_nothing_behind() -> None:
    threads_before = set(threading.enumerate())
    async with DemoPractice() as practice:
        imap = imaplib.IMAP4(practice.host, practice.imap_port, timeout=5)
        imap.starttls(clients.verified_tls(practice))
        imap.login(practice.address, practice.password)
        imap.select()
        imap.send(b"i1 IDLE\r\n")
        assert imap.readline().startswith(b"+")
        submission = smtplib.SMTP(practice.host, practice.smtp_port, timeout=5)
        submission.starttls(context=clients.verified_tls(practice))
        folder = practice.ca_file.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(practice.ca_file.stat().st_mode) == 0o600
    imap.shutdown()
    submission.close()
    gc.collect()  # an unclosed transport would warn here, and a warning is an error
    assert set(threading.enumerate()) == threads_before
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        imaplib.IMAP4(practice.host, practice.imap_port, timeout=5)


async def test_a_failed_start_is_raised_and_leaves_no_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_mail(_now: object) -> None:
        raise LookupError

    monkeypatch.setattr(servers, "write_mailbox", no_mail)
    threads_before = set(threading.enumerate())
    with pytest.raises(LookupError):
        async with DemoPractice():
            pass
    assert set(threading.enumerate()) == threads_before


async def test_a_cancelled_start_leaves_no_thread() -> None:
    threads_before = set(threading.enumerate())
    starting = asyncio.create_task(DemoPractice().__aenter__())
    await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert set(threading.enumerate()) == threads_before
