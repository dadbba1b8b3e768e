from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.people import COLLEAGUE, FULL, PATIENT, PRACTICE, UNKNOWN_PATIENT
from servers.practice import RealServers

from tui_mailer.backend.smtp.submission import SmtpSubmission
from tui_mailer.domain.account import Account, Credentials, Endpoint, Security
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft, FileAttachment
from tui_mailer.domain.errors import (
    LoginRefused,
    MessageTooLarge,
    RecipientsRefused,
    SubmissionRefused,
    TlsFault,
    TlsRefused,
)
from tui_mailer.mime import attachments
from tui_mailer.mime.compose import compose, new_message_id
from tui_mailer.mime.parse import parse

pytestmark = pytest.mark.xdist_group("servers")

SUBMISSION = SmtpSubmission()
PASSWORD = Credentials(PRACTICE.address, password=PRACTICE.password)


def account_on(
    servers: RealServers, security: Security = Security.STARTTLS, address: str = PRACTICE.address
) -> Account:
    port = servers.smtp_port if security is Security.STARTTLS else servers.smtps_port
    endpoint = Endpoint(servers.host, port, security)
    return Account(address, endpoint, endpoint, ca_file=servers.ca_file)


def letter(*to: str, attachment: bytes = b"") -> tuple[str, bytes]:
    """A message with one attachment: its Message-ID and its bytes."""
    message_id = new_message_id(PRACTICE.address)
    draft = Draft(
        to=tuple(Address.received(one) for one in to),
        subject="Résultats du cœur",
        body="Bonjour,\n.\n..\nvoilà : œdème résorbé.",
        attachments=(FileAttachment(Path("/x"), "Écho.pdf", "application/pdf", len(attachment)),),
        final=True,
    )
    sender = Address.received(PRACTICE.address, "Dr_Éva_MARTIN_Cabinet Médical")
    content = compose(
        draft,
        sender=sender,
        message_id=message_id,
        date=datetime(2026, 3, 3, 14, 5, tzinfo=UTC),
        contents=[attachment],
        nil="3734",
    )
    return message_id, content


@pytest.mark.parametrize("security", list(Security))
async def test_a_letter_arrives_byte_for_byte(
    real_servers: RealServers, security: Security
) -> None:
    attachment = bytes(range(256)) * 500
    message_id, content = letter(PATIENT.address, attachment=attachment)

    words = await SUBMISSION.submit(
        account_on(real_servers, security), PASSWORD, [PATIENT.address], content
    )

    arrived = real_servers.wait_for(PATIENT.address, message_id.encode())
    assert words.startswith("250 2.0.0")
    assert arrived.replace(b"\r\n", b"\n").endswith(content.replace(b"\r\n", b"\n"))
    assert parse(arrived).subject == "Résultats du cœur"
    assert parse(arrived).mss_mes == "FIN"
    assert attachments.content(arrived, 0) == attachment


async def test_twenty_megabytes_arrive_whole(real_servers: RealServers) -> None:
    attachment = bytes(range(256)) * 57_000
    message_id, content = letter(COLLEAGUE.address, attachment=attachment)
    assert len(content) > 19_900_000

    await SUBMISSION.submit(account_on(real_servers), PASSWORD, [COLLEAGUE.address], content)

    arrived = real_servers.wait_for(COLLEAGUE.address, message_id.encode(), timeout_s=60)
    assert attachments.content(arrived, 0) == attachment


async def test_check_tells_the_servers_size(real_servers: RealServers) -> None:
    assert await SUBMISSION.check(account_on(real_servers), PASSWORD) == 30 * 1024 * 1024


async def test_an_unknown_patient_means_that_nobody_gets_it(real_servers: RealServers) -> None:
    message_id, content = letter(COLLEAGUE.address, UNKNOWN_PATIENT)

    with pytest.raises(RecipientsRefused) as refusal:
        await SUBMISSION.submit(
            account_on(real_servers), PASSWORD, [COLLEAGUE.address, UNKNOWN_PATIENT], content
        )

    assert list(refusal.value.refusals) == [UNKNOWN_PATIENT]
    assert refusal.value.refusals[UNKNOWN_PATIENT].startswith("550 5.1.1")
    # A later message to the same mailbox has arrived: the refused one would have come before.
    later_id, later = letter(COLLEAGUE.address)
    await SUBMISSION.submit(account_on(real_servers), PASSWORD, [COLLEAGUE.address], later)
    real_servers.wait_for(COLLEAGUE.address, later_id.encode())
    assert not any(message_id.encode() in m.raw for m in real_servers.mailbox(COLLEAGUE.address))


async def test_a_wrong_password_is_refused(real_servers: RealServers) -> None:
    with pytest.raises(LoginRefused) as refusal:
        await SUBMISSION.check(
            account_on(real_servers), Credentials(PRACTICE.address, password="faux")
        )

    assert refusal.value.server_words.startswith("535 5.7.8")


async def test_a_token_opens_and_a_revoked_one_does_not(real_servers: RealServers) -> None:
    token = real_servers.tokens.issue(PRACTICE.address)
    credentials = Credentials(PRACTICE.address, token=token)

    assert await SUBMISSION.check(account_on(real_servers), credentials) is not None
    real_servers.tokens.revoke(token)
    with pytest.raises(LoginRefused):
        await SUBMISSION.check(account_on(real_servers), credentials)


async def test_another_ones_address_is_refused_as_sender(real_servers: RealServers) -> None:
    _, content = letter(COLLEAGUE.address)

    with pytest.raises((SubmissionRefused, RecipientsRefused)) as refusal:
        await SUBMISSION.submit(
            account_on(real_servers, address=FULL.address), PASSWORD, [COLLEAGUE.address], content
        )

    assert "5.7.1" in refusal.value.server_words


async def test_a_message_above_the_limit_is_refused_before_it_is_sent(
    real_servers: RealServers,
) -> None:
    with pytest.raises(MessageTooLarge):
        await SUBMISSION.submit(
            account_on(real_servers), PASSWORD, [PATIENT.address], b"x" * (31 * 1024 * 1024)
        )


async def test_a_server_of_another_authority_is_refused(real_servers: RealServers) -> None:
    endpoint = Endpoint(real_servers.host, real_servers.smtp_port)

    with pytest.raises(TlsRefused) as refusal:
        await SUBMISSION.check(Account(PRACTICE.address, endpoint, endpoint), PASSWORD)

    assert refusal.value.fault is TlsFault.UNKNOWN_AUTHORITY
