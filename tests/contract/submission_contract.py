"""What every `Submission` must do, whatever server takes the messages; give it a `relay`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from tui_mailer.domain.account import Account, Credentials
from tui_mailer.domain.errors import (
    InvalidAddress,
    LoginRefused,
    MessageTooLarge,
    RecipientsRefused,
    SubmissionRefused,
)
from tui_mailer.domain.ports import Submission

DEADLINE_S = 15.0


@dataclass(frozen=True, slots=True)
class Relay:
    """A submission and both its ends.

    Attributes:
        people: two mailboxes that exist.
        stranger: an address that the server refuses.
        colleague: the address of another account, which this one may not write as.
        mailbox: what a mailbox holds, raw messages.
    """

    submission: Submission
    account: Account
    password: str
    people: tuple[str, str]
    stranger: str
    colleague: str
    mailbox: Callable[[str], Sequence[bytes]]

    @property
    def credentials(self) -> Credentials:
        """Those that the server takes."""
        return Credentials(self.account.address, self.password)

    async def submit(self, content: bytes, *recipients: str) -> str:
        """Send `content` as the account."""
        return await self.submission.submit(self.account, self.credentials, recipients, content)

    async def arrived(self, recipient: str, content: bytes) -> list[bytes]:
        """The messages of a mailbox that end with `content`, whatever headers went before it."""
        held = await asyncio.to_thread(self.mailbox, recipient)
        return [raw for raw in held if raw.endswith(content)]

    async def wait_for(self, recipient: str, content: bytes) -> None:
        """Wait until `content` is in a mailbox, then see that it came once."""
        async with asyncio.timeout(DEADLINE_S):
            while not (found := await self.arrived(recipient, content)):
                await asyncio.sleep(0.02)
        assert len(found) == 1


def letter(text: str = "Bonjour,") -> bytes:
    """A message of its own, with lines that SMTP could take for its end."""
    return (
        f"From: <dr@exemple.mssante.fr>\r\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\r\n"
        f"Message-ID: <{uuid4()}@exemple.mssante.fr>\r\n\r\n{text}\r\n.\r\n..\r\n.fin\r\n"
    ).encode()


class SubmissionContract:
    """The tests."""

    @pytest.fixture
    def relay(self) -> Relay:
        """Overridden: the submission and its server."""
        raise NotImplementedError

    async def test_each_recipient_gets_the_very_bytes_once(self, relay: Relay) -> None:
        content = letter()
        assert await relay.submit(content, *relay.people)
        for recipient in relay.people:
            await relay.wait_for(recipient, content)

    async def test_a_report_arrives_whatever_return_path_the_server_takes(
        self, relay: Relay
    ) -> None:
        content, people = letter(), relay.people
        words = await relay.submission.submit(
            relay.account, relay.credentials, people[:1], content, null_sender=True
        )
        assert words
        await relay.wait_for(people[0], content)

    async def test_one_unknown_recipient_means_that_nobody_gets_it(self, relay: Relay) -> None:
        content = letter()
        with pytest.raises(RecipientsRefused) as refused:
            await relay.submit(content, relay.people[0], relay.stranger)
        assert list(refused.value.refusals) == [relay.stranger]
        assert relay.stranger in refused.value.explanation
        # A later message to the same mailbox has arrived: the refused one would be there before.
        later = letter("Plus tard,")
        await relay.submit(later, relay.people[0])
        await relay.wait_for(relay.people[0], later)
        assert await relay.arrived(relay.people[0], content) == []

    async def test_a_wrong_password_is_refused(self, relay: Relay) -> None:
        wrong = replace(relay.credentials, password="faux")
        with pytest.raises(LoginRefused):
            await relay.submission.check(relay.account, wrong)
        with pytest.raises(LoginRefused):
            await relay.submission.submit(relay.account, wrong, relay.people, letter())

    async def test_nobody_writes_as_somebody_else(self, relay: Relay) -> None:
        account = replace(relay.account, address=relay.colleague)
        with pytest.raises((SubmissionRefused, RecipientsRefused)):
            await relay.submission.submit(account, relay.credentials, relay.people, letter())

    async def test_the_size_told_is_the_size_kept(self, relay: Relay) -> None:
        limit_bytes = await relay.submission.check(relay.account, relay.credentials)
        assert limit_bytes is not None
        content = letter("x" * limit_bytes)
        with pytest.raises(MessageTooLarge):
            await relay.submit(content, relay.people[0])
        assert await relay.arrived(relay.people[0], content) == []

    @pytest.mark.parametrize(
        "recipient", ["a@b.fr\r\nRCPT TO:<c@d.fr>", "a b@c.fr", "", "<a@b.fr>"]
    )
    async def test_what_is_no_address_never_leaves(self, relay: Relay, recipient: str) -> None:
        content = letter()
        with pytest.raises(InvalidAddress):
            await relay.submit(content, relay.people[0], recipient)
        assert await relay.arrived(relay.people[0], content) == []
