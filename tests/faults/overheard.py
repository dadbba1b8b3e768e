"""What our side says, heard above TLS, so that a bad line can spoil a chosen step of a dialogue.

A trigger is set on a command; when our side is about to send it, faults are armed on the very
connection that it goes through, counted from its first byte.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiosmtplib
import pytest
from faults.proxy import BadLine, Fault, Link

from tui_mailer.backend.imap import connector
from tui_mailer.backend.imap.exchange import Exchange
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.smtp.line import Line

# What a log of the tests may not hold.
_SECRET = re.compile(r"^(AUTH\w*|LOGIN) .*")


@dataclass
class Trigger:
    """Arms `faults` each time a command matches `pattern`, at most `times`."""

    pattern: str
    faults: Sequence[Fault]
    times: int = 1
    links: list[Link] = field(default_factory=list)

    @property
    def struck(self) -> int:
        """How many of its faults have happened."""
        return sum(self._struck_on(link) for link in self.links)

    @property
    def is_set(self) -> bool:
        """False once it was pulled as often as it may be.

        A connection that we left before the fault was due does not count.
        """
        pulled = sum(not link.is_over or self._struck_on(link) > 0 for link in self.links)
        return pulled < self.times

    def _struck_on(self, link: Link) -> int:
        return sum(fault.kind is self.faults[0].kind for fault in link.struck)


class Overheard:
    """Triggers, and all that was said."""

    def __init__(self, imap: BadLine, smtp: BadLine) -> None:
        self.said: list[str] = []
        self._imap = imap
        self._smtp = smtp
        self._triggers: list[Trigger] = []
        self._loop = asyncio.get_running_loop()

    def on(self, pattern: str, *faults: Fault, times: int = 1) -> Trigger:
        """Arm `faults` when a command that `pattern` matches at its start is about to be sent."""
        trigger = Trigger(pattern, faults, times)
        self._triggers.append(trigger)
        return trigger

    def count(self, pattern: str) -> int:
        """How often it was said."""
        return sum(bool(re.match(pattern, command)) for command in self.said)

    def heard(self, command: str, line: BadLine, client_port: int) -> None:
        """Our side is about to send `command`, unless the connection is lost already."""
        if not client_port:
            return
        self.said.append(_SECRET.sub(r"\1", command))
        for trigger in self._triggers:
            if trigger.is_set and re.match(trigger.pattern, command):
                link = line.link_of(client_port)
                trigger.links.append(link)
                for fault in trigger.faults:
                    link.arm(fault)

    def heard_apart(self, command: str, transport: Any) -> None:
        """As `heard`, from the thread of a submission: armed before the first byte comes here."""
        port = _port(transport)
        self._loop.call_soon_threadsafe(self.heard, command, self._smtp, port)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin to hear."""
        self._hear_imap(monkeypatch)
        self._hear_smtp(monkeypatch)

    def _hear_imap(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hears, line = self.heard, self._imap

        class OverheardProtocol(GuardedProtocol):
            async def _transmit(self, data: bytes, exchange: Exchange) -> None:
                if data.startswith(exchange.tag.encode()):
                    text = data.partition(b" ")[2].decode("utf-8", "replace")
                    hears(text, line, _port(self.transport))
                await super()._transmit(data, exchange)

        monkeypatch.setattr(connector, "GuardedProtocol", OverheardProtocol)

    def _hear_smtp(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hears = self.heard_apart
        execute, transfer = aiosmtplib.SMTP.execute_command, Line.transfer

        async def heard_command(client: aiosmtplib.SMTP, *args: bytes, **options: Any) -> Any:
            hears(b" ".join(args).decode(), client.transport)
            return await execute(client, *args, **options)

        async def heard_transfer(line: Line, content: bytes) -> Any:
            hears("BODY", line._client.transport)
            return await transfer(line, content)

        monkeypatch.setattr(aiosmtplib.SMTP, "execute_command", heard_command)
        monkeypatch.setattr(Line, "transfer", heard_transfer)


def _port(transport: Any) -> int:
    """Ours of a connection; 0 when it is lost."""
    _, port = transport.get_extra_info("sockname") or ("", 0)
    return int(port)
