"""Words of everything held are found, and the index follows the messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from backend.store.handling import found
from contract.message_store_contract import DURAND, INBOX, ids_by_uid, letter, person, with_folders

from tui_mailer.backend.store import EncryptedMessageStore
from tui_mailer.backend.store.connection import connect
from tui_mailer.backend.store.values import indexed, words
from tui_mailer.domain.message import FolderView


async def test_headers_are_found_by_the_beginning_of_words(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    helene = person("helene.petit@x.mssante.fr", "Hélène PETIT")
    await store.add_messages(
        inbox, [letter(1, "Œdème à revoir"), letter(2, "Bilan", helene, to=(), cc=(DURAND,))]
    )
    for text, uids in {
        "oedeme": [1],
        "ŒDÈ": [1],
        "hélène": [2],
        "helene.pet": [2],
        "durand": [2, 1],
        "bilan pet": [2],
        "bilan revoir": [],
        "dème": [],
        "": [],
    }.items():
        assert await found(store, text) == uids, text


async def test_ligatures_are_found_as_two_letters_wherever_they_stand(
    store: EncryptedMessageStore,
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    lætitia = person("l.petit@x.mssante.fr", "Lætitia PETIT")
    sœur = person("accueil@x.mssante.fr", "Sœur Marie")
    await store.add_messages(
        inbox,
        [
            letter(1, "Bilan du cœur"),
            letter(2, "Bilan du coude", lætitia),
            letter(3, "Bilan sans rien"),
            letter(4, "Bilan", to=(DURAND, sœur)),
            letter(5, "ŒDÈME et æ"),
        ],
    )
    for text, uids in {
        "coeur": [1],
        "cœur": [1],
        "laetitia": [2],
        "à:soeur": [4],
        "à:durand": [4],
        "oedeme ae": [5],
        "bilan": [4, 3, 2, 1],
    }.items():
        assert await found(store, text) == uids, text


@pytest.mark.parametrize("is_body", [False, True])
async def test_a_text_is_found_as_it_is_written_and_in_plain_letters(
    store: EncryptedMessageStore, *, is_body: bool
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    texts = {
        "ﬁèvre à l’aﬀût": "fievre affut",
        "73 m² de CO₂": "m2 co2",
        "plaquettes 250.10⁹/L": "plaquettes",
        "Mᵐᵉ Weiß": "mme weiss",
        "nº 42 ½": "no 42",
        "IŞIK Iğdır": "isik igdir",
        "ışık": "isik",
        "Łukasz Sørensen Đặng": "lukasz sorensen dang",
        "Андрей Ёлкин": "Андрей ёлкин",
        "Αθήνας": "αθηνασ",
        "أحمد": "احمد",
        "שָׁלוֹם": "שלום",
        "ＮＯＲＤ": "nord",
        "🙂 bravo": "bravo",
        "50 µg": "50",
    }
    plain = [letter(uid, "" if is_body else text, to=()) for uid, text in enumerate(texts, 1)]
    await store.add_messages(inbox, plain)
    if is_body:
        for uid, message_id in (await ids_by_uid(store, inbox)).items():
            await store.save_content(message_id, b"...", list(texts)[uid - 1])
    for uid, (text, asked) in enumerate(texts.items(), 1):
        for typed in (text, text.upper(), text.lower(), f'"{text}"', asked):
            assert uid in await found(store, typed), typed


def test_what_the_index_is_given_as_it_is_it_folds_as_searches_are(
    tmp_path: Path,
) -> None:
    sql = connect(tmp_path / "x.db", bytes(32))
    for name in ("raw", "folded"):
        columns = "x, content = '', tokenize = 'unicode61 remove_diacritics 2'"
        sql.execute(f"CREATE VIRTUAL TABLE {name} USING fts5 ({columns})")
        sql.execute(f"CREATE VIRTUAL TABLE {name}_words USING fts5vocab ({name}, 'instance')")
    texts = {code: f"a{chr(code)}b" for code in range(0x3000)}
    left = [(code, text) for code, text in texts.items() if indexed(text) == text]
    assert len(left) > 800
    sql.executemany("INSERT INTO raw (rowid, x) VALUES (?, ?)", left)
    folded = [(code, words(text)) for code, text in left]
    sql.executemany("INSERT INTO folded (rowid, x) VALUES (?, ?)", folded)
    query = "SELECT term, doc, offset FROM {}_words ORDER BY doc, offset"
    raw = sql.execute(query.format("raw")).fetchall()
    assert raw == sql.execute(query.format("folded")).fetchall()


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '"""',
        "bilan OR revoir",
        "subject:bilan",
        "{subject}:bilan",
        "NEAR(bilan revoir)",
        "NOT bilan",
        "^bilan revoir",
        "bilan*revoir",
        'bilan" OR "revoir',
        "bilan); DROP TABLE message; --",
        "bilan\0revoir",
        "\x1b[2J",
        "\ud800",
        "🙂bilan revoir",
        "-",
        "à" * 10_000,
        "ab " * 10_000,
        '"' * 10_000,
        "de:" * 1_000,
        "patient:' OR 1=1 --",
        "date:9999999999999999999",
        "date:²",
        "½ ﬁn",
        "objet:\u0301",
    ],
)
async def test_nothing_typed_is_an_operator_of_the_index(
    store: EncryptedMessageStore, text: str
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1, "Bilan", to=()), letter(2, "À revoir", to=())])
    assert await found(store, text) == []
    assert await found(store, "bilan") == [1]


async def test_bodies_are_found_with_their_headers_once_fetched(
    store: EncryptedMessageStore,
) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1, "Bilan"), letter(2, "Bilan")])
    held = await ids_by_uid(store, inbox)
    assert await found(store, "cœur") == []
    await store.save_content(held[1], b"...", "Le cœur est régulier.", ["ECG_repos.pdf"])
    assert await found(store, "coeur bilan durand") == [1]
    assert await found(store, "pj:repos") == [1]
    await store.save_content(held[1], b"...", "Autre texte")
    assert await found(store, "coeur") == []
    assert await found(store, "ecg") == []
    assert await found(store, "autre") == [1]
    assert await found(store, "bilan") == [2, 1]


async def test_what_was_expunged_is_found_no_more(store: EncryptedMessageStore) -> None:
    (inbox,) = await with_folders(store, INBOX)
    long_ago = letter(3).received_at.replace(year=1950)
    await store.add_messages(inbox, [letter(1), letter(2), letter(3, received_at=long_ago)])
    await store.remove_messages(inbox, [1, 3])
    assert await found(store, "bilan") == [2]
    await store.reset_folder(inbox, 7)
    assert await found(store, "bilan") == []
    indexed = "SELECT count(*) FROM message_text WHERE message_text MATCH 'bilan'"
    assert await store._database.fetch_all(indexed) == [(0,)]


@pytest.mark.parametrize("text", ["\ud800", "a\0b", "\x1b[2J"])
async def test_a_body_with_any_character_is_kept(store: EncryptedMessageStore, text: str) -> None:
    (inbox,) = await with_folders(store, INBOX)
    await store.add_messages(inbox, [letter(1)])
    (row,) = await store.rows(FolderView(inbox), 0, 1)
    await store.save_content(row.id, b"x", f"{text} bonjour", [f"{text}.pdf"])
    assert await found(store, "bonjour") == [1]
