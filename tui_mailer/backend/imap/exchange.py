"""One command in flight and what came back for it."""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from tui_mailer.backend.imap.limits import Allowance
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.status import Status
from tui_mailer.domain.errors import MailerError, ProtocolBroken

_FETCHED: Final = re.compile(rb"\* [0-9]+ FETCH ")


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's end: the tagged status, and the untagged responses before it.

    `result` and `lines` are what aioimaplib's own methods look at.
    """

    status: Status
    responses: tuple[RawResponse, ...] = ()

    @property
    def result(self) -> str:
        """``OK``, ``NO`` or ``BAD``."""
        return self.status.word

    @property
    def lines(self) -> list[bytes]:
        """Nothing: aioimaplib must not read responses itself."""
        return []


@dataclass(slots=True)
class Exchange:
    """A command that waits for its tagged status.

    Attributes:
        tag: what the status must begin with.
        name: of the command, in capitals.
        allowance: more than it ends the connection.
        go_aheads_left: continuation requests that we have an answer to.
    """

    tag: str
    name: str
    allowance: Allowance
    go_aheads_left: int
    answer: asyncio.Future[Answer]
    go_ahead: asyncio.Future[None]
    responses: list[RawResponse] = field(default_factory=list)
    kept_bytes: int = 0

    def asks_for(self, responses: Iterable[RawResponse]) -> bool:
        """True when it is a FETCH and these are its data, as nearly all is that ever comes."""
        return self.name == "FETCH" and all(
            map(_FETCHED.match, [response[0] for response in responses])
        )

    def keep(self, *responses: RawResponse) -> None:
        """Note untagged responses.

        Raises:
            ProtocolBroken: more than allowed.
        """
        self.responses += responses
        self.kept_bytes += sum(map(len, chain.from_iterable(responses)))
        if (
            len(self.responses) > self.allowance.responses
            or self.kept_bytes > self.allowance.response_bytes
        ):
            raise ProtocolBroken

    def proceed(self) -> None:
        """A continuation request arrived.

        Raises:
            ProtocolBroken: nothing is left to send.
        """
        if not self.go_aheads_left or self.go_ahead.done():
            raise ProtocolBroken
        self.go_aheads_left -= 1
        self.go_ahead.set_result(None)

    def end(self, tag: str, status: Status) -> None:
        """The tagged status arrived.

        Raises:
            ProtocolBroken: it is another command's.
        """
        if tag != self.tag or self.answer.done():
            raise ProtocolBroken
        self.answer.set_result(Answer(status, tuple(self.responses)))

    def fail(self, error: MailerError) -> None:
        """Nothing more will come."""
        fail(self.answer, error)
        fail(self.go_ahead, error)


def fail(future: asyncio.Future[Any], error: MailerError) -> None:
    """Set `error` on a future that still waits; nobody need look at it."""
    if not future.done():
        future.set_exception(error)
        future.exception()
