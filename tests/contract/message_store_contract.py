"""What any `MessageStore` promises; a test module inherits it and says how a store is made."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tui_mailer.domain.action import PendingMove, Place, RemovalInDoubt
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import (
    Draft,
    DraftCopy,
    FileAttachment,
    ForwardedAttachment,
    Outgoing,
    OutgoingState,
)
from tui_mailer.domain.errors import StoreDamaged
from tui_mailer.domain.exchange import Exchange, ExchangeState
from tui_mailer.domain.folder import Folder, FolderRole, FolderState, RemoteFolder
from tui_mailer.domain.ins import Matricule
from tui_mailer.domain.message import Flags, FolderView, PatientsView, RemoteMessage
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import SafeText, safe_line

OWNER = "jeanne.martin@hopital.mssante.fr"
HELENE = "279035121518989"
MARC = "184127645108946"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INBOX = RemoteFolder("INBOX", "/", FolderRole.INBOX)
SENT = RemoteFolder("Éléments envoyés", "/", FolderRole.SENT)
ARCHIVE = RemoteFolder("Archives", "/", FolderRole.ARCHIVE)
JUNK = RemoteFolder("Indésirables", "/", FolderRole.JUNK)


def person(mailbox: str, name: str = "") -> Address:
    return Address.received(mailbox, name)


def patient(matricule: str, name: str = "") -> Address:
    return person(f"{matricule}@patient.mssante.fr", name)


DURAND = person("paul.durand@cabinet.mssante.fr", "Dr Paul DURAND")
JEANNE = person(OWNER, "Dr Jeanne MARTIN")


def letter(
    uid: int, subject: str = "Bilan", sender: Address = DURAND, **changes: object
) -> RemoteMessage:
    """A message received `uid` minutes after noon."""
    plain = RemoteMessage(
        uid=uid,
        flags=Flags.NONE,
        size_bytes=2_000 + uid,
        received_at=NOON + timedelta(minutes=uid),
        subject=safe_line(subject),
        sender=sender,
        to=(JEANNE,),
        message_id=f"<{uid}@exemple.fr>",
    )
    return plain._replace(**changes)  # type: ignore[arg-type]  # (fields by name, checked at run time)


def sending_on(message_id: int, about: str = "") -> Draft:
    attachment = ForwardedAttachment(message_id, 0, "bilan.pdf", "application/pdf", 5)
    return Draft(attachments=(attachment,), about=about)


def to_send(message_id: str = "<1@exemple.fr>", **changes: object) -> Outgoing:
    plain = Outgoing(
        id=0,
        message_id=message_id,
        subject=SafeText("Bilan"),
        recipients=(DURAND.mailbox,),
        patient="",
        state=OutgoingState.QUEUED,
        due_at=NOON,
        size_bytes=7,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # (fields by name, checked at run time)


async def folder(store: MessageStore, remote: RemoteFolder) -> Folder:
    return next(found for found in await store.folders() if found.name == remote.name)


async def with_folders(store: MessageStore, *remote: RemoteFolder) -> Sequence[int]:
    """Save these folders; their ids in this order."""
    await store.save_folders(remote)
    return [(await folder(store, one)).id for one in remote]


async def subjects(store: MessageStore, view: FolderView | PatientsView) -> list[str]:
    return [row.subject for row in await store.rows(view, 0, 1_000)]


async def ids_by_uid(store: MessageStore, folder_id: int) -> dict[int, int]:
    return {row.uid: row.id for row in await store.rows(FolderView(folder_id), 0, 10_000)}


async def ids_of(store: MessageStore, folder_id: int) -> Sequence[int]:
    return [row.id for row in await store.rows(FolderView(folder_id), 0, 10_000)]


async def counts(store: MessageStore, remote: RemoteFolder) -> tuple[int, int]:
    """All and unread messages of a folder."""
    found = await folder(store, remote)
    return found.total_count, found.unread_count


class FolderContract:
    async def test_a_new_store_has_no_folder(self, store: MessageStore) -> None:
        assert await store.folders() == []

    async def test_folders_come_in_the_order_of_the_pane_with_french_labels(
        self, store: MessageStore
    ) -> None:
        names = [
            ("Zoé", FolderRole.ORDINARY),
            ("Poubelle", FolderRole.TRASH),
            ("Laboratoires/Biologie", FolderRole.ORDINARY),
            ("Spam", FolderRole.JUNK),
            ("Écrits", FolderRole.ORDINARY),
            ("Archive", FolderRole.ARCHIVE),
            ("Laboratoires", FolderRole.ORDINARY),
            ("Drafts", FolderRole.DRAFTS),
            ("Sent", FolderRole.SENT),
            ("INBOX", FolderRole.INBOX),
        ]
        await store.save_folders([RemoteFolder(name, "/", role) for name, role in names])
        assert [(f.label, f.depth) for f in await store.folders()] == [
            ("Boîte de réception", 0),
            ("Messages envoyés", 0),
            ("Brouillons", 0),
            ("Archives", 0),
            ("Indésirables", 0),
            ("Corbeille", 0),
            ("Écrits", 0),
            ("Laboratoires", 0),
            ("Biologie", 1),
            ("Zoé", 0),
        ]

    async def test_folders_below_the_inbox_stand_as_if_they_were_beside_it(
        self, store: MessageStore
    ) -> None:
        await store.save_folders(
            [
                RemoteFolder("INBOX.Labo", "."),
                RemoteFolder("INBOX", ".", FolderRole.INBOX),
                RemoteFolder("INBOX.Sent", ".", FolderRole.SENT),
            ]
        )
        assert [(f.label, f.depth) for f in await store.folders()] == [
            ("Boîte de réception", 0),
            ("Messages envoyés", 0),
            ("Labo", 0),
        ]

    async def test_a_folder_that_only_names_others_now_holds_nothing(
        self, store: MessageStore
    ) -> None:
        (labo,) = await with_folders(store, RemoteFolder("Labo", "/"))
        await store.add_messages(labo, [letter(1)])
        await store.save_folders([RemoteFolder("Labo", "/", selectable=False)])
        (folder,) = await store.folders()
        assert (folder.selectable, folder.total_count) == (False, 0)
        assert await store.rows(FolderView(labo), 0, 10) == []

    async def test_the_children_of_a_known_folder_follow_it(self, store: MessageStore) -> None:
        await store.save_folders(
            [RemoteFolder("Divers", "/"), RemoteFolder("Archives/2024", "/"), ARCHIVE]
        )
        assert [(f.label, f.depth) for f in await store.folders()] == [
            ("Archives", 0),
            ("2024", 1),
            ("Divers", 0),
        ]

    async def test_a_second_folder_of_one_role_is_not_taken_for_the_first(
        self, store: MessageStore
    ) -> None:
        await store.save_folders(
            [
                RemoteFolder("Corbeille ancienne", "/", FolderRole.TRASH),
                RemoteFolder("Bin", "/", FolderRole.TRASH),
            ]
        )
        assert [f.label for f in await store.folders()] == ["Corbeille", "Corbeille ancienne"]

    async def test_a_hostile_folder_name_is_shown_with_marks(self, store: MessageStore) -> None:
        await store.save_folders([RemoteFolder("Labo\x1b[2J", "/")])
        (found,) = await store.folders()
        assert (found.name, found.label) == ("Labo\x1b[2J", "Labo␛[2J")

    async def test_folders_seen_again_keep_their_id_and_messages(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        await store.save_folders([SENT, replace(INBOX, delimiter=".")])
        again = await folder(store, INBOX)
        assert (again.id, again.total_count, again.delimiter) == (inbox, 1, ".")

    async def test_a_vanished_folder_goes_with_its_messages(self, store: MessageStore) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        await store.add_messages(archive, [letter(1)])
        (held,) = (await ids_by_uid(store, archive)).values()
        await store.save_content(held, b"x", "x")
        await store.save_folders([INBOX])
        assert [f.id for f in await store.folders()] == [inbox]
        assert await store.summary(held) is None
        assert await store.content(held) is None

    async def test_a_folder_that_comes_back_has_a_new_id(self, store: MessageStore) -> None:
        (first,) = await with_folders(store, ARCHIVE)
        await store.save_folders([])
        (second,) = await with_folders(store, ARCHIVE)
        assert second > first

    async def test_uid_validity_and_first_synchronisation(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        assert await store.uid_validity(inbox) is None
        await store.reset_folder(inbox, 42)
        assert await store.uid_validity(inbox) == 42
        assert not (await folder(store, INBOX)).synced
        await store.mark_synced(inbox, FolderState(42, 3, 2, 17))
        assert (await folder(store, INBOX)).synced

    async def test_a_reset_folder_forgets_its_messages_and_must_be_synced_anew(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1), letter(2)])
        await store.mark_synced(inbox, FolderState(42, 3, 2, 17))
        await store.reset_folder(inbox, 43)
        found = await folder(store, INBOX)
        assert (found.total_count, found.unread_count, found.synced) == (0, 0, False)
        assert await store.known_flags(inbox) == {}


class MessageContract:
    async def test_a_message_comes_back_as_its_row(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        paris = timezone(timedelta(hours=2))
        sent = letter(
            7,
            "Compte rendu d’échographie",
            received_at=datetime(2026, 5, 1, 0, 30, 15, 123_456, tzinfo=paris),
            flags=Flags.SEEN | Flags.FLAGGED,
            has_attachment=True,
        )
        await store.add_messages(inbox, [sent])
        (row,) = await store.rows(FolderView(inbox), 0, 10)
        assert (row.folder_id, row.uid, row.message_id) == (inbox, 7, "<7@exemple.fr>")
        assert (row.subject, row.correspondent) == ("Compte rendu d’échographie", DURAND)
        assert (row.shown_at, row.size_bytes) == (sent.received_at, sent.size_bytes)
        assert row.flags == Flags.SEEN | Flags.FLAGGED
        assert (row.has_attachment, row.outgoing, row.patient, row.body_held) == (
            True,
            False,
            "",
            False,
        )
        assert await store.summary(row.id) == row

    async def test_a_uid_already_held_is_left_as_it_is(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, "Premier")])
        await store.add_messages(inbox, [letter(1, "Second"), letter(2, "Autre")])
        assert await subjects(store, FolderView(inbox)) == ["Autre", "Premier"]

    async def test_messages_for_a_folder_that_vanished_go_nowhere(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.save_folders([])
        await store.add_messages(inbox, [letter(1)])
        assert await store.count(FolderView(inbox)) == 0

    async def test_pages_are_newest_first_wherever_they_are(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        same_time = [letter(uid, f"m{uid}", received_at=NOON) for uid in range(50, 60)]
        await store.add_messages(
            inbox, [letter(uid, f"m{uid}") for uid in range(1, 50)] + same_time
        )
        whole = await subjects(store, FolderView(inbox))
        assert whole[:2] == ["m49", "m48"]
        assert whole[-2:] == ["m51", "m50"]  # at one time, the one added last comes first
        for start, stop in (
            (0, 7),
            (20, 33),
            (29, 30),
            (30, 31),
            (40, 59),
            (55, 90),
            (59, 70),
            (5, 5),
        ):
            page = await store.rows(FolderView(inbox), start, stop)
            assert [row.subject for row in page] == whole[start:stop]

    async def test_counts_follow_every_change(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)

        async def counts() -> tuple[int, int, int]:
            found = await folder(store, INBOX)
            return found.total_count, found.unread_count, await store.count(FolderView(inbox))

        await store.add_messages(inbox, [letter(1), letter(2), letter(3, flags=Flags.SEEN)])
        assert await counts() == (3, 2, 3)
        held = await ids_by_uid(store, inbox)
        await store.change_flags([held[1]], Flags.SEEN, Flags.NONE)
        await store.change_flags([held[1]], Flags.SEEN, Flags.NONE)
        assert await counts() == (3, 1, 3)
        await store.apply_server_flags(inbox, {3: Flags.NONE})
        assert await counts() == (3, 2, 3)
        await store.remove_messages(inbox, [2, 99])
        assert await counts() == (2, 1, 2)

    async def test_a_message_of_ours_is_listed_by_its_first_recipient(
        self, store: MessageStore
    ) -> None:
        (inbox, sent) = await with_folders(store, INBOX, SENT)
        ours = person(OWNER.upper())
        await store.add_messages(inbox, [letter(1, sender=ours, to=(), cc=(DURAND, JEANNE))])
        await store.add_messages(
            sent, [letter(1, sender=person("alias@x.mssante.fr"), to=(DURAND,))]
        )
        for folder_id in (inbox, sent):
            (row,) = await store.rows(FolderView(folder_id), 0, 1)
            assert (row.outgoing, row.correspondent) == (True, DURAND)

    async def test_a_message_of_nobody_to_nobody_is_listed(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        nobody = person("")
        await store.add_messages(inbox, [letter(1, sender=nobody, to=(), message_id="")])
        (row,) = await store.rows(FolderView(inbox), 0, 1)
        assert row.correspondent == nobody

    @pytest.mark.parametrize(
        "at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    )
    async def test_a_message_from_the_end_of_time_is_listed(
        self, store: MessageStore, at: datetime
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, received_at=at, size_bytes=10**30)])
        (row,) = await store.rows(FolderView(inbox), 0, 1)
        assert row.shown_at.astimezone(timezone(timedelta(hours=-12))).year == at.year

    async def test_a_message_id_that_is_no_text_is_listed(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, message_id="<\udce9@x>")])
        assert await store.count(FolderView(inbox)) == 1

    async def test_the_whole_message_is_kept_byte_for_byte(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        (held,) = (await ids_by_uid(store, inbox)).values()
        assert await store.content(held) is None
        content = bytes(range(256)) * 10
        await store.save_content(held, b"first", "")
        await store.save_content(held, content, "le texte")
        assert await store.content(held) == content
        found = await store.summary(held)
        assert found is not None
        assert found.body_held

    async def test_the_body_of_a_message_that_vanished_goes_nowhere(
        self, store: MessageStore
    ) -> None:
        await store.save_content(12_345, b"x", "x")
        assert await store.content(12_345) is None


class PatientContract:
    async def test_patients_messages_are_one_list_over_all_folders(
        self, store: MessageStore
    ) -> None:
        inbox, sent = await with_folders(store, INBOX, SENT)
        await store.add_messages(
            inbox, [letter(1, "confrère"), letter(2, "question", patient(HELENE.lower()))]
        )
        await store.add_messages(
            sent, [letter(3, "réponse", JEANNE, to=(DURAND,), cc=(patient(HELENE),))]
        )
        await store.add_messages(inbox, [letter(4, "autre", patient(MARC))])
        assert await subjects(store, PatientsView()) == ["autre", "réponse", "question"]
        assert await subjects(store, PatientsView(HELENE)) == ["réponse", "question"]
        assert await store.count(PatientsView()) == 3
        assert await store.count(PatientsView(HELENE)) == 2
        assert [row.patient for row in await store.rows(PatientsView(MARC), 0, 9)] == [MARC]

    async def test_the_inbox_may_be_seen_without_patients(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox, [letter(1, "confrère"), letter(2, "question", patient(HELENE))]
        )
        assert await subjects(store, FolderView(inbox, with_patients=False)) == ["confrère"]
        assert await store.count(FolderView(inbox, with_patients=False)) == 1
        assert await store.count(FolderView(inbox)) == 2

    async def test_unread_mail_of_patients_is_counted_apart(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox, [letter(1), letter(2, sender=patient(HELENE)), letter(3, sender=patient(MARC))]
        )

        async def unread() -> tuple[int, int]:
            found = await folder(store, INBOX)
            return found.unread_count, found.patient_unread_count

        assert await unread() == (3, 2)
        ids = await ids_by_uid(store, inbox)
        await store.change_flags([ids[1], ids[2]], Flags.SEEN, Flags.NONE)
        assert await unread() == (1, 1)
        await store.change_flags([ids[2]], Flags.NONE, Flags.SEEN)
        assert await unread() == (2, 2)
        await store.remove_messages(inbox, [3])
        assert await unread() == (1, 1)

    async def test_messages_of_one_second_are_listed_by_uid_in_whatever_order_they_came(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        same = [letter(uid, f"n° {uid}", received_at=NOON) for uid in (3, 1, 2)]
        await store.add_messages(inbox, same)
        assert await subjects(store, FolderView(inbox)) == ["n° 3", "n° 2", "n° 1"]

    @pytest.mark.parametrize(
        "mailbox",
        [
            "reponse.automatique-test@patient.mssante.fr",
            f"{HELENE}@patient.mssante.fr.example",
            "279035121518988@patient.mssante.fr",
        ],
    )
    async def test_what_only_looks_like_a_patient_is_none(
        self, store: MessageStore, mailbox: str
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, sender=person(mailbox))])
        assert await store.count(PatientsView()) == 0
        assert await store.find_patients("", 9) == []

    async def test_a_copy_of_a_message_is_listed_once_among_patients(
        self, store: MessageStore
    ) -> None:
        sent, archive = await with_folders(store, SENT, ARCHIVE)
        message = letter(1, "réponse", JEANNE, to=(patient(HELENE),))
        await store.add_messages(sent, [message])
        await store.add_messages(archive, [message._replace(uid=9)])
        (row,) = await store.rows(PatientsView(), 0, 9)
        assert row.folder_id == archive
        assert await store.count(PatientsView()) == 1
        assert len(await store.find_patients("", 9)) == 1
        await store.remove_messages(archive, [9])
        (row,) = await store.rows(PatientsView(), 0, 9)
        assert row.folder_id == sent

    async def test_an_older_copy_does_not_replace_the_newest(self, store: MessageStore) -> None:
        sent, archive = await with_folders(store, SENT, ARCHIVE)
        message = letter(5, "réponse", JEANNE, to=(patient(HELENE),))
        await store.add_messages(sent, [message])
        await store.add_messages(archive, [message._replace(uid=9, received_at=NOON)])
        (row,) = await store.rows(PatientsView(HELENE), 0, 9)
        assert row.folder_id == sent
        await store.save_folders([ARCHIVE])
        (row,) = await store.rows(PatientsView(HELENE), 0, 9)
        assert row.folder_id == archive

    async def test_a_reused_message_id_hides_no_other_message(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox,
            [
                letter(1, "douleur", patient(HELENE), message_id="<même@x>"),
                letter(2, "merci", patient(HELENE), message_id="<même@x>"),
                letter(3, "sans identifiant", patient(HELENE), message_id="", size_bytes=5),
                letter(4, "sans identifiant", patient(HELENE), message_id="", size_bytes=5),
            ],
        )
        assert await store.count(PatientsView()) == 4

    async def test_patients_are_found_by_name_or_matricule(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox,
            [
                letter(1, "a", patient(HELENE, "Hélène ŒUVRARD-Petit")),
                letter(2, "b", patient(HELENE), flags=Flags.SEEN),
                letter(3, "c", patient(MARC, "Marc François")),
            ],
        )
        everyone = await store.find_patients("", 9)
        assert [known.matricule for known in everyone] == [Matricule(MARC), Matricule(HELENE)]
        helene = everyone[1]
        assert await store.count(PatientsView(HELENE)) == 2
        assert (helene.name, helene.unread_count, helene.last_at) == (
            "Hélène ŒUVRARD-Petit",
            1,
            NOON + timedelta(minutes=2),
        )
        for text in ("helene", "HÉL", "oeuv", "petit hel", "2 79 03", "27903512151898", "279-03"):
            assert await store.find_patients(text, 9) == [helene], text
        for text in ("élène", "patient", "mssante", "79", "%", "*", "' OR 1=1"):
            assert await store.find_patients(text, 9) == [], text
        assert len(await store.find_patients("", 1)) == 1

    async def test_the_label_last_seen_names_a_patient(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(5, sender=patient(HELENE, "Hélène PETIT"))])
        await store.add_messages(inbox, [letter(2, sender=patient(HELENE, "Hélène ŒUVRARD"))])
        await store.add_messages(inbox, [letter(6, sender=patient(HELENE))])
        (known,) = await store.find_patients("", 9)
        assert known.name == "Hélène PETIT"

    async def test_what_is_the_same_without_case_names_no_patient(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        disguised = person(f"{HELENE}@patient.m\u017f\u017fante.fr", "Jean DUPONT")
        letters = [letter(1, sender=patient(HELENE, "Hélène PETIT")), letter(2, sender=disguised)]
        await store.add_messages(inbox, letters)
        assert await store.patient_label(HELENE) == "Hélène PETIT"
        assert await store.find_patients("dupont", 9) == []

    async def test_what_others_call_a_patient_names_nobody(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, sender=patient(HELENE, "Hélène PETIT"))])
        wrong = patient(HELENE, "Jean DUPONT")
        await store.add_messages(
            inbox,
            [letter(2, to=(wrong,)), letter(3, cc=(wrong,)), letter(4, to=(patient(MARC, "X"),))],
        )
        known = await store.find_patients("", 9)
        assert {one.matricule.text: one.name for one in known} == {HELENE: "Hélène PETIT", MARC: ""}
        assert await store.patient_label(HELENE) == "Hélène PETIT"
        assert await store.find_patients("dupont", 9) == []

    async def test_exchanges_are_kept(self, store: MessageStore) -> None:
        assert await store.exchange(HELENE) == Exchange(HELENE)
        opened = Exchange(HELENE, ExchangeState.OPEN, NOON, NOON - timedelta(hours=1))
        await store.save_exchange(opened)
        await store.save_exchange(Exchange(MARC, ExchangeState.CLOSED, NOON))
        assert await store.exchange(HELENE) == opened
        closed = replace(opened, state=ExchangeState.CLOSED, confirmed_at=None)
        await store.save_exchange(closed)
        assert await store.exchange(HELENE) == closed

    async def test_what_was_sent_from_elsewhere_moves_an_exchange_too(
        self, store: MessageStore
    ) -> None:
        inbox, sent, drafts = await with_folders(
            store, INBOX, SENT, RemoteFolder("Brouillons", "/", FolderRole.DRAFTS)
        )
        await store.add_messages(sent, [letter(1, "Bilan", JEANNE, to=(patient(HELENE),))])
        opened = await store.exchange(HELENE)
        assert (opened.state, opened.since) == (ExchangeState.OPEN, NOON + timedelta(minutes=1))
        await store.add_messages(sent, [letter(2, "[FIN]", JEANNE, to=(patient(HELENE),))])
        assert (await store.exchange(HELENE)).state is ExchangeState.CLOSED
        await store.add_messages(
            drafts, [letter(3, "pas encore parti", JEANNE, to=(patient(HELENE),))]
        )
        await store.add_messages(inbox, [letter(4, "reçu après la fin", patient(HELENE))])
        closed = await store.exchange(HELENE)
        assert (closed.state, closed.since) == (ExchangeState.CLOSED, NOON + timedelta(minutes=2))

    async def test_what_was_noted_last_wins_over_older_messages(self, store: MessageStore) -> None:
        (sent,) = await with_folders(store, SENT)
        await store.add_messages(sent, [letter(1, "[FIN]", JEANNE, to=(patient(HELENE),))])
        an_hour_later = NOON + timedelta(hours=1)
        opened = Exchange(HELENE, ExchangeState.OPEN, an_hour_later, NOON, an_hour_later)
        await store.save_exchange(opened)
        assert await store.exchange(HELENE) == opened
        await store.add_messages(sent, [letter(90, "[FIN]", JEANNE, to=(patient(HELENE),))])
        later = await store.exchange(HELENE)
        assert (later.state, later.confirmed_at) == (ExchangeState.CLOSED, NOON)

    async def test_a_confirmation_is_noted_on_its_exchange_alone(self, store: MessageStore) -> None:
        opened = Exchange(HELENE, ExchangeState.OPEN, NOON)
        await store.save_exchange(opened)
        for matricule in (HELENE, MARC):
            confirmation = IdentityConfirmation(Matricule(matricule), "Femme, mars 1979", NOON)
            await store.record_confirmation(confirmation, OWNER)
        assert await store.exchange(HELENE) == replace(opened, confirmed_at=NOON)
        assert await store.exchange(MARC) == Exchange(MARC, confirmed_at=NOON)


class FlagContract:
    async def test_a_local_change_shows_at_once_and_waits_for_the_server(
        self, store: MessageStore
    ) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        await store.add_messages(inbox, [letter(1, flags=Flags.FLAGGED), letter(2)])
        held = await ids_by_uid(store, inbox)
        await store.change_flags([held[1]], Flags.SEEN, Flags.FLAGGED)
        found = await store.summary(held[1])
        assert found is not None
        assert found.flags == Flags.SEEN
        assert await store.known_flags(inbox) == {1: Flags.FLAGGED, 2: Flags.NONE}
        assert await store.known_flags(inbox, 2) == {2: Flags.NONE}
        assert await store.known_flags(archive) == {}
        (pending,) = await store.pending_flag_changes()
        assert (pending.folder_name, pending.uid) == ("INBOX", 1)
        assert (pending.add, pending.remove) == (Flags.SEEN, Flags.FLAGGED)

    async def test_changes_wait_in_their_order_until_the_server_has_them(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        (held,) = (await ids_by_uid(store, inbox)).values()
        await store.change_flags([held], Flags.SEEN, Flags.NONE)
        await store.change_flags([held], Flags.NONE, Flags.SEEN)
        first, second = await store.pending_flag_changes()
        assert (first.add, second.remove) == (Flags.SEEN, Flags.SEEN)
        await store.forget_pending([first.id])
        assert await store.known_flags(inbox) == {1: Flags.SEEN}
        assert await store.pending_flag_changes() == [second]
        await store.forget_pending([second.id])
        assert await store.known_flags(inbox) == {1: Flags.NONE}
        assert await store.pending_flag_changes() == []

    async def test_each_version_of_a_draft_is_later_than_the_one_before(
        self, store: MessageStore
    ) -> None:
        first = await store.save_draft(Draft(body="10 mg"), NOON)
        second = await store.save_draft(replace(first, body="1 mg"), NOON - timedelta(hours=1))
        assert first.updated_at is not None
        assert second.updated_at is not None
        assert second.updated_at > first.updated_at
        assert await store.draft(first.id) == second

    async def test_a_change_that_the_server_refuses_is_taken_back_alone(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, flags=Flags.ANSWERED), letter(2)])
        held = await ids_by_uid(store, inbox)
        await store.change_flags([held[1], held[2]], Flags.SEEN, Flags.ANSWERED)
        await store.change_flags([held[1]], Flags.FLAGGED, Flags.NONE)
        pending = await store.pending_flag_changes()
        first, _ = [change for change in pending if change.uid == 1]
        (other,) = [change for change in pending if change.uid == 2]
        await store.refuse_pending([first.id])
        shown = {row.uid: row.flags for row in await store.rows(FolderView(inbox), 0, 5)}
        assert shown == {1: Flags.ANSWERED | Flags.FLAGGED, 2: Flags.SEEN}
        assert await store.known_flags(inbox) == {1: Flags.ANSWERED, 2: Flags.NONE}
        assert other in await store.pending_flag_changes()
        (folder,) = await store.folders()
        assert folder.unread_count == 1

    async def test_a_change_that_changes_nothing_is_not_sent(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, flags=Flags.SEEN)])
        (held,) = (await ids_by_uid(store, inbox)).values()
        await store.change_flags([held], Flags.SEEN, Flags.DELETED)
        assert await store.pending_flag_changes() == []

    async def test_the_server_does_not_undo_a_change_that_waits(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1), letter(2), letter(3, flags=Flags.SEEN)])
        held = await ids_by_uid(store, inbox)
        await store.change_flags([held[1]], Flags.SEEN, Flags.NONE)
        said = {1: Flags.NONE, 2: Flags.ANSWERED, 3: Flags.SEEN, 77: Flags.SEEN}
        assert await store.apply_server_flags(inbox, said) == 1
        shown = {row.uid: row.flags for row in await store.rows(FolderView(inbox), 0, 9)}
        assert shown == {1: Flags.SEEN, 2: Flags.ANSWERED, 3: Flags.SEEN}
        assert await store.apply_server_flags(inbox, {1: Flags.ANSWERED}) == 1
        found = await store.summary(held[1])
        assert found is not None
        assert found.flags == Flags.SEEN | Flags.ANSWERED
        assert await store.known_flags(inbox) == {
            1: Flags.ANSWERED,
            2: Flags.ANSWERED,
            3: Flags.SEEN,
        }

    async def test_a_change_of_a_message_that_was_expunged_is_forgotten(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        (held,) = (await ids_by_uid(store, inbox)).values()
        await store.change_flags([held], Flags.SEEN, Flags.NONE)
        await store.remove_messages(inbox, [1])
        assert await store.pending_flag_changes() == []


class MoveContract:
    async def test_a_moved_message_stands_in_its_new_folder_at_once(
        self, store: MessageStore
    ) -> None:
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        await store.add_messages(inbox, [letter(uid, f"n° {uid}") for uid in (1, 2, 3)])
        held = await ids_by_uid(store, inbox)
        await store.save_content(held[2], b"octets", "texte")
        await store.move_messages([held[2]], archive)
        assert await subjects(store, FolderView(inbox)) == ["n° 3", "n° 1"]
        (moved,) = await store.rows(FolderView(archive), 0, 9)
        assert (moved.id, moved.subject, moved.body_held) == (held[2], "n° 2", True)
        assert await store.content(held[2]) == b"octets"
        assert await counts(store, INBOX) == (2, 2)
        assert await counts(store, ARCHIVE) == (1, 1)
        assert await store.pending_moves() == [PendingMove(held[2], Place(inbox, 2), archive)]
        assert await store.place(held[2]) == Place(inbox, 2)

    async def test_a_synchronisation_takes_a_moved_message_neither_for_new_nor_for_gone(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        assert await store.known_flags(inbox) == {1: Flags.NONE}
        assert await store.known_flags(archive) == {}
        await store.add_messages(inbox, [letter(1)])
        await store.remove_messages(inbox, [1])
        assert await store.count(FolderView(inbox)) == 0
        assert list(await ids_of(store, archive)) == [first]

    async def test_a_move_that_the_server_has_is_settled(self, store: MessageStore) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.try_move([first], archive, 70)
        (doubt,) = await store.pending_moves()
        assert (doubt.tried_id, doubt.floor) == (archive, 70)
        await store.add_messages(archive, [letter(71), letter(72)])
        await store.move_done(archive, {first: 71})
        assert await store.pending_moves() == []
        assert await store.place(first) == Place(archive, 71)
        assert (await ids_by_uid(store, archive))[71] == first
        assert await counts(store, ARCHIVE) == (2, 2)
        assert await store.known_flags(inbox) == {}

    async def test_a_move_is_settled_though_what_was_learnt_of_it_meanwhile_was_moved_on(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.try_move([first], archive, 70)
        await store.add_messages(archive, [letter(71)])
        await store.move_messages([(await ids_by_uid(store, archive))[71]], inbox)
        await store.move_done(archive, {first: 71})
        assert await store.pending_moves() == []
        assert await ids_by_uid(store, archive) == {71: first}
        assert await store.count(FolderView(inbox)) == 0

    async def test_a_move_taken_back_before_the_server_has_it_leaves_nothing_to_do(
        self, store: MessageStore
    ) -> None:
        inbox, _, (first,) = await self.moved(store, letter(1))
        await store.move_messages([first], inbox)
        assert await store.pending_moves() == []
        assert await ids_by_uid(store, inbox) == {1: first}
        assert await counts(store, INBOX) == (1, 1)
        assert await counts(store, ARCHIVE) == (0, 0)

    async def test_a_move_taken_back_before_it_is_tried_is_not_tried(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first, second) = await self.moved(store, letter(1), letter(2))
        await store.move_messages([first], inbox)
        assert list(await store.try_move([first, second], archive, 5)) == [second]
        assert await store.pending_moves() == [
            PendingMove(second, Place(inbox, 2), archive, archive, 5)
        ]

    async def test_a_move_taken_back_while_it_is_done_is_done_backwards(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.try_move([first], archive, 5)
        await store.move_messages([first], inbox)
        assert await store.pending_moves() == [
            PendingMove(first, Place(inbox, 1), inbox, archive, 5)
        ]
        await store.move_done(archive, {first: 6})
        assert await store.pending_moves() == [PendingMove(first, Place(archive, 6), inbox)]
        assert list(await ids_of(store, inbox)) == [first]

    async def test_a_move_taken_back_that_was_never_done_is_settled(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.try_move([first], archive, 5)
        await store.move_messages([first], inbox)
        await store.move_not_done([first])
        assert await store.pending_moves() == []
        assert await ids_by_uid(store, inbox) == {1: first}

    async def test_what_the_server_refuses_to_move_is_given_back(self, store: MessageStore) -> None:
        inbox, archive, (first, second) = await self.moved(store, letter(1), letter(2))
        await store.give_back([first, second])
        assert await ids_by_uid(store, inbox) == {1: first, 2: second}
        assert await store.count(FolderView(archive)) == 0
        assert await store.pending_moves() == []

    async def test_flags_of_a_moved_message_go_where_the_server_has_it(
        self, store: MessageStore
    ) -> None:
        _, _, (first,) = await self.moved(store, letter(7))
        await store.change_flags([first], Flags.SEEN, Flags.NONE)
        (pending,) = await store.pending_flag_changes()
        assert (pending.folder_name, pending.uid) == ("INBOX", 7)
        assert await counts(store, ARCHIVE) == (1, 0)

    async def test_messages_on_their_way_to_a_folder_that_vanished_are_back(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.reset_folder(archive, 9)
        await store.save_folders([INBOX])
        assert await ids_by_uid(store, inbox) == {1: first}
        assert await store.pending_moves() == []
        assert await counts(store, INBOX) == (1, 1)

    async def test_messages_whose_old_folder_vanished_are_gone_with_it(
        self, store: MessageStore
    ) -> None:
        _, archive, _ = await self.moved(store, letter(1))
        await store.save_folders([ARCHIVE])
        assert await store.count(FolderView(archive)) == 0
        assert await counts(store, ARCHIVE) == (0, 0)

    async def test_new_numbers_where_they_come_from_end_a_move(self, store: MessageStore) -> None:
        inbox, archive, _ = await self.moved(store, letter(1))
        await store.reset_folder(inbox, 9)
        assert await store.pending_moves() == []
        assert await store.count(FolderView(archive)) == 0

    async def test_new_numbers_where_they_go_do_not(self, store: MessageStore) -> None:
        _, archive, (first,) = await self.moved(store, letter(1))
        await store.add_messages(archive, [letter(8)])
        await store.reset_folder(archive, 9)
        assert list(await ids_of(store, archive)) == [first]

    async def test_a_folder_made_here_stays_until_the_server_has_it(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        archive = await store.add_folder(ARCHIVE)
        assert await store.add_folder(ARCHIVE) == archive
        (first,) = await ids_of(store, inbox)
        await store.move_messages([first], archive)
        await store.save_folders([INBOX])
        assert list(await ids_of(store, archive)) == [first]
        await store.give_back([first])
        await store.save_folders([INBOX])
        assert [found.name for found in await store.folders()] == ["INBOX"]

    async def test_a_removal_for_good_is_noted_and_not_undone_by_a_synchronisation(
        self, store: MessageStore
    ) -> None:
        inbox, archive, (first,) = await self.moved(store, letter(1))
        await store.add_messages(archive, [letter(5)])
        await store.expunge_messages([first, (await ids_by_uid(store, archive))[5]])
        assert await store.pending_expunges() == {inbox: [1], archive: [5]}
        await store.add_messages(archive, [letter(5)])
        assert await store.count(FolderView(archive)) == 0
        await store.forget_expunges(inbox, [1])
        await store.remove_messages(archive, [5])
        assert await store.pending_expunges() == {}

    async def test_a_removal_in_doubt_is_for_both_places_once_it_was_found(
        self, store: MessageStore
    ) -> None:
        inbox, archive, held = await self.moved(store, letter(1), letter(2))
        await store.try_move(held, archive, 5)
        await store.expunge_messages(held)
        assert await store.pending_expunges() == {}
        first, second = await store.removals_in_doubt()
        assert first == RemovalInDoubt(
            Place(inbox, 1), archive, 5, "<1@exemple.fr>", 2_001, NOON + timedelta(minutes=1)
        )
        await store.add_messages(archive, [letter(6)])
        await store.settle_removal(first, 6)
        await store.settle_removal(second, None)
        assert await store.removals_in_doubt() == []
        assert await store.pending_expunges() == {inbox: [1, 2], archive: [6]}
        assert await store.count(FolderView(archive)) == 0

    async def test_no_removal_survives_new_numbers(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1)])
        await store.expunge_messages(list(await ids_of(store, inbox)))
        await store.reset_folder(inbox, 9)
        assert await store.pending_expunges() == {}

    @staticmethod
    async def moved(store: MessageStore, *letters: RemoteMessage) -> tuple[int, int, Sequence[int]]:
        """The inbox, the archive, and messages moved from one to the other, first UID first."""
        inbox, archive = await with_folders(store, INBOX, ARCHIVE)
        await store.add_messages(inbox, letters)
        held = [id_ for _, id_ in sorted((await ids_by_uid(store, inbox)).items())]
        await store.move_messages(held, archive)
        return inbox, archive, held


class AddressContract:
    async def test_completes_by_the_beginning_of_any_word(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        rene = person("rene.lefebvre@chu.mssante.fr", "Pr René LEFÈBVRE")
        await store.add_messages(inbox, [letter(1, sender=rene), letter(2)])
        for text in ("rene", "RENÉ", "lefeb", "pr lef", "rene.lef", "chu", "lefebvre@chu.ms"):
            assert await store.complete_address(text, 9) == [rene], text
        for text in ("ené", "fr rené x", "%", "_", "()", '"'):
            assert await store.complete_address(text, 9) == [], text
        assert len(await store.complete_address("", 9)) == 2
        assert len(await store.complete_address("", 1)) == 1

    async def test_those_used_most_come_first_then_those_used_last(
        self, store: MessageStore
    ) -> None:
        inbox, sent = await with_folders(store, INBOX, SENT)
        often, late, early = (
            person(f"dr.{name}@x.mssante.fr") for name in ("often", "late", "early")
        )
        await store.add_messages(inbox, [letter(1, sender=early), letter(9, sender=late)])
        await store.add_messages(sent, [letter(uid, sender=JEANNE, to=(often,)) for uid in (2, 3)])
        assert await store.complete_address("dr", 9) == [often, late, early]

    async def test_one_mailbox_is_one_contact_under_its_newest_label(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox,
            [
                letter(2, sender=person("A.Roy@x.mssante.fr", "Anne ROY")),
                letter(1, sender=person("a.roy@x.mssante.fr", "Roy")),
                letter(3, sender=person("a.roy@X.mssante.fr")),
            ],
        )
        (found,) = await store.complete_address("roy", 9)
        assert found.name == "Anne ROY"
        assert found.mailbox.lower() == "a.roy@x.mssante.fr"

    @pytest.mark.parametrize(
        "mailbox",
        [
            OWNER,
            "sans-arobase",
            "dr\x1b@x.mssante.fr",
            f"{HELENE}@patient.mssante.fr.example",
            f"{HELENE}@pat1ent.mssante.fr",
        ],
    )
    async def test_what_must_not_be_written_to_is_never_offered(
        self, store: MessageStore, mailbox: str
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1, sender=person(mailbox, "Piège"), to=())])
        assert await store.complete_address("", 9) == []

    @pytest.mark.parametrize("label", [f"{HELENE}@patient.mssante.fr", "2 79 03 51 215 189 89"])
    async def test_a_label_that_says_a_patients_address_offers_nobody_elses(
        self, store: MessageStore, label: str
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(
            inbox, [letter(1), letter(2, sender=person(DURAND.mailbox, label))]
        )
        assert await store.complete_address("279", 9) == []
        assert await store.complete_address("durand", 9) == [DURAND]

    async def test_a_name_that_somebody_else_put_before_an_address_offers_it_to_nobody(
        self, store: MessageStore
    ) -> None:
        inbox, sent = await with_folders(store, INBOX, SENT)
        other = person("claire.roy@x.mssante.fr")
        kerbrat, roy = (person(who.mailbox, "Dr KERBRAT") for who in (DURAND, other))
        await store.add_messages(inbox, [letter(1), letter(2, to=(roy,), cc=(kerbrat,))])
        assert await store.complete_address("kerbrat", 9) == []
        assert await store.complete_address("durand", 9) == [DURAND]
        assert await store.complete_address("roy", 9) == [other]
        # The owner knows whom he writes to.
        named = person(other.mailbox, "Claire ROY")
        await store.add_messages(sent, [letter(3, sender=JEANNE, to=(named,))])
        assert await store.complete_address("claire", 9) == [named]

    async def test_junk_makes_no_contacts(self, store: MessageStore) -> None:
        (junk,) = await with_folders(store, JUNK)
        await store.add_messages(junk, [letter(1)])
        assert await store.complete_address("", 9) == []

    async def test_the_recipients_of_a_circular_are_no_contacts(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        crowd = tuple(person(f"p{number}@x.mssante.fr") for number in range(10_000))
        await store.add_messages(inbox, [letter(1, to=crowd)])
        assert await store.complete_address("", 9) == [DURAND]


class DraftContract:
    async def test_a_draft_comes_back_whole(self, store: MessageStore) -> None:
        draft = Draft(
            to=(patient(HELENE, "Hélène"),),
            cc=(DURAND,),
            bcc=(JEANNE,),
            subject="Résultat\twith tab",
            body="Bonjour,\n\x00\x1b\ud800 œdème « léger »\r\n",
            attachments=(
                FileAttachment(Path("/tmp/été.pdf"), "été.pdf", "application/pdf", 12),
                ForwardedAttachment(3, 1, "x.zip", "application/zip", 99),
            ),
            in_reply_to="<a@b>",
            references=("<0@b>", "<a@b>"),
            answers=3,
            forwards=4,
            about=HELENE,
            final=True,
            incomplete_recipients=("dur", "", "\udcff"),
        )
        saved = await store.save_draft(draft, NOON)
        assert saved == replace(draft, id=saved.id, updated_at=NOON)
        assert saved.id > 0
        assert await store.draft(saved.id) == saved
        assert await store.drafts() == [saved]

    async def test_a_saved_draft_is_replaced_and_the_newest_is_first(
        self, store: MessageStore
    ) -> None:
        one = await store.save_draft(Draft(body="un"), NOON)
        two = await store.save_draft(Draft(body="deux"), NOON)
        later = await store.save_draft(replace(one, body="un bis"), NOON + timedelta(seconds=2))
        assert later.id == one.id
        assert await store.drafts() == [later, two]

    async def test_a_discarded_draft_can_be_saved_back(self, store: MessageStore) -> None:
        saved = await store.save_draft(Draft(body="texte"), NOON)
        await store.discard_draft(saved.id)
        await store.discard_draft(saved.id)
        assert await store.draft(saved.id) is None
        assert await store.save_draft(saved, NOON) == saved

    async def test_the_id_of_a_discarded_draft_is_not_given_again(
        self, store: MessageStore
    ) -> None:
        first = await store.save_draft(Draft(), NOON)
        await store.discard_draft(first.id)
        assert (await store.save_draft(Draft(), NOON)).id > first.id

    async def test_what_a_draft_sends_on_stays_when_the_message_goes_and_goes_with_the_draft(
        self, store: MessageStore
    ) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(1), letter(2)])
        held = await ids_by_uid(store, inbox)
        for uid, message_id in held.items():
            await store.save_content(message_id, b"%d" % uid, "")
        draft = await store.save_draft(sending_on(held[1]), NOON)
        await store.remove_messages(inbox, [1, 2])
        assert await store.content(held[2]) is None
        draft = await store.save_draft(replace(draft, body="corrigé"), NOON)
        queued = await store.queue(to_send(), b"x", draft)
        await store.save_draft(Draft(), NOON)
        taken = await store.take_back(queued.id, [OutgoingState.QUEUED])
        assert taken is not None
        assert await store.content(held[1]) == b"1"
        await store.discard_draft(taken.id)
        assert await store.content(held[1]) is None

    async def test_nothing_of_a_patient_stays_for_a_draft_that_is_not_bound_to_that_patient(
        self, store: MessageStore
    ) -> None:
        drafts = RemoteFolder("Brouillons", "/", FolderRole.DRAFTS)
        for folder_id in await with_folders(store, INBOX, drafts):
            both = [letter(uid, sender=patient(HELENE)) for uid in (1, 2)]
            await store.add_messages(folder_id, both)
        bound, unbound = (await ids_by_uid(store, (await folder(store, INBOX)).id)).values()
        written = (await ids_by_uid(store, (await folder(store, drafts)).id)).popitem()[1]
        for message_id in (bound, unbound, written):
            await store.save_content(message_id, b"x", "")
        await store.save_draft(sending_on(bound, HELENE), NOON)
        for message_id, about in ((unbound, ""), (unbound, MARC), (written, "")):
            await store.save_draft(sending_on(message_id, about), NOON)
        await store.save_folders([])
        assert await store.content(bound) == b"x"
        assert await store.content(unbound) is None
        assert await store.content(written) == b"x"


class OutboxContract:
    async def test_what_a_message_answers_is_kept_with_it(self, store: MessageStore) -> None:
        queued = await store.queue(to_send(answers=7, forwards=9), b"x", Draft())
        found = await store.outgoing(queued.id)
        assert found is not None
        assert (found.answers, found.forwards) == (7, 9)

    async def test_queueing_moves_the_draft_to_the_outbox(self, store: MessageStore) -> None:
        draft = await store.save_draft(Draft(body="texte"), NOON)
        other = await store.save_draft(Draft(body="autre"), NOON)
        outgoing = to_send(patient=HELENE, recipients=("a@b.fr", "c@d.fr"))
        queued = await store.queue(outgoing, b"\x00bytes\r\n", draft)
        assert queued == replace(outgoing, id=queued.id)
        assert await store.drafts() == [other]
        assert await store.outbox() == [queued]
        assert await store.outgoing(queued.id) == queued
        assert await store.outgoing_content(queued.id) == b"\x00bytes\r\n"

    async def test_two_key_presses_queue_one_message(self, store: MessageStore) -> None:
        draft = await store.save_draft(Draft(body="texte"), NOON)
        first, second = await asyncio.gather(
            store.queue(to_send("<1@x>"), b"1", draft), store.queue(to_send("<2@x>"), b"2", draft)
        )
        assert first == second
        assert await store.outbox() == [first]

    async def test_one_message_id_is_queued_once(self, store: MessageStore) -> None:
        first = await store.queue(to_send("<1@x>"), b"1", Draft())
        assert await store.queue(to_send("<1@x>"), b"1", Draft()) == first
        assert await store.queue(to_send("<2@x>"), b"2", Draft()) != first
        assert len(await store.outbox()) == 2

    async def test_the_outbox_is_oldest_first_without_what_was_sent(
        self, store: MessageStore
    ) -> None:
        one, two, three = [await store.queue(to_send(f"<{n}@x>"), b"", Draft()) for n in range(3)]
        assert await store.set_outgoing_state(two.id, [OutgoingState.QUEUED], OutgoingState.SENT)
        assert [o.id for o in await store.outbox()] == [one.id, three.id]
        settled = await store.outgoing(two.id)
        assert settled is not None
        assert settled.state is OutgoingState.SENT

    async def test_the_bytes_of_a_message_are_kept_until_its_copy_is_stored(
        self, store: MessageStore
    ) -> None:
        one, other = [await store.queue(to_send(f"<{n}@x>"), b"x", Draft()) for n in range(2)]
        queued, missing = OutgoingState.QUEUED, OutgoingState.COPY_MISSING
        for outgoing in (one, other):
            assert await store.set_outgoing_state(outgoing.id, [queued], missing)
        assert not await store.set_outgoing_state(one.id, [queued], OutgoingState.SENT)
        assert await store.outgoing_content(one.id) == b"x"
        assert await store.set_outgoing_state(one.id, [missing], OutgoingState.SENT)
        with pytest.raises(StoreDamaged):
            await store.outgoing_content(one.id)
        assert await store.outgoing_content(other.id) == b"x"
        assert await store.outgoing_with("<0@x>") is not None

    async def test_a_state_moves_only_from_an_expected_one(self, store: MessageStore) -> None:
        queued = await store.queue(to_send(), b"", Draft())
        wrong = [OutgoingState.SENDING, OutgoingState.FAILED]
        assert not await store.set_outgoing_state(queued.id, wrong, OutgoingState.SENT)
        assert not await store.set_outgoing_state(queued.id, [], OutgoingState.SENT)
        assert not await store.set_outgoing_state(99, [OutgoingState.QUEUED], OutgoingState.SENT)
        assert await store.outgoing(queued.id) == queued

    async def test_an_attempt_is_counted_and_a_failure_explained(self, store: MessageStore) -> None:
        queued = await store.queue(to_send(), b"", Draft())
        await store.set_outgoing_state(queued.id, [OutgoingState.QUEUED], OutgoingState.SENDING)
        words = SafeText("550 5.1.1 inconnu")
        await store.set_outgoing_state(
            queued.id,
            [OutgoingState.SENDING],
            OutgoingState.FAILED,
            explanation="Refusé.",
            server_words=words,
        )
        failed = replace(
            queued,
            state=OutgoingState.FAILED,
            explanation="Refusé.",
            server_words=words,
            attempt_count=1,
        )
        assert await store.outgoing(queued.id) == failed
        later = NOON + timedelta(hours=1)
        await store.set_outgoing_state(
            queued.id, [OutgoingState.FAILED], OutgoingState.QUEUED, due_at=later
        )
        assert await store.outgoing(queued.id) == replace(queued, due_at=later, attempt_count=1)

    async def test_of_two_concurrent_senders_one_wins(self, store: MessageStore) -> None:
        queued = await store.queue(to_send(), b"", Draft())
        tries = [
            store.set_outgoing_state(queued.id, [OutgoingState.QUEUED], OutgoingState.SENDING)
            for _ in range(5)
        ]
        assert sorted(await asyncio.gather(*tries)) == [False] * 4 + [True]
        found = await store.outgoing(queued.id)
        assert found is not None
        assert found.attempt_count == 1

    async def test_taking_back_and_sending_exclude_each_other(self, store: MessageStore) -> None:
        draft = await store.save_draft(Draft(body="texte"), NOON)
        queued = await store.queue(to_send(), b"", draft)
        taken, sending = await asyncio.gather(
            store.take_back(queued.id, [OutgoingState.QUEUED]),
            store.set_outgoing_state(queued.id, [OutgoingState.QUEUED], OutgoingState.SENDING),
        )
        assert (taken is None) == sending

    async def test_a_message_taken_back_is_the_draft_it_was(self, store: MessageStore) -> None:
        draft = await store.save_draft(Draft(to=(DURAND,), subject="s", body="texte"), NOON)
        queued = await store.queue(to_send(due_at=NOON + timedelta(seconds=10)), b"", draft)
        assert await store.take_back(queued.id, [OutgoingState.FAILED]) is None
        assert await store.take_back(queued.id, [OutgoingState.QUEUED]) == draft
        assert await store.drafts() == [draft]
        assert await store.outbox() == []
        assert await store.take_back(queued.id, [OutgoingState.QUEUED]) is None

    async def test_a_draft_saved_again_meanwhile_is_not_lost_by_taking_back(
        self, store: MessageStore
    ) -> None:
        draft = await store.save_draft(Draft(body="envoyé"), NOON)
        queued = await store.queue(to_send(), b"", draft)
        await store.save_draft(replace(draft, body="enregistré trop tard"), NOON)
        await store.take_back(queued.id, [OutgoingState.QUEUED])
        assert {d.body for d in await store.drafts()} == {"envoyé", "enregistré trop tard"}

    async def test_a_draft_has_a_copy_to_store_each_time_it_changes(
        self, store: MessageStore
    ) -> None:
        draft = await store.save_draft(Draft(body="un"), NOON)
        (wanted,) = await store.draft_copies_to_do()
        assert wanted == DraftCopy(draft.id, draft)
        stored = replace(wanted, key="k", stored_at=NOON, replaces="autre.1")
        await store.note_draft_copy(stored)
        assert list(await store.draft_copies_to_do()) == []
        assert await store.draft_copy("k") == stored
        assert await store.draft_copy("?") is None
        changed = await store.save_draft(replace(draft, body="deux"), NOON + timedelta(minutes=1))
        assert list(await store.draft_copies_to_do()) == [replace(stored, draft=changed)]

    async def test_a_discarded_draft_has_a_copy_to_remove(self, store: MessageStore) -> None:
        draft = await store.save_draft(Draft(body="un"), NOON)
        copy = DraftCopy(draft.id, draft, "k", NOON)
        await store.note_draft_copy(copy)
        await store.discard_draft(draft.id)
        assert list(await store.draft_copies_to_do()) == [replace(copy, draft=None)]
        assert await store.draft_copy("k") == replace(copy, draft=None)
        await store.forget_draft_copy(draft.id)
        assert list(await store.draft_copies_to_do()) == []
        retired = await store.draft_copy("k")
        assert retired is not None, "should the server keep it, it is known as handed over"
        assert retired.draft is None

    @pytest.mark.parametrize("state", [OutgoingState.FAILED, OutgoingState.UNCERTAIN])
    async def test_the_copy_of_a_draft_stays_until_its_message_has_left(
        self, store: MessageStore, state: OutgoingState
    ) -> None:
        draft = await store.save_draft(Draft(body="un"), NOON)
        copy = DraftCopy(draft.id, draft, "k", NOON)
        await store.note_draft_copy(copy)
        queued = await store.queue(to_send(), b"", draft)
        assert list(await store.draft_copies_to_do()) == []
        await store.set_outgoing_state(queued.id, (OutgoingState.QUEUED,), state)
        assert list(await store.draft_copies_to_do()) == []
        await store.set_outgoing_state(queued.id, (state,), OutgoingState.COPY_MISSING)
        assert list(await store.draft_copies_to_do()) == [replace(copy, draft=None)]

    async def test_what_was_stored_of_a_draft_is_known_while_it_waits_to_be_sent(
        self, store: MessageStore
    ) -> None:
        draft = await store.save_draft(Draft(body="texte"), NOON)
        queued = await store.queue(to_send("<1@x>"), b"x", draft)
        other = await store.queue(to_send("<2@x>"), b"x", Draft())
        await store.note_draft_copy(DraftCopy(draft.id, draft, "k"))
        assert await store.draft_copy_of_outgoing(queued.id) is None
        copy = DraftCopy(draft.id, None, "k", NOON)
        await store.note_draft_copy(copy)
        assert await store.draft_copy_of_outgoing(queued.id) == copy
        assert await store.draft_copy_of_outgoing(other.id) is None

    async def test_a_copy_is_unseen_until_a_version_of_it_is_a_row_of_the_drafts(
        self, store: MessageStore
    ) -> None:
        inbox, drafts = await with_folders(
            store, INBOX, RemoteFolder("Brouillons", "/", FolderRole.DRAFTS)
        )
        draft = await store.save_draft(Draft(body="un"), NOON)
        await store.note_draft_copy(DraftCopy(draft.id, draft, "k"))
        assert list(await store.draft_copies_unseen()) == [], "none was stored"
        copy = DraftCopy(draft.id, draft, "k", NOON)
        await store.note_draft_copy(copy)
        await store.add_messages(inbox, [letter(1, message_id="<k.1@x>")])
        await store.add_messages(
            drafts,
            [
                letter(1, message_id="<k.1@x>", flags=Flags.DELETED),
                letter(2, message_id="<kk.1@x>"),
            ],
        )
        assert list(await store.draft_copies_unseen()) == [copy]
        assert await store.drafts_taken_elsewhere() == frozenset()
        await store.add_messages(drafts, [letter(3, message_id="<k.2@x>")])
        assert list(await store.draft_copies_unseen()) == []
        await store.remove_messages(drafts, [3])
        await store.note_draft_copy(replace(copy, taken=True))
        assert list(await store.draft_copies_unseen()) == []
        assert await store.drafts_taken_elsewhere() == {draft.id}
        await store.discard_draft(draft.id)
        assert await store.drafts_taken_elsewhere() == frozenset()

    async def test_a_draft_to_a_patient_belongs_to_no_exchange(self, store: MessageStore) -> None:
        drafts, trash = await with_folders(
            store,
            RemoteFolder("Brouillons", "/", FolderRole.DRAFTS),
            RemoteFolder("Corbeille", "/", FolderRole.TRASH),
        )
        to = {"sender": JEANNE, "to": (patient(HELENE),), "flags": Flags.DRAFT}
        await store.add_messages(drafts, [letter(1, "À finir", **to)])  # type: ignore[arg-type]
        await store.add_messages(trash, [letter(1, "Jeté", **to)])  # type: ignore[arg-type]
        assert await subjects(store, FolderView(drafts)) == ["À finir"]
        assert await subjects(store, PatientsView()) == []
        assert (await store.exchange(HELENE)).state is ExchangeState.NONE

    async def test_a_draft_that_was_never_saved_can_be_taken_back(
        self, store: MessageStore
    ) -> None:
        queued = await store.queue(to_send(), b"", Draft(body="texte"))
        taken = await store.take_back(queued.id, [OutgoingState.QUEUED])
        assert taken is not None
        assert taken.id > 0
        assert await store.drafts() == [taken]


class MessageStoreContract(
    FolderContract,
    MessageContract,
    PatientContract,
    FlagContract,
    MoveContract,
    AddressContract,
    DraftContract,
    OutboxContract,
):
    """Inherit this as `Test…` and define `store`: a fixture that gives an empty store of `OWNER`."""

    @pytest.fixture
    def store(self) -> MessageStore:
        raise NotImplementedError
