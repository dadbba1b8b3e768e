"""XOAUTH2 on real Dovecot and Postfix, the token given by a command: fetched anew once, then told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from engine_helpers import Office, OpenOffice, letter
from mail_samples import received
from servers.people import ACCOUNTS, COLLEAGUE, PRACTICE
from servers.practice import RealServers

from tui_mailer.domain.account import Account, Endpoint, SecretOrigin
from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import TokenRefused
from tui_mailer.domain.events import Connectivity, ConnectivityChanged


@dataclass(frozen=True, slots=True)
class TokenCommand:
    """A command that prints the token in a file, and what it needs to be looked at."""

    directory: Path
    servers: RealServers

    @property
    def argv(self) -> tuple[str, ...]:
        """Counts its runs, then prints the token."""
        script = 'cd "$1" && echo >>runs && cat token'
        return ("/bin/sh", "-c", script, "sh", str(self.directory))

    @property
    def run_count(self) -> int:
        """How many times a token was asked for."""
        return len((self.directory / "runs").read_bytes())

    def renew(self, size_bytes: int = 24) -> None:
        """From now on the command gives a new, valid token."""
        token = self.servers.tokens.issue(PRACTICE.address, size_bytes)
        (self.directory / "token").write_text(token + "\n")

    def revoke(self) -> None:
        """The servers refuse the token that the command gives."""
        self.servers.tokens.revoke((self.directory / "token").read_text().strip())


@pytest.fixture
def command(tmp_path: Path, real_servers: RealServers) -> TokenCommand:
    command = TokenCommand(tmp_path, real_servers)
    command.renew()
    return command


@pytest.fixture
def account(real_servers: RealServers, command: TokenCommand) -> Account:
    real_servers.empty(*(person.address for person in ACCOUNTS))
    return Account(
        PRACTICE.address,
        Endpoint(real_servers.host, real_servers.imap_port),
        Endpoint(real_servers.host, real_servers.smtp_port),
        ca_file=real_servers.ca_file,
        secret_origin=SecretOrigin.TOKEN_COMMAND,
        secret_command=command.argv,
    )


async def hand_over(office: Office) -> Outgoing:
    return await office.engine.writing.send(letter(COLLEAGUE.address, "Bilan"))


async def connected(office: Office) -> None:
    await office.until(lambda: office.engine.connectivity is Connectivity.ONLINE)


def copies(servers: RealServers) -> int:
    """How many messages the colleague has."""
    return len(servers.mailbox(COLLEAGUE.address))


async def arrives_once(office: Office, servers: RealServers, outgoing: Outgoing) -> None:
    """The message is sent, delivered, and there is one of it."""
    await office.until_outgoing(outgoing, OutgoingState.SENT)
    fragment = outgoing.message_id.encode()
    await asyncio.to_thread(servers.wait_for, COLLEAGUE.address, fragment)
    assert copies(servers) == 1


async def test_one_run_of_the_command_opens_both_servers(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    real_servers.deliver(PRACTICE.address, received("Reçu"))
    office = await open_office()
    await office.until_row(await office.inbox(), "Reçu")
    outgoing = await hand_over(office)
    await arrives_once(office, real_servers, outgoing)
    assert command.run_count == 1


@pytest.mark.parametrize("size_bytes", [1_500, 3_000])
async def test_a_token_as_long_as_those_of_pro_sante_connect_opens_both_servers(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand, size_bytes: int
) -> None:
    """Postfix cuts a command after 2,048 bytes, and refuses what is left of it."""
    command.renew(size_bytes)
    office = await open_office()
    await arrives_once(office, real_servers, await hand_over(office))
    assert command.run_count == 1


async def test_a_revoked_token_is_fetched_anew_once_and_the_message_leaves(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    office = await open_office()
    await connected(office)
    command.revoke()
    command.renew()
    outgoing = await hand_over(office)
    await arrives_once(office, real_servers, outgoing)
    assert command.run_count == 2


async def test_both_imap_connections_come_back_with_one_new_token(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    office = await open_office(poll_s=3600.0)
    inbox = await office.inbox()
    await connected(office)
    command.revoke()
    command.renew()
    await asyncio.to_thread(real_servers.kick, PRACTICE.address)
    await asyncio.to_thread(real_servers.deliver, PRACTICE.address, received("Après"))
    await office.until_row(inbox, "Après")
    await connected(office)
    # Only the idle connection hears of this one.
    await asyncio.to_thread(real_servers.deliver, PRACTICE.address, received("Encore après"))
    await office.until_row(inbox, "Encore après")
    assert command.run_count == 2


async def test_a_token_refused_twice_keeps_the_message_and_says_so(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    office = await open_office()
    await connected(office)
    command.revoke()
    outgoing = await hand_over(office)
    changed = await office.until_outgoing(outgoing, OutgoingState.FAILED)
    assert isinstance(changed.error, TokenRefused)
    assert "jeton" in changed.error.explanation
    assert "Pro Santé Connect" in changed.error.explanation
    assert command.run_count == 2
    (kept,) = await office.engine.outbox.unsettled()
    assert (kept.state, kept.explanation) == (OutgoingState.FAILED, changed.error.explanation)
    assert copies(real_servers) == 0
    back = await office.engine.outbox.take_back(outgoing.id)
    assert back is not None
    assert replace(back, id=0, updated_at=None) == letter(COLLEAGUE.address, "Bilan")
    assert [draft.subject for draft in await office.engine.drafts()] == ["Bilan"]


async def test_after_a_good_token_the_kept_message_leaves_once(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    office = await open_office()
    await connected(office)
    command.revoke()
    outgoing = await hand_over(office)
    await office.until_outgoing(outgoing, OutgoingState.FAILED)
    command.renew()
    assert await office.engine.outbox.retry(outgoing.id)
    await arrives_once(office, real_servers, outgoing)
    assert command.run_count == 3


async def test_a_refused_line_says_why_and_opens_again_with_a_good_token(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    office = await open_office()
    await connected(office)
    command.revoke()
    await asyncio.to_thread(real_servers.kick, PRACTICE.address)
    office.engine.synchronise()
    await office.until(lambda: office.engine.connectivity is Connectivity.REFUSED)
    told = [event for event in office.events if isinstance(event, ConnectivityChanged)][-1]
    assert isinstance(told.error, TokenRefused)
    command.renew()
    office.engine.reconnect()
    await connected(office)


async def test_a_next_start_asks_for_one_token(
    open_office: OpenOffice, real_servers: RealServers, command: TokenCommand
) -> None:
    first = await open_office(start=False)
    await first.close()
    office = await open_office()
    await connected(office)
    outgoing = await hand_over(office)
    await arrives_once(office, real_servers, outgoing)
    assert command.run_count == 2
