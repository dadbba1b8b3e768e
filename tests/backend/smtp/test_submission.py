from __future__ import annotations

import asyncio
import base64
import dataclasses
import logging
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from backend.smtp.scripted import DEAF, DROP, SILENCE, Script, ScriptedServer, playing
from servers.certificates import Certificate, Certificates

from tui_mailer.backend.smtp.line import Patience
from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.errors import (
    DeliveryUncertain,
    InvalidAddress,
    LineLost,
    LoginRefused,
    MailerError,
    MessageTooLarge,
    NameUnknown,
    ProtocolBroken,
    RecipientsRefused,
    ServerBusy,
    SubmissionRefused,
    TlsFault,
    TlsRefused,
    TooManyRecipients,
    Unreachable,
)
from tui_mailer.domain.safe_text import SafeText

OWN = "dr.martin@cabinet.mssante.fr"
PATIENT = "279035121518989@patient.mssante.fr"
COLLEAGUE = "dr.durand@hopital.mssante.fr"
PASSWORD = Credentials(OWN, password="Motdepasse-1!")
TOKEN = Credentials(OWN, token="jeton-secret")
CONTENT = b"Subject: essai\r\n\r\nBonjour\r\n"
QUICK = Patience(reply_s=2.0, last_word_s=0.2, end_of_data_s=2.0)


def account_on(
    port: int,
    certificates: Certificates,
    *,
    implicit_tls: bool = False,
    host: str = "localhost",
    ca_file: Path | None = None,
) -> Account:
    endpoint = Endpoint(host, port, Security.TLS if implicit_tls else Security.STARTTLS)
    return Account(OWN, endpoint, endpoint, ca_file=ca_file or certificates.ca_file)


async def submitted(
    server: ScriptedServer,
    certificates: Certificates,
    *recipients: str,
    content: bytes = CONTENT,
    credentials: Credentials = PASSWORD,
    patience: Patience = QUICK,
) -> SafeText:
    account = account_on(server.port, certificates, implicit_tls=server.implicit_tls)
    return await SmtpSubmission(patience).submit(
        account, credentials, recipients or (PATIENT,), content
    )


async def failing(
    certificates: Certificates,
    script: Script,
    *recipients: str,
    credentials: Credentials = PASSWORD,
    content: bytes = CONTENT,
) -> tuple[MailerError, ScriptedServer]:
    async with playing(certificates.valid, script) as server:
        with pytest.raises(MailerError) as failure:
            await submitted(
                server, certificates, *recipients, credentials=credentials, content=content
            )
    return failure.value, server


@pytest.mark.parametrize("implicit_tls", [False, True])
async def test_a_message_goes_to_each_recipient_and_the_servers_words_come_back(
    certificates: Certificates, implicit_tls: bool
) -> None:
    async with playing(certificates.valid, implicit_tls=implicit_tls) as server:
        words = await submitted(server, certificates, PATIENT, COLLEAGUE)

    assert words == "250 2.0.0 queued as 42"
    assert server.content == CONTENT + b".\r\n"
    start = [] if implicit_tls else ["EHLO [127.0.0.1]", "STARTTLS"]
    login = base64.b64encode(f"\0{OWN}\0{PASSWORD.password}".encode()).decode()
    assert server.commands == [
        *start,
        "EHLO [127.0.0.1]",
        f"AUTH PLAIN {login}",
        f"MAIL FROM:<{OWN}> SIZE={len(CONTENT)}",
        f"RCPT TO:<{PATIENT}>",
        f"RCPT TO:<{COLLEAGUE}>",
        "DATA",
        ".",
        "QUIT",
    ]


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (b".\r\n..\r\n.a\r\n", b"..\r\n...\r\n..a\r\n.\r\n"),
        (b"a\n.\nRCPT TO:<x@y.fr>\n", b"a\r\n..\r\nRCPT TO:<x@y.fr>\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a\r\n.\n", b"a\r\n..\r\n.\r\n"),
    ],
)
async def test_nothing_in_a_message_ends_it_early(
    certificates: Certificates, content: bytes, sent: bytes
) -> None:
    async with playing(certificates.valid) as server:
        await submitted(server, certificates, content=content)

    assert server.content == sent


