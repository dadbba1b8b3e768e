"""What every `MailServer` must do, whatever server is behind it; subclass it and give `connect`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from tui_mailer.domain.errors import CommandRefused, ConnectionProblem, MailerError
from tui_mailer.domain.folder import FolderRole
from tui_mailer.domain.message import Flags, RemoteMessage
from tui_mailer.domain.ports import MailServer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Connect = Callable[[], Awaitable[MailServer]]


def letter(
    subject: str,
    message_id: str,
    body: bytes = b"Bonjour,\r\n* 1 FETCH (\r\n",
    charset: str = "",
) -> bytes:
    """A message as stored; `charset` is a parameter of its type."""
    kind = f"MIME-Version: 1.0\r\nContent-Type: text/plain{charset}\r\n" if charset else ""
    return (
        f"From: =?utf-8?q?Dr_=C3=89lodie_Martin?= <dr.martin@cabinet.mssante.fr>\r\n"
        f"To: 279035121518989@patient.mssante.fr\r\n"
        f"Date: Sun, 22 Nov 2026 11:00:00 +0100\r\n{kind}"
        f"Subject: {subject}\r\nMessage-ID: {message_id}\r\n\r\n"
    ).encode() + body


class MailServerContract:
    """The tests; `connect` opens one more connection to the same mailbox."""

    @pytest.fixture
    def connect(self) -> Connect:
        """Overridden: opens a connection."""
        raise NotImplementedError

    @pytest.fixture
    async def server(self, connect: Connect) -> AsyncIterator[MailServer]:
        """One connection with INBOX open."""
        server = await connect()
        await server.open_folder("INBOX")
        yield server
        await server.close()

    @staticmethod
    async def described(server: MailServer, *uids: int) -> list[RemoteMessage]:
        """Rows of `uids`."""
        return [message async for batch in server.messages(uids) for message in batch]

    async def stored(self, server: MailServer, subject: str = "essai") -> int:
        """UID of a new message in INBOX."""
        message_id = f"<{uuid4()}@cabinet.mssante.fr>"
        await server.append("INBOX", letter(subject, message_id), Flags.NONE, NOON)
        await server.keep_alive()
        (uid,) = await server.find_message_id(message_id)
        return uid

    async def test_a_message_is_found_by_its_identity_among_recent_ones(
        self, server: MailServer
    ) -> None:
        message_id = f"<{uuid4()}@cabinet.mssante.fr>"
        await server.append("INBOX", letter("daté", message_id), Flags.NONE, NOON)
        await server.keep_alive()
        day = NOON.date()
        (uid,) = await server.find_message_id(message_id, day - timedelta(days=2))
        assert list(await server.find_message_id(message_id)) == [uid]
        assert list(await server.find_message_id(message_id, day + timedelta(days=2))) == []

    async def test_inbox_is_listed(self, server: MailServer) -> None:
        folders = {folder.name: folder for folder in await server.list_folders()}
        assert folders["INBOX"].role is FolderRole.INBOX
        assert folders["INBOX"].selectable

    @pytest.mark.parametrize("name", ["Échéances", 'dit "A"', "R&D", "deux mots", "x{3+}", "日本"])
    async def test_a_folder_is_created_listed_and_opened(
        self, server: MailServer, name: str
    ) -> None:
        name = f"{name} {uuid4().hex[:6]}"
        await server.create_folder(name)
        await server.create_folder(name)
        assert name in {folder.name for folder in await server.list_folders()}
        assert (await server.open_folder(name)).exists == 0
        assert list(await server.uids()) == []
        assert await self.described(server) == []
        assert await server.flags([]) == {}

    async def test_a_folder_that_does_not_exist(self, server: MailServer) -> None:
        with pytest.raises(CommandRefused):
            await server.open_folder(f"absent {uuid4().hex}")

    async def test_nothing_is_stored_in_a_folder_that_does_not_exist(
        self, server: MailServer
    ) -> None:
        content = letter("perdu", "<perdu@cabinet.mssante.fr>")
        with pytest.raises(CommandRefused):
            await server.append(f"absent {uuid4().hex}", content, Flags.NONE, NOON)
        await server.keep_alive()

    async def test_a_message_comes_back_byte_for_byte(self, server: MailServer) -> None:
        body = "Élève {5}\r\n)\r\n* BYE\r\nA1 OK\r\n".encode() + b"x" * 70_000 + b"\r\n"
        message_id = f"<{uuid4()}@cabinet.mssante.fr>"
        content = letter("octets", message_id, body)
        await server.append("INBOX", content, Flags.SEEN, NOON)
        await server.keep_alive()
        (uid,) = await server.find_message_id(message_id)
        assert await server.content(uid) == content

    async def test_a_large_message_comes_back_byte_for_byte(self, server: MailServer) -> None:
        body = b"".join(b"ligne %d\r\n" % n for n in range(220_000))
        message_id = f"<{uuid4()}@cabinet.mssante.fr>"
        content = letter("gros", message_id, body)
        await server.append("INBOX", content, Flags.SEEN, NOON)
        await server.keep_alive()
        (uid,) = await server.find_message_id(message_id)
        assert await server.content(uid) == content
        assert await server.beginning(uid, 100_000) == content[:100_000]

    async def test_a_large_message_is_given_up_between_two_pieces(self, server: MailServer) -> None:
        body = b"ligne\r\n" * 300_000
        message_id = f"<{uuid4()}@cabinet.mssante.fr>"
        await server.append("INBOX", letter("gros", message_id, body), Flags.SEEN, NOON)
        await server.keep_alive()
        (uid,) = await server.find_message_id(message_id)
        heard: list[int] = []

        def stop(received_bytes: int) -> None:
            heard.append(received_bytes)
            raise MailerError

        with pytest.raises(MailerError):
            await server.content(uid, stop)
        assert 0 < heard[0] < len(body)
        content = await server.content(uid, heard.append)
        assert content is not None
        assert len(content) > max(heard)
        assert heard[1:] == sorted(heard[1:])

    async def test_a_row_says_what_the_list_shows(self, server: MailServer) -> None:
        uid = await self.stored(server, "=?utf-8?q?R=C3=A9sultats?= * 2 :-(")
        (row,) = await self.described(server, uid)
        assert row.uid == uid
        assert row.subject == "Résultats * 2 :-("
        assert (row.sender.name, row.sender.mailbox) == (
            "Dr Élodie Martin",
            "dr.martin@cabinet.mssante.fr",
        )
        assert [a.mailbox for a in row.to] == ["279035121518989@patient.mssante.fr"]
        assert row.received_at == NOON
        assert row.sent_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
        assert not row.has_attachment

    async def test_rows_come_in_the_order_asked_for(self, server: MailServer) -> None:
        uids = [await self.stored(server) for _ in range(3)]
        assert list(await server.uids())[-3:] == uids
        rows = await self.described(server, *reversed(uids), 4_000_000_000)
        assert [row.uid for row in rows] == uids[::-1]

    async def test_flags_are_changed_and_told(self, server: MailServer) -> None:
        uid = await self.stored(server)
        await server.change_flags([uid], Flags.SEEN | Flags.FLAGGED, Flags.NONE)
        assert await server.flags([uid]) == {uid: Flags.SEEN | Flags.FLAGGED}
        await server.change_flags([uid], Flags.ANSWERED, Flags.FLAGGED)
        assert (await server.flags([]))[uid] == Flags.SEEN | Flags.ANSWERED

    async def test_messages_are_moved_with_their_flags_and_dates(self, server: MailServer) -> None:
        folder = f"Rangement {uuid4().hex[:6]}"
        await server.create_folder(folder)
        first, left, last = [await self.stored(server, f"lettre {n}") for n in range(3)]
        await server.change_flags([last], Flags.SEEN | Flags.FLAGGED, Flags.NONE)
        moved = await server.move([first, last, 4_000_000_000], folder)
        assert moved.keys() == {first, last}
        here = await server.uids()
        assert left in here
        assert not {first, last} & {*here}
        await server.open_folder(folder)
        rows = await self.described(server, moved[first], moved[last])
        assert [row.subject for row in rows] == ["lettre 0", "lettre 2"]
        assert [row.flags for row in rows] == [Flags.NONE, Flags.SEEN | Flags.FLAGGED]
        assert {row.received_at for row in rows} == {NOON}

    async def test_nothing_moves_to_a_folder_that_does_not_exist(self, server: MailServer) -> None:
        uid = await self.stored(server)
        with pytest.raises(CommandRefused):
            await server.move([uid], f"absent {uuid4().hex}")
        assert uid in await server.uids()

    async def test_what_others_marked_as_deleted_is_not_removed(self, server: MailServer) -> None:
        gone, marked = await self.stored(server), await self.stored(server)
        await server.change_flags([marked], Flags.DELETED, Flags.NONE)
        await server.expunge([gone])
        here = await server.uids()
        assert marked in here
        assert gone not in here

    async def test_what_is_marked_as_deleted_is_removed_where_no_other_is(
        self, server: MailServer
    ) -> None:
        folder = f"Brouillons {uuid4().hex[:6]}"
        await server.create_folder(folder)
        for number in range(3):
            await server.append(folder, letter("x", f"<{number}@x>"), Flags.NONE, NOON)
        await server.open_folder(folder)
        kept, *marked = await server.uids()
        await server.change_flags(marked, Flags.DELETED, Flags.NONE)
        with pytest.raises(CommandRefused):
            await server.expunge_marked([kept, marked[0]])
        assert list(await server.uids()) == [kept, *marked]
        await server.expunge_marked([kept, *marked])
        assert list(await server.uids()) == [kept]

    async def test_reading_sets_no_flag(self, server: MailServer) -> None:
        uid = await self.stored(server)
        await server.content(uid)
        await self.described(server, uid)
        assert await server.flags([uid]) == {uid: Flags.NONE}

    async def test_a_message_that_is_not_there(self, server: MailServer) -> None:
        assert await server.content(4_000_000_000) is None
        assert await server.beginning(4_000_000_000, 100) is None
        assert await server.flags([4_000_000_000]) == {}
        assert list(await server.find_message_id("<personne@nulle.part>")) == []

    async def test_words_are_found_in_bodies(self, server: MailServer) -> None:
        word = f"lithiase{uuid4().hex[:8]}"
        folder = f"Cherche {uuid4().hex[:6]}"
        await server.create_folder(folder)
        for subject, body in (("avis", "rien"), ("avis", f"une {word}."), ("", f"{word} œdème")):
            content = letter(subject, f"<{uuid4()}@x>", body.encode(), "; charset=utf-8")
            await server.append(folder, content, Flags.NONE, NOON)
        await server.open_folder(folder)
        first, second, third = await server.uids()

        async def found(
            text: str, uids: tuple[int, int] = (first, third), **days: date
        ) -> list[int]:
            return list(await server.search_bodies(text, uids, **days))

        assert await found(word) == [second, third]
        assert await found(word.upper()) == [second, third]
        assert await found(f"{word} absent") == []
        assert await found("œdème") == [third]
        assert await found(word, (third, 4_000_000_000)) == [third]
        assert await found(word, (1, second)) == [second]
        assert await found(word, since=NOON.date(), before=date(2026, 11, 23)) == [second, third]
        assert await found(word, before=NOON.date()) == []
        assert await found(word, since=date(2026, 11, 23)) == []

    @pytest.mark.parametrize(
        "text",
        ['a " NOT b\\', "{3+}", "x) (ALL", "\x00\r\nA1 NOOP", "échographie {9}\r\n", "日本語"],
    )
    async def test_whatever_is_looked_for_is_text_and_nothing_else(
        self, server: MailServer, text: str
    ) -> None:
        await self.stored(server)
        assert list(await server.search_bodies(text, (1, 4_000_000_000))) == []
        await server.keep_alive()

    async def test_messages_are_found_by_any_header(self, server: MailServer) -> None:
        key = uuid4().hex
        versions = [f"{key}.{n}" for n in (1, 2)]
        for version in versions:
            content = f"X-Tui-Mailer-Draft: {version}\r\n".encode() + letter(
                version, f"<{version}@x>"
            )
            await server.append("INBOX", content, Flags.DRAFT, NOON)
        await server.keep_alive()
        first, second = await server.find_header("X-Tui-Mailer-Draft", key)
        assert list(await server.find_header("X-Tui-Mailer-Draft", versions[1])) == [second]
        assert first < second
        assert list(await server.find_header("X-Tui-Mailer-Draft", uuid4().hex)) == []

    async def test_a_wait_ends_when_another_client_stores_a_message(
        self, server: MailServer, connect: Connect
    ) -> None:
        other = await connect()
        await other.append("INBOX", letter("neuf", "<n@n>"), Flags.NONE, NOON)
        assert await server.wait_for_change(30)
        await other.close()

    async def test_a_wait_without_news_ends_in_time(self, server: MailServer) -> None:
        await server.keep_alive()
        await server.wait_for_change(0)
        assert not await server.wait_for_change(0.1)

    async def test_closing_twice_is_no_error(self, server: MailServer) -> None:
        await server.close()
        await server.close()

    async def test_a_closed_connection_serves_nothing_more(self, server: MailServer) -> None:
        await server.close()
        with pytest.raises(ConnectionProblem):
            await server.keep_alive()
