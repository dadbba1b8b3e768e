"""The file of a store: one connection that writes, one that reads.

In WAL mode a reader sees the last committed state and waits for no writer: the list scrolls while
a first synchronisation writes. Two connections are the least that gives it; a third would gain
nothing, since the interface reads one page at a time.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from tui_mailer.backend.slices import going_first
from tui_mailer.backend.store.connection import Connection, Sql
from tui_mailer.backend.store.group_commit import GroupCommit
from tui_mailer.backend.store.migrations import MIGRATIONS, Migration, migrate
from tui_mailer.backend.store.upkeep import Piece, Upkeep
from tui_mailer.backend.store.writer import Writer
from tui_mailer.domain.errors import StoreEmptied
from tui_mailer.memory import give_back

T = TypeVar("T")
Row = tuple[Any, ...]
Values = Sequence[str | int | bytes | None] | Mapping[str, str | int | bytes | None]

# Room for what a group of transactions changes: a page that has to leave is encrypted, written, and
# read again when the next row needs it.
_WRITER_CACHE_KIB: Final = 12_288


class Database:
    """An open encrypted file; `open` makes one."""

    def __init__(self, writer: Writer, reader: Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._groups: list[GroupCommit[Any]] = []
        self._upkeep: list[Upkeep] = []

    @classmethod
    async def open(
        cls,
        file: Path,
        key: bytes,
        migrations: tuple[Migration, ...] = MIGRATIONS,
        *,
        is_new: bool = True,
    ) -> "Database":
        """Open `file`, bring it to the newest version, and start both threads.

        Args:
            file: the encrypted file.
            key: its 32 bytes.
            migrations: the schema's history.
            is_new: nothing was ever kept in it.

        Raises:
            StoreEmptied: it is not new, and has no table.
            StoreDamaged: `key` does not decrypt it, or it is broken.
            StoreTooNew: a newer program made it.
            StoreFull: no room for the migration.
        """
        writer = Writer(file, key, cache_kib=_WRITER_CACHE_KIB)
        reader = Connection(file, key)
        try:
            await writer.open()
            if not is_new:
                await writer.run(partial(_expect_tables, file.parent))
            await writer.run(_enter_wal)
            await writer.run(lambda sql: migrate(sql, migrations))
            await reader.open()
            await reader.run(_forbid_writing)
        except BaseException:
            await reader.close()
            await writer.close()
            raise
        return cls(writer, reader)

    async def read(self, work: Callable[[Sql], T], *, goes_first: bool = True) -> T:
        """Run `work` on one consistent state of the file.

        What `goes_first` has what is cut into slices stand still meanwhile.
        """
        with going_first() if goes_first else nullcontext():
            return await self._reader.transact("BEGIN", work)

    async def write(self, work: Callable[[Sql], T]) -> T:
        """Run `work` in one transaction; once this returns, it survives a power cut.

        It goes first, as what is read does.
        """
        with going_first():
            return await self._writer.write(work)

    def in_groups(self, work: Callable[[Sql, Iterator[T]], None]) -> GroupCommit[T]:
        """A way to write many items that follow one another; see `GroupCommit`."""
        group = GroupCommit(self._writer, work)
        self._groups.append(group)
        return group

    def in_pieces(self, piece: Piece) -> Upkeep:
        """A way to do what can wait, a small transaction at a time; see `Upkeep`.

        It waits while items are written in groups.
        """
        upkeep = Upkeep(
            self._writer, piece, lambda: any(group.is_at_work for group in self._groups)
        )
        self._upkeep.append(upkeep)
        return upkeep

    async def fetch_all(self, query: str, values: Values = ()) -> list[Row]:
        """Every row of one query."""
        return await self.read(lambda sql: sql.execute(query, values).fetchall())

    async def fetch_one(self, query: str, values: Values = ()) -> Row | None:
        """The first row of one query, None when there is none."""
        rows = await self.fetch_all(query, values)
        return rows[0] if rows else None

    async def execute(self, statement: str, values: Values = ()) -> int:
        """One statement as a transaction; the number of rows it changed."""
        return await self.write(lambda sql: sql.execute(statement, values).rowcount)

    async def shrink(self) -> None:
        """Give back the memory that the connections hold for later."""
        for connection in (self._reader, self._writer):
            await connection.run(_shrink)
        await asyncio.to_thread(give_back)

    async def close(self) -> None:
        """End both threads; the writer last, which folds the WAL into the file."""
        for group in self._groups:
            await group.ended()
        for upkeep in self._upkeep:
            await upkeep.ended()
        try:
            await self._reader.close()
        finally:
            await self._writer.close()


def _expect_tables(directory: Path, sql: Sql) -> None:
    # As when it was copied without its WAL, in which all of a small store may be.
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    if version == 0:
        raise StoreEmptied(subject=str(directory))


def _enter_wal(sql: Sql) -> None:
    sql.execute("PRAGMA journal_mode = WAL")


def _forbid_writing(sql: Sql) -> None:
    sql.execute("PRAGMA query_only = ON")


def _shrink(sql: Sql) -> None:
    sql.execute("PRAGMA shrink_memory")