async def test_check_tells_the_size_that_the_server_takes(certificates: Certificates) -> None:
    async with playing(certificates.valid) as server:
        size = await SmtpSubmission(QUICK).check(account_on(server.port, certificates), PASSWORD)

    assert size == 1_000_000
    assert [command.partition(" ")[0] for command in server.commands[-2:]] == ["AUTH", "QUIT"]


@pytest.mark.parametrize("told", [b"250-SIZE\r\n", b"250-SIZE 0\r\n", b"250-SIZE lots\r\n", b""])
async def test_a_server_may_name_no_size(certificates: Certificates, told: bytes) -> None:
    ehlo = b"250-mss\r\n250-STARTTLS\r\n" + told + b"250 AUTH PLAIN\r\n"
    async with playing(certificates.valid, {"EHLO": ehlo}) as server:
        submission = SmtpSubmission(QUICK)

        assert await submission.check(account_on(server.port, certificates), PASSWORD) is None


# --- login


async def test_login_takes_two_steps_where_plain_is_missing(certificates: Certificates) -> None:
    script: Script = {
        "EHLO": b"250-mss\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n",
        "AUTH": b"334 VXNlcm5hbWU6\r\n",
        base64.b64encode(OWN.encode()).decode().upper(): b"334 UGFzc3dvcmQ6\r\n",
        base64.b64encode(PASSWORD.password.encode()).decode().upper(): b"235 ok\r\n",
    }
    async with playing(certificates.valid, script) as server:
        assert await submitted(server, certificates) == "250 2.0.0 queued as 42"


@pytest.mark.parametrize("code", [500, 454, 421])
async def test_a_server_that_repeats_the_login_gives_no_secret_away(
    certificates: Certificates, code: int
) -> None:
    """As sendmail does; its words stand on the screen and in the journal."""
    shown = base64.b64encode(f"\0{OWN}\0{PASSWORD.password}".encode()).decode()
    echo = f'{code} 5.5.1 Command unrecognized: "AUTH PLAIN {shown}" {PASSWORD.password}\r\n'
    failure, _ = await failing(certificates, {"AUTH": echo.encode()})
    assert shown not in failure.server_words
    assert PASSWORD.password not in failure.server_words
    assert "Command unrecognized" in failure.server_words


async def test_a_token_is_shown_by_xoauth2(certificates: Certificates) -> None:
    async with playing(certificates.valid) as server:
        await submitted(server, certificates, credentials=TOKEN)

    auth = next(command for command in server.commands if command.startswith("AUTH"))
    assert base64.b64decode(auth.split()[2]) == (
        f"user={OWN}\x01auth=Bearer jeton-secret\x01\x01".encode()
    )


@pytest.mark.parametrize("is_token", [True, False])
async def test_what_does_not_fit_into_one_command_goes_after_the_go_ahead(
    certificates: Certificates, *, is_token: bool
) -> None:
    secret = "x" * 600
    credentials = Credentials(OWN, token=secret) if is_token else Credentials(OWN, secret)
    shown = f"user={OWN}\x01auth=Bearer {secret}\x01\x01" if is_token else f"\0{OWN}\0{secret}"
    response = base64.b64encode(shown.encode()).decode()
    script = {"AUTH": b"334 \r\n", response.upper(): b"235 ok\r\n"}
    async with playing(certificates.valid, script) as server:
        await submitted(server, certificates, credentials=credentials)

    assert response in server.commands
    assert max(len(command) for command in server.commands if " " in command) < 512


CHALLENGE = b"334 " + base64.b64encode(b'{"status":"401","schemes":"bearer"}') + b"\r\n"


