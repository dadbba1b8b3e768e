"""What any `MessageStore` finds; a part of its contract."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from contract.message_store_contract import (
    ARCHIVE,
    DURAND,
    HELENE,
    INBOX,
    JEANNE,
    MARC,
    NOON,
    SENT,
    ids_by_uid,
    letter,
    patient,
    person,
    with_folders,
)

from tui_mailer.domain.matricule import Matricule
from tui_mailer.domain.message import MOST_HITS, FolderView, PatientsView, SearchView
from tui_mailer.domain.patient import IdentityConfirmation
from tui_mailer.domain.ports import MessageStore
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.domain.search import parse
from tui_mailer.domain.traits import PatientTraits, TraitsSource

TODAY = date(2026, 3, 10)
HELENE_PRINTED = Matricule(HELENE).grouped


async def found(
    store: MessageStore, text: str, within: FolderView | PatientsView | None = None
) -> list[str]:
    """Subjects of what is found; the count agrees."""
    view = SearchView(parse(text, TODAY), within)
    rows = await store.rows(view, 0, 100)
    assert await store.count(view) == len(rows)
    for listed in (view,) if within is None else (view, within):
        places = {row.id: place for place, row in enumerate(await store.rows(listed, 0, 100))}
        for row in await store.rows(FolderView(1), 0, 100):
            assert await store.place_in(listed, row.id) == places.get(row.id)
    return [row.subject for row in rows]


class SearchContract:
    @pytest.fixture
    async def shelves(self, store: MessageStore) -> dict[str, FolderView]:
        """Three folders with colleagues and two patients."""
        inbox, sent, archive = await with_folders(store, INBOX, SENT, ARCHIVE)
        helene, marc = patient(HELENE, "Hélène LE GOFF"), patient(MARC, "Marc PETIT")
        petit = person("anne.petit@labo.mssante.fr", "Labo PETIT")
        await store.add_messages(
            inbox,
            [
                letter(1, "Compte rendu d’échographie", has_attachment=True),
                letter(2, "Rendu de compte", petit),
                letter(3, "Question", helene),
                letter(4, "Réponse", marc),
            ],
        )
        await store.add_messages(
            sent, [letter(5, "Réponse à Hélène", JEANNE, to=(helene,), cc=(DURAND,))]
        )
        await store.add_messages(
            archive, [letter(6, "Bilan ancien", received_at=NOON - timedelta(days=60))]
        )
        return {
            "inbox": FolderView(inbox),
            "sent": FolderView(sent),
            "archive": FolderView(archive),
        }

    @pytest.mark.parametrize(
        ("text", "subjects"),
        [
            ("", []),
            ("rendu compte", ["Rendu de compte", "Compte rendu d’échographie"]),
            ("compte rendu", ["Rendu de compte", "Compte rendu d’échographie"]),
            ('"compte rendu"', ["Compte rendu d’échographie"]),
            ('"compte rend"', []),
            ("ÉCHOGRAPHIE", ["Compte rendu d’échographie"]),
            ("echogr", ["Compte rendu d’échographie"]),
            ("petit", ["Réponse", "Rendu de compte"]),
            ("durand", ["Réponse à Hélène", "Compte rendu d’échographie", "Bilan ancien"]),
            ("de:durand", ["Compte rendu d’échographie", "Bilan ancien"]),
            ("à:durand", ["Réponse à Hélène"]),
            ("objet:réponse", ["Réponse à Hélène", "Réponse"]),
            ("objet:petit", []),
            ("corps:bilan", []),
            ("pj:oui", ["Compte rendu d’échographie"]),
            ("pj:non durand", ["Réponse à Hélène", "Bilan ancien"]),
            ("patient:helene", ["Réponse à Hélène", "Question"]),
            ('patient:"le goff"', ["Réponse à Hélène", "Question"]),
            (f"patient:{HELENE}", ["Réponse à Hélène", "Question"]),
            (
                f'patient:"{HELENE[:1]} {HELENE[1:3]} {HELENE[3:7]}"',
                ["Réponse à Hélène", "Question"],
            ),
            (f"patient:{HELENE_PRINTED}", ["Réponse à Hélène", "Question"]),
            (f"PATIENT: {HELENE_PRINTED} question", ["Question"]),
            ("patient:2 79 03", ["Réponse à Hélène", "Question"]),
            (HELENE_PRINTED, ["Réponse à Hélène", "Question"]),
            (HELENE_PRINTED[:-3].replace(" ", "\u202f"), ["Réponse à Hélène", "Question"]),
            (f"à:{HELENE_PRINTED} hélène", ["Réponse à Hélène"]),
            (f"patient:{MARC[:7]}", ["Réponse"]),
            ("patient:petit", ["Réponse"]),
            ("patient:durand", []),
            ("patient:inconnu", []),
            ("date:01/2026", ["Bilan ancien"]),
            ("date:12/2025", []),
            ("avant:03/2026", ["Bilan ancien"]),
            ("après:01/03/2026 objet:question", ["Question"]),
            ("après:2026", []),
            ("date:aujourd’hui", []),
        ],
    )
    async def test_what_is_typed_is_found(
        self,
        store: MessageStore,
        shelves: dict[str, FolderView],
        text: str,
        subjects: list[str],
    ) -> None:
        assert shelves
        assert await found(store, text) == subjects

    async def test_a_patient_is_found_by_the_name_that_was_confirmed(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        assert shelves
        traits = PatientTraits(HELENE, safe_line("Élodie ROUX"), TraitsSource.DATAMATRIX, NOON)
        confirmation = IdentityConfirmation(Matricule(HELENE), "", NOON, traits)
        await store.record_confirmation(confirmation, "dr@x.mssante.fr")
        for text in ("patient:roux", "patient:elodie", 'patient:"le goff"'):
            assert await found(store, text) == ["Réponse à Hélène", "Question"], text
        assert await found(store, "patient:dupont") == []

    async def test_an_ins_is_found_however_it_is_written(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        texts = [f"INS {HELENE_PRINTED}.", f"INS {HELENE}", "2 79 04 51 215 189 89"]
        await store.add_messages(inbox, [letter(uid, text) for uid, text in enumerate(texts, 1)])
        for typed in (HELENE_PRINTED, HELENE, f'"{HELENE_PRINTED}"', f"objet:{HELENE}"):
            assert await found(store, typed) == [texts[1], texts[0]], typed

    async def test_a_search_within_a_list_finds_nothing_else(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        inbox = shelves["inbox"]
        assert await found(store, "réponse", inbox) == ["Réponse"]
        assert await found(store, "réponse", shelves["sent"]) == ["Réponse à Hélène"]
        assert await found(store, "réponse", shelves["archive"]) == []
        assert await found(store, "réponse", FolderView(inbox.folder_id, with_patients=False)) == []
        assert await found(store, "durand", PatientsView()) == ["Réponse à Hélène"]
        assert await found(store, "réponse", PatientsView(MARC)) == ["Réponse"]

    async def test_bodies_and_attachments_are_found_once_they_are_held(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        ids = await ids_by_uid(store, shelves["inbox"].folder_id)
        assert await found(store, "kyste") == []
        await store.save_content(ids[1], b"...", "Un kyste rénal.", ["Échographie_2026.pdf"])
        for text in ("kyste", "corps:kyst", "pj:echographie", "pj:2026.pdf", "rénal durand"):
            assert await found(store, text) == ["Compte rendu d’échographie"], text
        for text in ("objet:kyste", "pj:kyste", "corps:pdf"):
            assert await found(store, text) == [], text

    async def test_a_day_begins_and_ends_at_midnight_here(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        midnight = datetime(2026, 3, 7).astimezone()
        second = timedelta(seconds=1)
        moments = [midnight - second, midnight, midnight + timedelta(days=1) - second]
        await store.add_messages(
            inbox, [letter(uid, str(uid), received_at=at) for uid, at in enumerate(moments, 1)]
        )
        assert await found(store, "date:07/03/2026") == ["3", "2"]
        assert await found(store, "avant:07/03/2026") == ["1"]
        assert await found(store, "après:06/03/2026") == ["3", "2"]
        assert await found(store, "après:07/03/2026") == []

    async def test_hits_are_newest_first_page_after_page(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        uids = list(range(1, 121))
        await store.add_messages(inbox, [letter(uid, f"m{uid}") for uid in reversed(uids[:60])])
        await store.add_messages(inbox, [letter(uid, f"m{uid}") for uid in reversed(uids[60:])])
        view = SearchView(parse("durand", TODAY))
        whole = [f"m{uid}" for uid in reversed(uids)]
        for start, stop in ((0, 50), (50, 100), (100, 150), (119, 120), (120, 130), (-3, 2)):
            page = await store.rows(view, start, stop)
            assert [row.subject for row in page] == whole[max(0, start) : stop]

    async def test_the_newest_of_very_many_hits_are_listed(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        await store.add_messages(inbox, [letter(uid) for uid in range(1, MOST_HITS + 20)])
        view = SearchView(parse("bilan", TODAY))
        assert await store.count(view) == MOST_HITS
        rows = await store.rows(view, MOST_HITS - 5, MOST_HITS + 50)
        assert [row.uid for row in rows] == [24, 23, 22, 21, 20]

    async def test_messages_from_the_ends_of_time_are_found(self, store: MessageStore) -> None:
        (inbox,) = await with_folders(store, INBOX)
        ends = [datetime.min.replace(tzinfo=NOON.tzinfo), datetime.max.replace(tzinfo=NOON.tzinfo)]
        await store.add_messages(
            inbox, [letter(uid, received_at=at) for uid, at in enumerate(ends, 1)]
        )
        view = SearchView(parse("bilan", TODAY))
        assert [row.uid for row in await store.rows(view, 0, 9)] == [2, 1]

    async def test_what_the_server_found_joins_by_date_if_the_rest_holds(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        ids: dict[str, int] = {}
        for view in shelves.values():
            ids.update({row.subject: row.id for row in await store.rows(view, 0, 100)})
        everything = tuple(ids.values())

        async def joined(
            typed: str,
            within: FolderView | None = None,
            found: tuple[tuple[int, ...], ...] = (everything,),
        ) -> list[str]:
            view = SearchView(parse(typed, TODAY), within, found)
            assert await store.count(view) == len(await store.rows(view, 0, 100))
            return [row.subject for row in await store.rows(view, 0, 100)]

        assert await joined("lithiase", shelves["inbox"]) == [
            *("Réponse", "Question", "Rendu de compte", "Compte rendu d’échographie")
        ]
        assert await joined("bilan de:durand", shelves["archive"]) == ["Bilan ancien"]
        assert await joined("lithiase de:petit") == ["Réponse", "Rendu de compte"]
        assert await joined("lithiase pj:oui") == ["Compte rendu d’échographie"]
        assert await joined("lithiase avant:02/2026") == ["Bilan ancien"]
        assert await joined("lithiase 3") == []
        assert await joined("") == []

        one, other = (ids["Question"],), (ids["Réponse"],)
        # Each word may be known here or there, in every mixture.
        assert await joined("helene lithiase", found=((), one)) == ["Question"]
        assert await joined("helene lithiase", found=((), other)) == []
        assert await joined("rein lithiase", found=((*one, *other), one)) == ["Question"]
        assert await joined("de la lithiase", found=(one,)) == ["Question"]

    async def test_messages_are_known_by_where_the_server_has_them(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        inbox, archive = shelves["inbox"].folder_id, shelves["archive"].folder_id
        ids = await ids_by_uid(store, inbox)
        await store.move_messages([ids[2]], archive)
        assert sorted(await store.held_ids(inbox, [1, 2, 99])) == sorted([ids[1], ids[2]])
        assert list(await store.held_ids(archive, [1, 2])) == []

    async def test_a_folder_is_walked_through_from_its_newest_messages(
        self, store: MessageStore, shelves: dict[str, FolderView]
    ) -> None:
        inbox = shelves["inbox"].folder_id
        assert await store.uid_window(inbox, 2**32, 3) == (2, 4)
        assert await store.uid_window(inbox, 2, 3) == (1, 1)
        assert await store.uid_window(inbox, 1, 3) is None
