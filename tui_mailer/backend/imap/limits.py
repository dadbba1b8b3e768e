"""How much a server may send, and how long it may take."""

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB
_MOST_MESSAGES = 500_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds against a hostile or mad server; past one, the connection is dropped.

    Attributes:
        line_bytes: of one line; the UIDs of 500,000 messages fit.
        literal_bytes: of one literal; above the largest slice of a body that we ask for.
        response_bytes: of one response, its literals included.
        response_parts: lines of one response, that is its literals and one.
        content_bytes: of one whole message, fetched by slices.
    """

    line_bytes: int = 4 * _MIB
    literal_bytes: int = 2 * _MIB
    response_bytes: int = 8 * _MIB
    response_parts: int = 20_000
    content_bytes: int = 100 * _MIB


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The longest waits, in seconds.

    Attributes:
        name_s: the look-up of the host's name.
        connect_s: TCP, TLS and the greeting, each.
        silence_s: without one byte sent or received while a command runs; a server that indexes
            a large folder for the first time says nothing for half a minute.
        command_s: each wait of a command, before its size is counted.
        slowest_bytes_per_s: what a command's size is divided by, to lengthen `command_s`.
        sign_of_life_s: the answer to NOOP, which costs a server nothing.
        goodbye_s: the answer to LOGOUT.
        poll_s: between two NOOPs where the server has no IDLE.
        idle_s: one IDLE, before it is renewed (RFC 2177: less than 30 minutes).
    """

    name_s: float = 15.0
    connect_s: float = 20.0
    silence_s: float = 60.0
    command_s: float = 120.0
    slowest_bytes_per_s: float = 8.0 * _KIB
    sign_of_life_s: float = 20.0
    goodbye_s: float = 2.0
    poll_s: float = 60.0
    idle_s: float = 28 * 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one command may bring back.

    Attributes:
        responses: untagged responses kept for it.
        response_bytes: their bytes.
        expected_bytes: sent and received when all goes well; lengthens the deadline.
    """

    responses: int = 10_000
    response_bytes: int = 8 * _MIB
    expected_bytes: int = 0

    @classmethod
    def for_messages(cls, count: int, bytes_each: int) -> "Allowance":
        """Room for `count` messages described in about `bytes_each`.

        A sender may fill a header with thousands of recipients: the bytes are bounded for all
        together, generously, so that such messages stay listed.
        """
        bounded = min(count, _MOST_MESSAGES)
        return cls(
            responses=cls().responses + 2 * bounded,
            response_bytes=128 * _MIB,
            expected_bytes=bounded * bytes_each,
        )