@pytest.mark.parametrize(
    "script",
    [
        {"AUTH": CHALLENGE + DROP},
        {"AUTH": CHALLENGE, "": DROP},
        {"AUTH": CHALLENGE, "": b"535 5.7.8 no\r\n"},
    ],
)
async def test_a_refused_token_is_a_refused_login_even_when_the_server_hangs_up(
    certificates: Certificates, script: Script
) -> None:
    failure, _ = await failing(certificates, script, credentials=TOKEN)

    assert isinstance(failure, LoginRefused)
    assert '"status":"401"' in failure.server_words


@pytest.mark.parametrize("credentials", [PASSWORD, TOKEN])
async def test_a_refused_login_keeps_the_servers_words_and_no_secret(
    certificates: Certificates, credentials: Credentials, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    failure, server = await failing(
        certificates, {"AUTH": b"535 5.7.8 \x1b[31mrefus\r\n"}, credentials=credentials
    )

    assert isinstance(failure, LoginRefused)
    assert failure.server_words == "535 5.7.8 ␛[31mrefus"
    assert "MAIL" not in " ".join(server.commands)
    assert "jeton-secret" not in repr(failure) + caplog.text
    assert "Motdepasse" not in repr(failure) + caplog.text


async def test_a_server_that_cannot_check_anyone_now_refuses_no_login(
    certificates: Certificates,
) -> None:
    failure, _ = await failing(certificates, {"AUTH": b"454 4.7.0 later\r\n"})

    assert not isinstance(failure, LoginRefused)
    assert isinstance(failure, ServerBusy)


async def test_no_common_way_to_log_in_is_a_refused_login(certificates: Certificates) -> None:
    ehlo = b"250-mss\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"

    failure, _ = await failing(certificates, {"EHLO": ehlo}, credentials=TOKEN)

    assert isinstance(failure, LoginRefused)
    assert failure.server_words == "AUTH PLAIN"


# --- encryption


async def test_without_starttls_nothing_secret_is_said(certificates: Certificates) -> None:
    failure, server = await failing(certificates, {"EHLO": b"250-mss\r\n250 AUTH PLAIN\r\n"})

    assert isinstance(failure, TlsRefused)
    assert failure.fault is TlsFault.NO_STARTTLS
    assert server.commands == ["EHLO [127.0.0.1]"] or server.commands == [
        "EHLO [127.0.0.1]",
        "QUIT",
    ]


async def test_a_refused_starttls_ends_the_connection(certificates: Certificates) -> None:
    failure, _ = await failing(certificates, {"STARTTLS": b"454 4.7.0 no\r\n"})

    assert isinstance(failure, TlsRefused)
    assert failure.fault is TlsFault.NO_STARTTLS


async def test_bytes_behind_the_answer_to_starttls_end_the_connection(
    certificates: Certificates,
) -> None:
    """They would be read as if they had come encrypted (CVE-2020-14954 and its kin)."""
    injected = b"220 ready\r\n250-evil\r\n250 AUTH PLAIN\r\n"

    failure, server = await failing(certificates, {"STARTTLS": injected})

    assert isinstance(failure, TlsRefused)
    assert failure.fault is TlsFault.INJECTED
    assert not any(command.startswith("AUTH") for command in server.commands)


@pytest.mark.parametrize("implicit_tls", [False, True])
@pytest.mark.parametrize(
    ("choose", "fault"),
    [
        (lambda made: made.expired, TlsFault.EXPIRED),
        (lambda made: made.wrong_host, TlsFault.WRONG_HOST),
        (lambda made: made.self_signed, TlsFault.SELF_SIGNED),
        (lambda made: made.unknown_ca, TlsFault.UNKNOWN_AUTHORITY),
    ],
)
async def test_a_wrong_certificate_is_refused_and_named(
    certificates: Certificates,
    choose: Callable[[Certificates], Certificate],
    fault: TlsFault,
    implicit_tls: bool,
) -> None:
    async with playing(choose(certificates), implicit_tls=implicit_tls) as server:
        with pytest.raises(TlsRefused) as refusal:
            await submitted(server, certificates)

    assert refusal.value.fault is fault
    assert not any(command.startswith("AUTH") for command in server.commands)


async def fault_met_by(context: ssl.SSLContext, certificates: Certificates) -> TlsFault:
    """The fault of an attempt on a TLS server whose handshake with us fails.

    A blocking one, in a thread: asyncio's own sends no alert when a handshake fails.
    """
    context.load_cert_chain(certificates.valid.chain, certificates.valid.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True)
            # Leaving closes; the alert went out before.

        serving = asyncio.create_task(asyncio.to_thread(serve))
        account = account_on(listening.getsockname()[1], certificates, implicit_tls=True)
        with pytest.raises(TlsRefused) as refusal:
            await SmtpSubmission(QUICK).check(account, PASSWORD)
        await serving
    return refusal.value.fault


async def test_a_server_with_an_old_protocol_only_is_refused(certificates: Certificates) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    assert await fault_met_by(old, certificates) is TlsFault.OLD_PROTOCOL


async def test_a_missing_client_certificate_is_named(certificates: Certificates) -> None:
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(certificates.ca_file)

    assert await fault_met_by(strict, certificates) is TlsFault.CLIENT_CERTIFICATE


async def test_without_authorities_of_its_own_an_account_trusts_the_systems(
    certificates: Certificates,
) -> None:
    async with playing(certificates.valid) as server:
        account = dataclasses.replace(account_on(server.port, certificates), ca_file=None)
        with pytest.raises(TlsRefused) as refusal:
            await SmtpSubmission(QUICK).check(account, PASSWORD)

    assert refusal.value.fault is TlsFault.UNKNOWN_AUTHORITY


async def test_a_client_certificate_is_shown_to_a_server_that_asks(
    certificates: Certificates, tmp_path: Path
) -> None:
    strict = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(certificates.ca_file)
    both = tmp_path / "client.pem"
    both.write_bytes(certificates.client.chain.read_bytes() + certificates.client.key.read_bytes())

    async with playing(certificates.valid, context=strict) as server:
        account = dataclasses.replace(
            account_on(server.port, certificates), client_certificate=both
        )
        assert await SmtpSubmission(QUICK).check(account, PASSWORD) == 1_000_000


@pytest.mark.parametrize("content", [None, b"no certificate at all"])
async def test_an_unusable_file_of_authorities_or_certificate_is_named(
    certificates: Certificates, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_bytes(content)
    async with playing(certificates.valid) as server:
        account = account_on(server.port, certificates)
        for changed, fault in (
            (dataclasses.replace(account, ca_file=file), TlsFault.CA_FILE),
            (
                dataclasses.replace(account, client_certificate=file),
                TlsFault.CLIENT_FILE,
            ),
        ):
            with pytest.raises(TlsRefused) as refusal:
                await SmtpSubmission(QUICK).check(changed, PASSWORD)
            assert refusal.value.fault is fault


# --- the line before the final dot: nothing was sent


async def test_an_unknown_name_and_a_closed_port_are_two_things(
    certificates: Certificates,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed_port = taken.getsockname()[1]

    with pytest.raises(Unreachable):
        await SmtpSubmission(QUICK).check(account_on(closed_port, certificates), PASSWORD)
    with pytest.raises(NameUnknown):
        await SmtpSubmission(QUICK).check(
            account_on(closed_port, certificates, host="absent.invalid"), PASSWORD
        )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("CONNECT", Unreachable),
        ("EHLO", LineLost),
        ("STARTTLS", LineLost),
        ("AUTH", LineLost),
        ("MAIL", LineLost),
        ("RCPT", LineLost),
        ("DATA", LineLost),
    ],
)
@pytest.mark.parametrize("end", [DROP, SILENCE])
async def test_a_line_lost_before_the_final_dot_has_sent_nothing(
    certificates: Certificates, step: str, expected: type[MailerError], end: bytes
) -> None:
    async with playing(certificates.valid, {step: end}) as server:
        with pytest.raises(expected):
            await submitted(server, certificates, patience=Patience(reply_s=0.5))

    assert "." not in server.commands


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        ("CONNECT", b"554 no service here\r\n", Unreachable),
        ("CONNECT", b"421 too busy\r\n", Unreachable),
        ("CONNECT", b"HTTP/1.1 400 Bad Request\r\n\r\n", Unreachable),
        ("EHLO", b"502 what\r\n", ProtocolBroken),
        ("MAIL", b"421 4.3.2 shutting down\r\n", LineLost),
        ("RCPT", b"421 4.3.2 shutting down\r\n", LineLost),
        ("DATA", b"421 4.3.2 shutting down\r\n", LineLost),
        ("CONTENT", b"421 4.3.2 shutting down\r\n", LineLost),
        ("MAIL", b"250 ok\r\n250 ok\r\n", ProtocolBroken),
        ("DATA", b"250 already accepted\r\n", ProtocolBroken),
        ("DATA", b"354 go\r\n250 accepted before it came\r\n", ProtocolBroken),
        ("EARLY", b"250 accepted before its end\r\n", ProtocolBroken),
        ("MAIL", b"250-" + b"x" * 7000 + b"\r\n250-" * 9000, ProtocolBroken),
        ("MAIL", b"x" * 100_000, ProtocolBroken),
        ("MAIL", b"abc\r\n", ProtocolBroken),
    ],
)
async def test_a_reply_out_of_place_is_never_taken_for_acceptance(
    certificates: Certificates, step: str, reply: bytes, expected: type[MailerError]
) -> None:
    ehlo = {} if step == "EHLO" else {"EHLO": NO_SIZE}
    content = LARGE if step == "EARLY" else CONTENT

    failure, _ = await failing(certificates, {**ehlo, step: reply}, content=content)

    assert type(failure) is expected


