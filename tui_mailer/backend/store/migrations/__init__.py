"""The schema's history: numbered SQL files, each applied once, in one transaction.

A file that was released is never edited again: a change of the schema is a new number.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui_mailer.backend.store.connection import Sql
from tui_mailer.backend.store.failures import StoreTooNew


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: `sql` takes the schema from `version` - 1 to `version`."""

    version: int
    sql: str


def _packaged() -> tuple[Migration, ...]:
    found = Path(__file__).parent.glob("*.sql")
    return tuple(
        Migration(int(file.name.partition("_")[0]), file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


MIGRATIONS: Final = _packaged()


def migrate(sql: Sql, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply what is missing, oldest first; a step that fails leaves the version before it.

    Raises:
        StoreTooNew: the file's version is above the last of `migrations`.
    """
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    if version > migrations[-1].version:
        raise StoreTooNew
    for migration in migrations:
        if migration.version > version:
            _apply(sql, migration)


def _apply(sql: Sql, migration: Migration) -> None:
    # The version is part of the transaction: a crash never leaves a step applied and not counted.
    script = f"""
        BEGIN EXCLUSIVE;
        {migration.sql}
        PRAGMA user_version = {migration.version};
        COMMIT;
    """
    try:
        sql.executescript(script)
    except BaseException:
        if sql.in_transaction:
            sql.execute("ROLLBACK")
        raise
