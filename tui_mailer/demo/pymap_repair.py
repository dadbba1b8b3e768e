"""One defect of pymap 0.36.7, repaired: no client could tell an attachment.

Its BODYSTRUCTURE gives a part's disposition as one string, ``"attachment; filename=…"``,
where RFC 3501 §7.4.2 wants a list: ``("attachment" ("filename" "…"))``.
"""

from collections.abc import Callable
from email.headerregistry import ContentDispositionHeader
from typing import Any

from pymap.parsing.primitives import List, Nil, String
from pymap.parsing.response.fetch import (
    BodyStructure,
    ContentBodyStructure,
    MessageBodyStructure,
    MultipartBodyStructure,
    TextBodyStructure,
)

_WRITERS = (
    ContentBodyStructure,
    MessageBodyStructure,
    MultipartBodyStructure,
    TextBodyStructure,
)
# The extension data ends with disposition, language, location.
_DISPOSITION = -3


def repair() -> None:
    """Make pymap write dispositions as lists, in this process; a second call changes nothing."""
    for writer in _WRITERS:
        as_written = writer.__dict__["extended"].fget
        if as_written.__module__ != __name__:
            writer.extended = property(_with_disposition(as_written))  # type: ignore[assignment,method-assign]


def _with_disposition(as_written: Callable[[Any], List]) -> Callable[[BodyStructure], List]:
    def extended(structure: BodyStructure) -> List:
        items = list(as_written(structure).value)
        items[_DISPOSITION] = _disposition(structure.content_disposition)
        return List(items)

    return extended


def _disposition(header: ContentDispositionHeader | None) -> Nil | List:
    if header is None or not header.content_disposition:
        return Nil()
    pairs = [String.build(text) for pair in header.params.items() for text in pair]
    return List([String.build(header.content_disposition), List(pairs) if pairs else Nil()])