async def test_an_endless_reply_ends(certificates: Certificates) -> None:
    began = time.monotonic()

    failure, _ = await failing(certificates, {"EHLO": b"250-more\r\n" * 100_000})

    assert isinstance(failure, ProtocolBroken)
    assert time.monotonic() - began < 10


# --- refusals


async def test_one_refused_recipient_means_that_nobody_gets_it(
    certificates: Certificates,
) -> None:
    """The library alone would send to the others and return the refusal in a dictionary."""
    script: Script = {
        "RCPT": [b"250 ok\r\n", b"550 5.1.1 inconnu\r\n", b"550 5.2.1 ferm\xc3\xa9e\r\n"]
    }
    third = "180017505600301@patient.mssante.fr"

    failure, server = await failing(certificates, script, COLLEAGUE, PATIENT, third)

    assert isinstance(failure, RecipientsRefused)
    assert failure.refusals == {PATIENT: "550 5.1.1 inconnu", third: "550 5.2.1 fermée"}
    assert server.commands[-2:] == ["RSET", "QUIT"]
    assert "DATA" not in server.commands


async def test_recipients_refused_for_now_can_be_tried_again(certificates: Certificates) -> None:
    failure, server = await failing(certificates, {"RCPT": b"450 4.2.0 greylisted\r\n"})

    assert isinstance(failure, SubmissionRefused)
    assert not failure.permanent
    assert PATIENT in failure.server_words
    assert "DATA" not in server.commands


