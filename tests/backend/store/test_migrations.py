"""A store of any older version becomes one of the newest, and keeps what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract.message_store_contract import HELENE, MARC, NOON, letter, patient, person

from tui_mailer.backend.store.connection import Sql, connect
from tui_mailer.backend.store.failures import SqlError, StoreTooNew
from tui_mailer.backend.store.migrations import MIGRATIONS, Migration, migrate
from tui_mailer.backend.store.owner import Owner
from tui_mailer.backend.store.rows import MESSAGE_COLUMNS, message_row
from tui_mailer.domain.address import PATIENT_DOMAIN
from tui_mailer.domain.message import RemoteMessage

FIRST = Migration(1, "CREATE TABLE one (a INTEGER NOT NULL) STRICT; INSERT INTO one VALUES (7);")
SECOND = Migration(2, "ALTER TABLE one ADD COLUMN b INTEGER NOT NULL DEFAULT 8;")
BROKEN = Migration(
    3, "CREATE TABLE two (a INTEGER NOT NULL) STRICT; INSERT INTO nowhere VALUES (1);"
)

_COPY_KEY = MESSAGE_COLUMNS.index("copy_key")


@pytest.fixture
def sql(tmp_path: Path) -> Sql:
    return connect(tmp_path / "x.db", bytes(32))


def version(sql: Sql) -> int:
    return int(sql.execute("PRAGMA user_version").fetchone()[0])


def schema(sql: Sql) -> dict[str, tuple[str, ...]]:
    """Every table with its columns, every index and trigger with its text."""
    rows = sql.execute("SELECT name, type, coalesce(sql, '') FROM sqlite_schema").fetchall()
    return {
        name: tuple(str(column) for column in sql.execute(f"PRAGMA table_info({name})"))
        if kind == "table"
        else (kind, text)
        for name, kind, text in rows
    }


def test_the_numbers_follow_one_another_from_1() -> None:
    assert [migration.version for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


@pytest.mark.parametrize("old", range(len(MIGRATIONS) + 1))
def test_from_each_older_version_the_schema_is_that_of_a_new_store(
    sql: Sql, tmp_path: Path, old: int
) -> None:
    new = connect(tmp_path / "new.db", bytes(32))
    migrate(new)
    if old:
        migrate(sql, MIGRATIONS[:old])
    migrate(sql)
    assert version(sql) == len(MIGRATIONS)
    assert schema(sql) == schema(new)
    assert "message" in schema(new)


def test_each_step_is_applied_once_and_keeps_the_rows(sql: Sql) -> None:
    migrate(sql, (FIRST,))
    migrate(sql, (FIRST, SECOND))
    migrate(sql, (FIRST, SECOND))
    assert version(sql) == 2
    assert sql.execute("SELECT a, b FROM one").fetchall() == [(7, 8)]


def test_a_step_that_fails_leaves_the_version_before_it(sql: Sql) -> None:
    with pytest.raises(SqlError):
        migrate(sql, (FIRST, SECOND, BROKEN))
    assert version(sql) == 2
    assert not sql.in_transaction
    assert set(schema(sql)) == {"one"}
    migrate(sql, (FIRST, SECOND, Migration(3, "CREATE TABLE two (a INTEGER NOT NULL) STRICT;")))
    assert version(sql) == 3


def test_a_newer_version_is_refused_untouched(sql: Sql) -> None:
    migrate(sql, (FIRST, SECOND))
    before = schema(sql)
    with pytest.raises(StoreTooNew):
        migrate(sql, (FIRST,))
    assert (version(sql), schema(sql)) == (2, before)


def test_every_table_is_strict_and_no_column_may_be_null(sql: Sql) -> None:
    migrate(sql)
    tables = sql.execute(
        "SELECT name, strict FROM pragma_table_list"
        " WHERE type = 'table' AND schema = 'main'"
        " AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'message_text%'"
    ).fetchall()
    assert len(tables) >= 10
    for name, strict in tables:
        assert strict, name
        for _, column, _, not_null, _, is_key in sql.execute(f"PRAGMA table_info({name})"):
            assert not_null or is_key, f"{name}.{column}"


def test_what_lay_in_the_bin_before_is_set_aside(sql: Sql) -> None:
    migrate(sql, MIGRATIONS[:7])
    add_folder = "INSERT INTO folder (name, delimiter, role, selectable) VALUES (?, '/', ?, 1)"
    sql.executemany(add_folder, [("INBOX", "inbox"), ("Corbeille", "trash"), ("Spam", "junk")])
    # (folder, who wrote, when): of one message the newer copy lies in the bin
    letters = [(1, 0, 10, "a"), (2, 0, 20, "a"), (2, 0, 30, ""), (2, 1, 25, ""), (3, 1, 40, "")]
    for uid, (folder, from_owner, received_at, copy_key) in enumerate(letters, 1):
        sql.execute(
            """
            INSERT INTO message (
                folder_id, uid, message_id, received_at, written_at, subject, sender_mailbox,
                sender_name, first_mailbox, first_name, recipients, from_owner, patient, copy_key,
                size_bytes, server_flags, flags, has_attachment
            ) VALUES (?, ?, '', ?, 0, '', '', '', '', '', '', ?, 'P', ?, 9, 0, 0, 0)
            """,
            (folder, uid, received_at, from_owner, copy_key),
        )
    read = "SELECT message_count, unread_count, last_at FROM patient_mail"
    assert sql.execute(read).fetchall() == [(4, 4, 40)]
    migrate(sql)
    assert sql.execute("SELECT set_aside FROM message ORDER BY uid").fetchall() == [
        (0,),
        (1,),
        (1,),
        (0,),
        (1,),
    ]
    assert sql.execute(
        "SELECT is_copy FROM message WHERE copy_key <> '' ORDER BY uid"
    ).fetchall() == [
        (0,),
        (1,),
    ]
    assert sql.execute(read).fetchall() == [(4, 2, 25)]
    assert sql.execute("SELECT counting_count FROM patient_mail").fetchall() == [(2,)]


def add_letter(sql: Sql, message: RemoteMessage, folder_id: int = 1, **changed: str | int) -> None:
    """Write a row as `message_row` makes it, where the columns are those of today."""
    values = message_row(message, Owner("dr@exemple.fr", PATIENT_DOMAIN))
    row = dict(zip(MESSAGE_COLUMNS, values, strict=True)) | changed
    sql.execute(
        f"INSERT INTO message (folder_id, {', '.join(row)}) VALUES (?{', ?' * len(row)})",
        (folder_id, *row.values()),
    )


def test_labels_that_others_gave_a_patient_and_imitations_are_taken_away(sql: Sql) -> None:
    migrate(sql, MIGRATIONS[:11])
    sql.execute("INSERT INTO folder (name, delimiter, role, selectable) VALUES ('A', '/', '', 1)")
    own = letter(1, sender=patient(HELENE, "Hélène PETIT"))
    row = message_row(own, Owner("dr@exemple.fr", PATIENT_DOMAIN))
    sql.execute(
        f"INSERT INTO message (folder_id, {', '.join(MESSAGE_COLUMNS)}) VALUES (1{', ?' * len(row)})",
        row,
    )
    contacts = [
        (f"{HELENE.lower()}@{PATIENT_DOMAIN}", "Hélène PETIT", " helene petit "),
        (f"180017505600301@{PATIENT_DOMAIN}", "Jean DUPONT", " jean dupont "),
        ("dr.durand@exemple.mssante.fr", "Dr DURAND 04 73 00 00 00", " dr durand "),
        ("un@exemple.mssante.fr", f"{HELENE}＠patient.mssante.fr", f" {HELENE.lower()} "),
        ("deux@exemple.mssante.fr", "2 79 03 51 215 189 89", " 2 79 03 51 215 189 89 "),
    ]
    sql.executemany(
        """
        INSERT INTO contact
            (mailbox_key, mailbox, mailbox_words, name, name_words, use_count, last_used_at)
        VALUES (?1, ?1, ' x ', ?2, ?3, 1, 1)
        """,
        contacts,
    )
    migrate(sql)
    for number in (1, 3, 4):
        contacts[number] = (contacts[number][0], "", " ")
    found = sql.execute("SELECT mailbox_key, name, name_words FROM contact ORDER BY rowid")
    assert found.fetchall() == contacts


def test_copies_held_before_are_known_as_copies_of_what_comes(sql: Sql) -> None:
    migrate(sql, MIGRATIONS[:8])
    sql.execute("INSERT INTO folder (name, delimiter, role, selectable) VALUES ('A', '/', '', 1)")
    message = letter(1, sender=patient(HELENE), sent_at=NOON)
    key_now = str(message_row(message, Owner("dr@exemple.fr", PATIENT_DOMAIN))[_COPY_KEY])
    add_letter(sql, message, copy_key=key_now[16:48])
    migrate(sql)
    assert sql.execute("SELECT copy_key FROM message").fetchall() == [(key_now,)]


def test_messages_to_two_patients_that_hid_one_another_are_both_shown(sql: Sql) -> None:
    migrate(sql, MIGRATIONS[:12])
    add_folder = "INSERT INTO folder (name, delimiter, role, selectable) VALUES (?, '/', ?, 1)"
    sql.executemany(add_folder, [("Envoyés", "sent"), ("Archives", ""), ("Spam", "junk")])
    owner = person("dr@exemple.fr")
    to_helene, to_marc = (
        letter(1, sender=owner, to=(patient(who),), sent_at=NOON) for who in (HELENE, MARC)
    )
    keys = [
        str(message_row(one, Owner("dr@exemple.fr", PATIENT_DOMAIN))[_COPY_KEY])
        for one in (to_helene, to_marc)
    ]
    # Hélène's stood for Marc's three, of which the newest is set aside
    old = keys[0][:48]
    add_letter(sql, to_helene, received_at=50, copy_key=old)
    for uid, (folder, at) in enumerate([(1, 10), (2, 20), (3, 30)], start=2):
        add_letter(
            sql,
            to_marc,
            folder,
            uid=uid,
            received_at=at,
            is_copy=1,
            set_aside=folder == 3,
            copy_key=old,
        )
    sql.execute("INSERT INTO patient_mail VALUES (?, 1, 1, 50, 1)", (HELENE,))
    migrate(sql)
    shown = "SELECT patient, copy_key, received_at FROM message WHERE is_copy = 0 ORDER BY id"
    assert sql.execute(shown).fetchall() == [(HELENE, keys[0], 50), (MARC, keys[1], 20)]
    read = (
        "SELECT matricule, message_count, counting_count, unread_count, last_at FROM patient_mail"
    )
    assert sorted(sql.execute(read)) == sorted([(HELENE, 1, 1, 1, 50), (MARC, 1, 1, 1, 20)])
