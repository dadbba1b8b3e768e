"""One logged-in connection as the engine wants it: `domain.ports.MailServer`."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from aioimaplib import aioimaplib

from tui_mailer.backend.imap import envelope, names
from tui_mailer.backend.imap.batch import Batch, Sizes
from tui_mailer.backend.imap.copied import read_copied
from tui_mailer.backend.imap.errors import ContentTooLarge, accepted
from tui_mailer.backend.imap.exchange import Answer
from tui_mailer.backend.imap.flags import from_wire, storable, to_wire
from tui_mailer.backend.imap.folder_commands import FolderCommands
from tui_mailer.backend.imap.limits import Allowance, Limits
from tui_mailer.backend.imap.protocol import GuardedProtocol
from tui_mailer.backend.imap.receive import RawResponse
from tui_mailer.backend.imap.results import read_appended_uid, read_search
from tui_mailer.backend.imap.search_keys import arguments, day, read_esearch
from tui_mailer.backend.imap.sets import uid_set, uid_sets
from tui_mailer.backend.imap.tokens import uid as checked_uid
from tui_mailer.backend.slices import in_handfuls, in_slices
from tui_mailer.domain.errors import (
    CommandRefused,
    FolderKeepsAll,
    LineLost,
    MailerError,
    MoveUnsupported,
)
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import OnBytes

_ROW_BYTES: Final = 2 * 1024
_FLAGS_BYTES: Final = 64
_FIRST_SLICE_BYTES: Final = 1024 * 1024
_NEXT_SLICE_BYTES: Final = 512 * 1024


class ImapServer(FolderCommands):
    """See `domain.ports.MailServer`, which says what each method does."""

    def __init__(self, line: GuardedProtocol, limits: Limits) -> None:
        """`line` is logged in."""
        super().__init__(line)
        self._limits = limits

    # --- messages

    async def uids(self) -> Sequence[int]:
        """All UIDs of the open folder, ascending."""
        return await self._search("ALL")

    async def messages(self, uids: Sequence[int]) -> AsyncGenerator[Sequence[RemoteMessage], None]:
        """Describe `uids` in the order given, in batches; those expunged are left out.

        While one batch is used, the next is on its way and is read as it comes. No command is
        sent but when the caller asks for more: in between he may open another folder. Left before
        its end, it ends the connection, as any cancelled command does.
        """
        sizes = Sizes(uids)
        coming = following = await self._ask(sizes.take())
        try:
            while coming is not None:
                sizes.came_in(await coming.arrival())
                following = await self._ask(sizes.take())
                yield await coming.described()
                coming = following
        finally:
            for batch in (coming, following):
                if batch is not None:
                    batch.cancel()

    async def _ask(self, uids: Sequence[int]) -> Batch | None:
        if not uids:
            return None
        return await Batch.ask(uids, self._describe(uids), self._read_messages)

    async def _describe(self, uids: Sequence[int]) -> Sequence[RawResponse]:
        allowance = Allowance.for_messages(len(uids), _ROW_BYTES)
        return await self._fetch(uid_set(uids), envelope.ITEMS, allowance)

    async def _read_messages(self, responses: Sequence[RawResponse]) -> Mapping[int, RemoteMessage]:
        described: dict[int, RemoteMessage] = {}
        async for some in in_handfuls(responses):
            for message in self._sane(envelope.read_messages, some):
                described.setdefault(message.uid, message)
        return described

    async def flags(self, uids: Sequence[int]) -> Mapping[int, Flags]:
        """Flags of `uids` that still exist; all of the folder's when `uids` is empty."""
        wanted = uid_sets(uids) if uids else [("1:*", self._selected.state.exists)]
        asked = frozenset(uids)
        found: dict[int, Flags] = {}
        for one_set, count in wanted:
            allowance = Allowance.for_messages(count, _FLAGS_BYTES)
            async for response in in_slices(await self._fetch(one_set, "(UID FLAGS)", allowance)):
                attributes = self._sane(envelope.read_attributes, response)
                if attributes is None or not {b"UID", b"FLAGS"} <= attributes.keys():
                    continue
                uid = self._sane(checked_uid, attributes[b"UID"])
                if uid in asked or not asked:
                    found[uid] = from_wire(attributes[b"FLAGS"])
        return found

    async def content(self, uid: int, on_bytes: OnBytes | None = None) -> bytes | None:
        """The whole message, bytes as stored; None when it is gone. Sets no flag.

        `on_bytes` hears how many bytes are here between two pieces, and may end it by raising.

        Raises:
            ContentTooLarge: above our limit.
        """
        content = bytearray()
        wanted = _FIRST_SLICE_BYTES
        while True:
            piece = await self._slice(uid, len(content), wanted)
            if piece is None:
                return None
            content += piece
            if len(piece) < wanted:
                return bytes(content)
            if len(content) >= self._limits.content_bytes:
                raise ContentTooLarge
            if on_bytes is not None:
                on_bytes(len(content))
            wanted = _NEXT_SLICE_BYTES

    async def beginning(self, uid: int, size_bytes: int) -> bytes | None:
        """At most the first `size_bytes` of a message; None when it is gone. Sets no flag."""
        return await self._slice(uid, 0, size_bytes)

    async def _slice(self, uid: int, start: int, wanted: int) -> bytes | None:
        """At most `wanted` bytes from `start`; None when the message is gone."""
        item = f"(UID BODY.PEEK[]<{start}.{wanted}>)"
        for response in await self._fetch(str(uid), item, Allowance(expected_bytes=wanted)):
            attributes = self._sane(envelope.read_attributes, response) or {}
            if attributes.get(b"UID") != str(uid).encode():
                continue
            value = attributes.get(b"BODY[]<%d>" % start, attributes.get(b"BODY[]"))
            if isinstance(value, bytes) and len(value) <= wanted:
                return value
        return None

    async def change_flags(self, uids: Sequence[int], add: Flags, remove: Flags) -> None:
        """Add and remove flags on `uids` of the open folder; others than it keeps are left out.

        Raises:
            CommandRefused: it does not keep what the user marks by hand (RFC 3501 §7.1,
                PERMANENTFLAGS): servers say OK to it all the same.
        """
        by_hand = (add | remove) & Flags.FLAGGED
        if storable(by_hand, self._selected.permanent_flags) != by_hand:
            raise CommandRefused
        for sign, flags in (("+", add), ("-", remove)):
            kept = storable(flags, self._selected.permanent_flags)
            for one_set, _ in uid_sets(uids) if kept else ():
                answer: Answer = await self._line.uid(
                    "STORE", one_set, f"{sign}FLAGS.SILENT", to_wire(kept)
                )
                accepted(answer)

    async def move(self, uids: Sequence[int], folder: str) -> Mapping[int, int]:
        """Move `uids` of the open folder to `folder`; old UID -> new UID where the server tells.

        Without MOVE (RFC 6851): a copy, then the removal of these messages and of no other.

        Raises:
            MoveUnsupported: that would remove what another client marked, or we may remove nothing.
        """
        verb = "MOVE" if "MOVE" in self._line.capabilities else "COPY"
        if verb == "COPY":
            self._check_removal()
        moved: dict[int, int] = {}
        for one_set, count in uid_sets(uids):
            allowance = Allowance.for_messages(count, _FLAGS_BYTES)
            target = self._spelled(folder)
            answer = await self._line.run(verb, one_set, target, prefix="UID", allowance=allowance)
            told = accepted(answer)
            moved.update(read_copied(told.responses, told.status, frozenset(uids)))
            if verb == "COPY":
                await self._remove(one_set, count)
        return moved

    async def expunge(self, uids: Sequence[int]) -> None:
        """Remove `uids` of the open folder for good, and no other message (RFC 4315 §2.1).

        Raises:
            MoveUnsupported: the server has no UIDPLUS, or does not let us in this folder.
        """
        self._check_removal()
        for one_set, count in uid_sets(uids):
            await self._remove(one_set, count)

    async def expunge_marked(self, uids: Sequence[int]) -> None:
        """Remove what is marked as deleted in the open folder, where only `uids` are.

        For servers without UIDPLUS. EXPUNGE takes no UIDs (RFC 3501 §6.4.3): what another client
        marks between the two commands goes too, the time of one answer before that client would
        remove it. To unmark others' messages first would lose their marks with the line.

        Raises:
            MoveUnsupported: others are marked too; nothing was removed.
        """
        if not frozenset(uids).issuperset(await self._search("DELETED")):
            raise MoveUnsupported
        allowance = Allowance.for_messages(len(uids), _FLAGS_BYTES)
        accepted(await self._line.run("EXPUNGE", allowance=allowance))

    def _check_removal(self) -> None:
        """Some servers say OK to marks that they do not keep, and to the removal of nothing."""
        permanent = self._selected.permanent_flags
        if permanent is not None and b"\\deleted" not in permanent:
            raise FolderKeepsAll
        if "UIDPLUS" not in self._line.capabilities:
            raise MoveUnsupported

    async def _remove(self, one_set: str, count: int) -> None:
        store: Answer = await self._line.uid("STORE", one_set, "+FLAGS.SILENT", "(\\Deleted)")
        accepted(store)
        allowance = Allowance.for_messages(count, _FLAGS_BYTES)
        accepted(await self._line.run("EXPUNGE", one_set, prefix="UID", allowance=allowance))

    async def append(self, folder: str, content: bytes, flags: Flags, at: datetime) -> int | None:
        """Store a message in `folder`; its UID when the server tells (UIDPLUS).

        Raises:
            OverQuota: the mailbox is full.
        """
        answer = await self._line.run(
            "APPEND",
            self._spelled(folder),
            to_wire(flags),
            aioimaplib.time2internaldate(at),
            literals=(content,),
            allowance=Allowance(expected_bytes=len(content)),
        )
        return read_appended_uid(accepted(answer).status)

    async def find_message_id(self, message_id: str, since: date | None = None) -> Sequence[int]:
        """UIDs of the open folder, received `since` a day, whose Message-ID header is `message_id`.

        The server looks for a part of the header: the caller who wants more compares.
        """
        recent = [] if since is None else ["SINCE", day(since)]
        return await self._search(*recent, "HEADER", "Message-ID", names.quoted(message_id))

    async def find_header(self, name: str, value: str) -> Sequence[int]:
        """UIDs of the open folder, ascending, whose header `name` holds `value`, both ASCII."""
        return await self._search("HEADER", name, names.quoted(value))

    async def search_bodies(
        self,
        text: str,
        uids: tuple[int, int],
        *,
        since: date | None = None,
        before: date | None = None,
    ) -> Sequence[int]:
        """UIDs, ascending, of messages of the open folder with `text` in their bodies."""
        found = await self._search(*arguments(text, uids, since, before))
        return [uid for uid in found if uids[0] <= uid <= uids[1]]

    # --- waiting

    async def wait_for_change(self, timeout_s: float) -> bool:
        """IDLE on the open folder (NOOP polling without it); True when something changed.

        News that came with another command's answer count: none is lost in between.
        """
        changed, deadlines = self._line.changed, self._line.deadlines
        ends_at = time.monotonic() + timeout_s
        can_idle = "IDLE" in self._line.capabilities
        while not changed.is_set() and (left_s := ends_at - time.monotonic()) > 0:
            # Some servers tell an idle client only what happens once it idles.
            await self.keep_alive()
            if changed.is_set():
                break
            if can_idle:
                answer = await self._line.idle_until_change(min(left_s, deadlines.idle_s))
                can_idle = answer.result == "OK"
            else:
                await self._line.change_or_end(min(left_s, deadlines.poll_s))
        self._line.check()
        found = changed.is_set()
        changed.clear()
        return found

    async def keep_alive(self) -> None:
        """NOOP; a line that does not answer it soon is dead."""
        try:
            async with asyncio.timeout(self._line.deadlines.sign_of_life_s):
                answer: Answer = await self._line.simple_command("NOOP")
        except TimeoutError as error:
            raise LineLost from error
        accepted(answer)

    async def close(self) -> None:
        """LOGOUT when the line still answers, then close; never raises, never lingers."""
        try:
            async with asyncio.timeout(self._line.deadlines.goodbye_s):
                await self._line.logout()
        except (MailerError, TimeoutError):
            pass
        finally:
            self._line.break_off(LineLost())
        await self._line.closed()

    # --- common to all

    async def _search(self, *criteria: str | bytes) -> Sequence[int]:
        """UIDs, ascending; bytes among `criteria` go as literals.

        Asked for as ranges where the server writes them (RFC 4731): 100,000 UIDs in ten bytes.
        No CHARSET unless a criterion has one: some servers refuse it, and most of what we look for
        is ASCII.
        """
        ranges = ["RETURN (ALL)"] if "ESEARCH" in self._line.capabilities else []
        answer = await self._line.run("SEARCH", prefix="UID", literals=[*ranges, *criteria])
        found = set[int]()
        for response in accepted(answer).responses:
            verb = response[0][2:].partition(b" ")[0].upper()
            if verb == b"ESEARCH":
                found.update(self._sane(read_esearch, response))
            elif verb == b"SEARCH":
                found.update(self._sane(read_search, response))
        return sorted(found)

    async def _fetch(self, uids: str, items: str, allowance: Allowance) -> Sequence[RawResponse]:
        answer = await self._line.run("FETCH", uids, items, prefix="UID", allowance=allowance)
        # Some were expunged by another client: what was there has been told (RFC 5530).
        if answer.status.code == "EXPUNGEISSUED":
            return answer.responses
        return accepted(answer).responses