@pytest.mark.parametrize(
    "reply", [b"452 4.5.3 Too many recipients\r\n", b"552 5.5.3 Error: too many recipients\r\n"]
)
async def test_more_recipients_than_the_server_takes_are_said_to_be_too_many(
    certificates: Certificates, reply: bytes
) -> None:
    """It says so for each one above its limit, and would say so for ever."""
    script: Script = {"RCPT": [b"250 ok\r\n", reply, reply]}
    third = "180017505600301@patient.mssante.fr"

    failure, server = await failing(certificates, script, COLLEAGUE, PATIENT, third)

    assert isinstance(failure, TooManyRecipients)
    assert failure.permanent
    assert str(failure.subject) == "3"
    assert "DATA" not in server.commands


async def test_too_many_recipients_in_an_hour_can_be_tried_again(
    certificates: Certificates,
) -> None:
    reply = b"450 4.7.1 Error: too many recipients from 192.0.2.1\r\n"

    failure, _ = await failing(certificates, {"RCPT": reply})

    assert type(failure) is SubmissionRefused
    assert not failure.permanent


async def test_a_full_mailbox_of_a_recipient_is_a_refused_recipient(
    certificates: Certificates,
) -> None:
    failure, _ = await failing(certificates, {"RCPT": b"552 5.2.2 mailbox full\r\n"})

    assert isinstance(failure, RecipientsRefused)


