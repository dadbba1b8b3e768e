"""A command as the segments that go on the wire, one after each of the server's go-aheads."""

import logging
from collections.abc import Sequence
from typing import Final, NamedTuple

from aioimaplib import aioimaplib

# It writes passwords, tokens and whole messages into its log.
logging.getLogger(aioimaplib.__name__).disabled = True

# RFC 7888 §5: what LITERAL- allows at once. Larger ones wait, so that a full mailbox can say so.
_LARGEST_UNASKED_BYTES: Final = 4_096


class Segment(NamedTuple):
    """A literal, as it was given since it may have many megabytes, and what follows it."""

    literal: bytes
    text: bytes


def segments(
    head: str, arguments: Sequence[str | bytes], unasked_literals: bool
) -> Sequence[Segment]:
    """Lay out a command.

    Args:
        head: tag and name.
        arguments: text goes as it is, bytes go as a literal.
        unasked_literals: the server has LITERAL+ or LITERAL- (RFC 7888).
    """
    done: list[Segment] = []
    literal, text = b"", head.encode("utf-8", "surrogateescape")
    for argument in arguments:
        if isinstance(argument, str):
            text += b" " + argument.encode("utf-8", "surrogateescape")
        elif unasked_literals and len(argument) <= _LARGEST_UNASKED_BYTES:
            text += b" {%d+}\r\n" % len(argument) + argument
        else:
            done.append(Segment(literal, text + b" {%d}\r\n" % len(argument)))
            literal, text = argument, b""
    done.append(Segment(literal, text + b"\r\n"))
    return done
