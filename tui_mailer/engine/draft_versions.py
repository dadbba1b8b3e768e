"""The versions of a draft in the server's folder of drafts: found by their mark, and removed.

Some servers search no header that they do not know, some cannot remove one message alone.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Final

from tui_mailer.domain.draft import DraftCopy
from tui_mailer.domain.errors import CommandRefused
from tui_mailer.domain.message import Flags
from tui_mailer.engine.line import Line
from tui_mailer.mime.draft_copy import MARK_HEADER, mark_in

# What is looked for came last: bounds for one look, and for the header of a message.
_MOST_LOOKED_AT: Final = 200
_HEAD_BYTES: Final = 16_384


async def find_versions(line: Line, mark: str, *, is_expected: bool) -> list[int]:
    """UIDs of the open folder, ascending, whose mark is `mark`, or has it as its key.

    When one `is_expected` and the server finds none, or does not search, the newest messages are
    looked at. Each is looked at before it counts: what is found here is removed, and a server that
    answers with what does not bear the mark must not make us remove other drafts.
    """
    try:
        found = await line.server.find_header(MARK_HEADER, mark)
    except CommandRefused:
        found, is_expected = (), True
    bearing = await _bearing(line, found, mark)
    if bearing or not is_expected:
        return bearing
    return await _bearing(line, await _likely(line, mark), mark)


async def versions_of(line: Line, copy: DraftCopy) -> list[int]:
    """UIDs of all that this draft has in the open folder, and of what it was taken over from."""
    is_there = copy.stored_at is not None
    found = await find_versions(line, copy.key, is_expected=is_there)
    if copy.replaces:
        found += await find_versions(line, copy.replaces, is_expected=True)
    return found


async def is_gone(line: Line, versions: Collection[int]) -> bool:
    """True when none is left that could be gone on with."""
    flags = await line.server.flags(sorted(versions)) if versions else {}
    return all(Flags.DELETED in each for each in flags.values())


async def remove_versions(line: Line, uids: Iterable[int]) -> None:
    """Remove `uids` of the open folder; marked as deleted at least, they are gone on with nowhere.

    Without UIDPLUS all that is marked goes, or nothing does (RFC 3501 §6.4.3). So what is marked
    must be ours, these or others that stayed: what another client marked is not ours to remove.
    """
    gone = frozenset(uids)
    if not gone:
        return
    try:
        await line.server.expunge(sorted(gone))
    except CommandRefused:
        await line.server.change_flags(sorted(gone), Flags.DELETED, Flags.NONE)
        flags = await line.server.flags(())
        marked = [uid for uid, each in sorted(flags.items()) if Flags.DELETED in each]
        if await _all_ours(line, [uid for uid in marked if uid not in gone]):
            with suppress(CommandRefused):
                await line.server.expunge_marked(marked)


async def _likely(line: Line, mark: str) -> list[int]:
    newest = (await line.server.uids())[-_MOST_LOOKED_AT:]
    # A version has its mark for a Message-ID too, but another client may have taken that over.
    return [
        message.uid
        async for batch in line.server.messages(newest)
        for message in batch
        if message.message_id.startswith(f"<{mark}")
    ]


async def _bearing(line: Line, uids: Sequence[int], mark: str) -> list[int]:
    newest = uids[-_MOST_LOOKED_AT:]
    return [uid for uid in newest if (await _mark(line, uid)).startswith(mark)]


async def _all_ours(line: Line, uids: Collection[int]) -> bool:
    if len(uids) > _MOST_LOOKED_AT:
        return False
    return all([await _mark(line, uid) for uid in uids])


async def _mark(line: Line, uid: int) -> str:
    """Of a message of the open folder; "" for another client's."""
    return str(mark_in(await line.server.beginning(uid, _HEAD_BYTES) or b"") or "")