@pytest.mark.parametrize(
    ("step", "reply", "permanent"),
    [
        ("MAIL", b"553 5.7.1 sender not owned\r\n", True),
        ("MAIL", b"451 4.3.0 later\r\n", False),
        ("DATA", b"554 5.5.1 no valid recipients\r\n", True),
        ("CONTENT", b"550 5.7.1 contenu interdit\r\n", True),
        ("CONTENT", b"452 4.3.1 disk full\r\n", False),
        ("CONTENT", b"552 5.2.2 mailbox is full\r\n", True),
        ("CONTENT", b"552 quota exceeded\r\n", True),
    ],
)
async def test_a_refused_message_is_told_with_the_servers_words(
    certificates: Certificates, step: str, reply: bytes, permanent: bool
) -> None:
    failure, _ = await failing(certificates, {step: reply})

    assert isinstance(failure, SubmissionRefused)
    assert failure.permanent is permanent
    assert failure.server_words == reply.decode().strip()


@pytest.mark.parametrize(
    ("step", "reply"),
    [
        ("MAIL", b"552 5.3.4 message size exceeds fixed limit\r\n"),
        ("MAIL", b"552 too big\r\n"),
        ("CONTENT", b"552 5.3.4 too big\r\n"),
        ("CONTENT", b"554 5.3.4 too big\r\n"),
        ("CONTENT", b"552 message exceeds limit\r\n"),
    ],
)
async def test_a_message_refused_for_its_size_is_told_so(
    certificates: Certificates, step: str, reply: bytes
) -> None:
    failure, _ = await failing(certificates, {step: reply})

    assert isinstance(failure, MessageTooLarge)


async def test_a_message_above_the_servers_size_is_not_even_announced(
    certificates: Certificates,
) -> None:
    failure, server = await failing(certificates, {}, content=b"x" * 1_000_001)

    assert isinstance(failure, MessageTooLarge)
    assert not any(command.startswith("MAIL") for command in server.commands)


@pytest.mark.parametrize(
    "recipient",
    ["", "a@b.fr>\r\nRCPT TO:<c@d.fr", "a@b.fr\n", "a@b.fr SIZE=1", "é@b.fr", "a@b", "a,b@c.fr"],
)
async def test_an_address_that_could_change_a_command_is_refused_before_connecting(
    certificates: Certificates, recipient: str
) -> None:
    """The library cuts an address at a line break, and sends."""
    async with playing(certificates.valid) as server:
        with pytest.raises(InvalidAddress):
            await submitted(server, certificates, PATIENT, recipient)

    assert server.commands == []


async def test_a_message_for_nobody_is_refused(certificates: Certificates) -> None:
    async with playing(certificates.valid) as server:
        with pytest.raises(InvalidAddress):
            await SmtpSubmission(QUICK).submit(
                account_on(server.port, certificates), PASSWORD, (), CONTENT
            )


# --- from the final dot on


@pytest.mark.parametrize(
    "end", [DROP, SILENCE, b"25", b"what?\r\n", b"250 " + b"x" * 100_000, b"354 again\r\n"]
)
async def test_a_line_lost_after_the_final_dot_leaves_it_uncertain(
    certificates: Certificates, end: bytes
) -> None:
    async with playing(certificates.valid, {"CONTENT": end}) as server:
        with pytest.raises(DeliveryUncertain):
            await submitted(server, certificates, patience=Patience(reply_s=2.0, end_of_data_s=0.5))

    assert server.commands.count(".") == 1


@pytest.mark.parametrize("end", [DROP, SILENCE, b"500 what\r\n"])
async def test_a_good_bye_that_fails_changes_nothing(
    certificates: Certificates, end: bytes
) -> None:
    async with playing(certificates.valid, {"QUIT": end}) as server:
        words = await submitted(server, certificates, patience=Patience(reply_s=0.5))

    assert words == "250 2.0.0 queued as 42"


LARGE = (b"x" * 70 + b"\r\n") * 280_000
NO_SIZE = b"250-mss\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"


async def test_an_upload_that_the_server_does_not_read_ends(certificates: Certificates) -> None:
    patience = Patience(reply_s=0.5, slowest_bytes_per_s=40e6)

    async with playing(certificates.valid, {"EHLO": NO_SIZE, "EARLY": DEAF}) as server:
        with pytest.raises(LineLost):
            await submitted(server, certificates, content=LARGE, patience=patience)


async def test_a_large_upload_leaves_the_callers_event_loop_free(
    certificates: Certificates,
) -> None:
    """On the caller's own loop, encrypting 20 MB stalls it for some 400 ms."""
    gaps: list[float] = []

    async def watch() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.001)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    script: Script = {"EHLO": NO_SIZE, "EARLY": DEAF}
    async with playing(certificates.valid, script) as server:
        watching = asyncio.create_task(watch())
        sending = asyncio.create_task(submitted(server, certificates, content=LARGE))
        await server.step("EARLY").wait()
        for _ in range(100):
            await asyncio.sleep(0.001)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        watching.cancel()

    assert max(gaps) < 0.2


# --- cancellation


@pytest.mark.parametrize("step", ["EHLO", "AUTH", "RCPT", "DATA"])
async def test_cancelled_before_the_final_dot_nothing_was_sent(
    certificates: Certificates, step: str
) -> None:
    async with playing(certificates.valid, {step: SILENCE}) as server:
        sending = asyncio.create_task(submitted(server, certificates))
        await server.step(step).wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert "." not in server.commands


async def test_cancelled_during_the_upload_the_message_has_no_end(
    certificates: Certificates,
) -> None:
    async with playing(certificates.valid, {"EHLO": NO_SIZE, "EARLY": DEAF}) as server:
        sending = asyncio.create_task(submitted(server, certificates, content=LARGE))
        await server.step("EARLY").wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    assert "." not in server.commands


async def test_cancelled_after_the_final_dot_it_is_uncertain(certificates: Certificates) -> None:
    async with playing(certificates.valid, {"CONTENT": SILENCE}) as server:
        sending = asyncio.create_task(submitted(server, certificates))
        await server.step("CONTENT").wait()
        sending.cancel()
        with pytest.raises(DeliveryUncertain):
            await sending


async def test_cancelled_after_the_final_dot_it_is_sent_when_the_reply_still_comes(
    certificates: Certificates,
) -> None:
    async with playing(certificates.valid) as server:
        patience = Patience(last_word_s=10.0)
        sending = asyncio.create_task(submitted(server, certificates, patience=patience))
        await server.step("CONTENT").wait()
        sending.cancel()

        assert await sending == "250 2.0.0 queued as 42"


async def test_cancelled_after_its_acceptance_it_is_known_to_be_sent(
    certificates: Certificates,
) -> None:
    async with playing(certificates.valid, {"QUIT": SILENCE}) as server:
        sending = asyncio.create_task(submitted(server, certificates))
        await server.step("QUIT").wait()
        sending.cancel()

        assert await sending == "250 2.0.0 queued as 42"
