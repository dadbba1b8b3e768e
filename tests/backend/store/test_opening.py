"""Opening a store, and each way that it can fail."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from faults.small_disk import mounted

from tui_mailer.backend.store import (
    EncryptedStoreOpener,
    KeyDerivation,
    StoreTooNew,
    StoreUnreachable,
)
from tui_mailer.backend.store.connection import connect
from tui_mailer.backend.store.files import StoreFiles
from tui_mailer.backend.store.keys import unwrap, wrap
from tui_mailer.domain.account import Account
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.errors import (
    StoreDamaged,
    StoreEmptied,
    StoreFull,
    StoreInUse,
    StoreProblem,
    WrongPassphrase,
)
from tui_mailer.domain.ports import MessageStoreOpener

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

HOLDER = """
import asyncio, sys
from pathlib import Path
from tui_mailer.backend.store import EncryptedStoreOpener, KeyDerivation
from tui_mailer.domain.account import Account, Endpoint

async def hold():
    host = Endpoint("mail.exemple.fr", 143)
    opener = EncryptedStoreOpener(Path(sys.argv[1]), KeyDerivation(1, 8, 1))
    await opener.open(Account(sys.argv[2], host, host), sys.argv[3])
    print("open", flush=True)
    sys.stdin.read()

asyncio.run(hold())
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "boîtes"


@pytest.fixture
def files(directory: Path, account: Account) -> StoreFiles:
    return StoreFiles.of(directory, account)


@pytest.fixture
async def made(opener: EncryptedStoreOpener, account: Account, passphrase: str) -> Draft:
    """A closed store that holds this draft, whose text fills many pages."""
    store = await opener.open(account, passphrase)
    draft = await store.save_draft(Draft(subject="Bilan", body="léger œdème " * 10_000), NOON)
    await store.close()
    return draft


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def make_directory(path: Path, its_mode: int) -> None:
    path.mkdir(mode=its_mode)


def make_file(path: Path) -> None:
    path.write_text("")


def is_there(path: Path) -> bool:
    return path.exists()


def listed(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def held_files() -> list[Path]:
    """What this process has open."""
    return [descriptor.resolve() for descriptor in listed(Path("/proc/self/fd"))]


def start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_is_an_opener(opener: EncryptedStoreOpener) -> None:
    port: MessageStoreOpener = opener
    assert port is opener


async def test_a_store_is_made_once_and_opened_again(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    assert not opener.exists(account)
    store = await opener.open(account, passphrase)
    assert opener.exists(account)
    saved = await store.save_draft(Draft(body="texte"), NOON)
    await store.close()
    await store.close()
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [saved]
    await store.close()


async def test_nothing_is_written_before_the_proof(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path
) -> None:
    async def refused() -> None:
        assert not is_there(directory)
        raise LookupError

    with pytest.raises(LookupError):
        await opener.open(account, passphrase, proof=refused())
    assert not is_there(directory)


async def test_the_key_of_a_new_store_is_derived_once_while_the_proof_is_waited_for(
    opener: EncryptedStoreOpener, account: Account, passphrase: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    derived, derive = threading.Semaphore(0), KeyDerivation.derive

    def noted(self: KeyDerivation, passphrase: str, salt: bytes) -> bytes:
        derived.release()
        return derive(self, passphrase, salt)

    async def proven() -> None:
        assert await asyncio.to_thread(derived.acquire, timeout=10)

    with monkeypatch.context() as patched:
        patched.setattr(KeyDerivation, "derive", noted)
        await (await opener.open(account, passphrase, proof=proven())).close()
    assert not derived.acquire(blocking=False)
    await (await opener.open(account, passphrase)).close()


@pytest.mark.parametrize("before", [True, False])
async def test_a_store_that_is_there_is_opened_after_the_proof_and_not_made_anew(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, before: bool
) -> None:
    made: list[Draft] = []

    async def somebody_makes_it() -> None:
        store = await opener.open(account, passphrase)
        made.append(await store.save_draft(Draft(body="texte"), NOON))
        await store.close()

    async def nobody_does() -> None:
        pass

    if before:
        await somebody_makes_it()
    proof = nobody_does() if before else somebody_makes_it()
    store = await opener.open(account, passphrase, proof=proof)
    assert await store.drafts() == made
    await store.close()


async def test_each_account_has_a_store_of_its_own_whatever_the_case(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft
) -> None:
    other = replace(account, address="marie.curie@hopital.mssante.fr")
    assert not opener.exists(other)
    assert opener.exists(replace(account, address=account.address.upper()))
    store = await opener.open(other, "une autre phrase")
    assert await store.drafts() == []
    await store.close()


async def test_files_are_private_and_their_names_say_nothing(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path
) -> None:
    make_directory(directory, 0o755)
    store = await opener.open(account, passphrase)
    await store.save_draft(Draft(body="texte"), NOON)
    found = listed(directory)
    assert {path.suffix for path in found} == {".db", ".db-shm", ".db-wal", ".key", ".lock"}
    assert {mode(path) for path in found} == {0o600}
    assert mode(directory) == 0o700
    assert not [path for path in found if "jeanne" in path.name or "mssante" in path.name]
    await store.close()


async def test_a_wrong_passphrase_is_said_and_nothing_is_printed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with pytest.raises(WrongPassphrase):
        await opener.open(account, passphrase + " ")
    assert capfd.readouterr() == ("", "")
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [made]
    await store.close()


async def test_an_accent_is_the_same_however_it_was_typed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft
) -> None:
    decomposed = unicodedata.normalize("NFD", passphrase)
    assert decomposed != passphrase
    await (await opener.open(account, decomposed)).close()


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[:-20],
        lambda text: b"[]",
        lambda text: b"[" * 200_000,
        lambda text: b"\xff" + text,
        lambda text: text.replace(b'"salt": "', b'"salt": "00'),
        lambda text: text.replace(b'"time_cost": 1', b'"time_cost": 2'),
    ],
)
async def test_a_damaged_key_file_is_no_wrong_passphrase(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft,
    files: StoreFiles, damage: object,
) -> None:  # fmt: skip
    assert callable(damage)
    files.key.write_bytes(damage(files.key.read_bytes()))
    with pytest.raises(StoreDamaged):
        await opener.open(account, passphrase)


async def test_a_forged_key_file_cannot_fill_the_memory() -> None:
    text = wrap(bytes(32), "phrase", KeyDerivation(1, 8, 1))
    document = json.loads(text)
    assert KeyDerivation(**document["argon2id"]).is_reasonable()
    assert not KeyDerivation(time_cost=3, memory_kib=2**31, parallelism=2).is_reasonable()
    assert not KeyDerivation(time_cost=2**31, memory_kib=8, parallelism=1).is_reasonable()
    assert unwrap(text, "phrase") == bytes(32)


async def test_a_lost_key_file_is_damage_and_replaces_nothing(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    key = files.key.read_bytes()
    files.key.unlink()
    with pytest.raises(StoreDamaged):
        await opener.open(account, passphrase)
    assert opener.exists(account)
    files.key.write_bytes(key)
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [made]
    await store.close()


def empty(files: StoreFiles) -> None:
    files.database.write_bytes(b"")


def remove(files: StoreFiles) -> None:
    files.database.unlink()


def leave_the_wal_behind(files: StoreFiles) -> None:
    """All of a small store is in its WAL while the program runs: a copy without it has no table."""
    key = unwrap(files.key.read_bytes(), "cheval agrafe été")
    files.database.unlink()
    sql = connect(files.database, key)
    sql.execute("PRAGMA journal_mode = WAL")
    sql.close()


@pytest.mark.parametrize("lose", [empty, remove, leave_the_wal_behind])
async def test_a_store_of_which_nothing_is_left_is_said_and_made_anew_when_that_is_asked_for(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft,
    files: StoreFiles, lose: Callable[[StoreFiles], None],
) -> None:  # fmt: skip
    lose(files)
    wal = files.database.with_name(f"{files.database.name}-wal")
    if lose is not leave_the_wal_behind:
        wal.write_bytes(b"what SQLite would drop")
    left = {path.name: path.read_bytes() for path in listed(files.directory)}
    with pytest.raises(WrongPassphrase):
        await opener.open(account, "fausse")
    for _ in range(2):
        with pytest.raises(StoreEmptied) as caught:
            await opener.open(account, passphrase)
        assert str(files.directory) in caught.value.headline
    assert {path.name: path.read_bytes() for path in listed(files.directory)} == left
    stem = await opener.set_aside(account)
    aside = {path.name.replace(stem, files.stem): path for path in files.directory.glob(f"{stem}*")}
    assert {name: path.read_bytes() for name, path in aside.items()} == {
        name: content for name, content in left.items() if not name.endswith(".lock")
    }
    store = await opener.open(account, passphrase)
    assert await store.drafts() == []
    saved = await store.save_draft(Draft(body="texte"), NOON)
    await store.close()
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [saved]
    with pytest.raises(StoreInUse):
        await opener.set_aside(account)
    await store.close()


async def test_a_store_that_could_not_be_made_leaves_nothing_and_is_made_the_next_time(
    account: Account, passphrase: str, tmp_path: Path
) -> None:
    """Else its key would stay, and with it the password of that day."""
    failures = 0
    for room_bytes in range(0, 700_000, 45_000):
        with mounted(tmp_path / "disque", 2_000_000) as disk:
            opener = EncryptedStoreOpener(disk.directory / "boîtes", KeyDerivation(1, 8, 1))
            disk.fill(but=room_bytes)
            try:
                await (await opener.open(account, passphrase)).close()
            except StoreFull:
                failures += 1
                assert not opener.exists(account)
                disk.make_room()
                await (await opener.open(account, "un autre")).close()
        (tmp_path / "disque").rmdir()
    assert failures > 3


class Ended(BaseException):
    """Stands for the end of the program at that place."""


@pytest.mark.parametrize("place", ["make_database", "finish"])
async def test_a_store_that_was_being_made_when_the_program_ended_is_made_the_next_time(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, files: StoreFiles,
    monkeypatch: pytest.MonkeyPatch, place: str,
) -> None:  # fmt: skip
    def end(_files: StoreFiles) -> None:
        raise Ended

    with monkeypatch.context() as patched:
        patched.setattr(StoreFiles, place, end)
        patched.setattr(StoreFiles, "discard", end)
        with pytest.raises(Ended):
            await opener.open(account, passphrase)
    assert {file.suffix for file in listed(files.directory)} >= {".key-new", ".lock"}
    assert not opener.exists(account)
    store = await opener.open(account, "un autre")
    saved = await store.save_draft(Draft(body="texte"), NOON)
    await store.close()
    store = await opener.open(account, "un autre")
    assert await store.drafts() == [saved]
    await store.close()


async def test_a_store_that_is_opened_on_a_full_disk_says_so(
    account: Account, passphrase: str, tmp_path: Path
) -> None:
    """SQLite only says that something went wrong."""
    with mounted(tmp_path / "disque", 2_000_000) as disk:
        opener = EncryptedStoreOpener(disk.directory / "boîtes", KeyDerivation(1, 8, 1))
        store = await opener.open(account, passphrase)
        saved = await store.save_draft(Draft(body="texte"), NOON)
        await store.close()
        disk.fill()
        with pytest.raises(StoreFull) as caught:
            await opener.open(account, passphrase)
        assert "n’a pas été ouverte" in caught.value.meaning
        disk.make_room()
        store = await opener.open(account, passphrase)
        assert await store.drafts() == [saved]
        await store.close()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
async def test_a_share_without_locks_is_named_and_leaves_no_file_open(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path,
    monkeypatch: pytest.MonkeyPatch, number: int,
) -> None:  # fmt: skip
    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", refuse)
    open_before = len(listed(Path("/proc/self/fd")))
    with pytest.raises(StoreUnreachable) as caught:
        await opener.open(account, passphrase)
    assert len(listed(Path("/proc/self/fd"))) == open_before
    assert "partage réseau sans verrous" in caught.value.headline
    assert str(directory) in caught.value.headline


async def test_whatever_is_wrong_with_a_store_its_place_is_named(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    async def said() -> str:
        with pytest.raises(StoreProblem) as caught:
            await opener.open(account, passphrase)
        return caught.value.headline

    key, database = files.key.read_bytes(), files.database.read_bytes()
    files.key.write_bytes(b"{}")
    assert str(files.key) in await said()
    files.key.unlink()
    assert await said() == f"La clé de la boîte locale est introuvable : {files.key}."
    files.key.write_bytes(wrap(bytes(32), passphrase, KeyDerivation(1, 8, 1)))  # of another store
    assert str(files.database) in await said()
    files.key.write_bytes(key)
    files.database.unlink()
    files.database.mkdir()
    assert str(files.directory) in await said()
    files.database.rmdir()
    files.database.write_bytes(database)
    await (await opener.open(account, passphrase)).close()


async def test_a_broken_first_page_is_damage_and_nothing_is_printed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft,
    files: StoreFiles, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    _flip(files.database, 100)
    with pytest.raises(StoreDamaged):
        await opener.open(account, passphrase)
    assert capfd.readouterr() == ("", "")


async def test_a_file_that_is_no_store_is_damage(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    files.database.write_bytes(b"SQLite format 3\0" + bytes(8_000))
    with pytest.raises(StoreDamaged):
        await opener.open(account, passphrase)


async def test_a_store_that_does_not_open_stays_open_nowhere(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    files.database.write_bytes(b"SQLite format 3\0" + bytes(8_000))
    with pytest.raises(StoreDamaged) as kept:
        await opener.open(account, passphrase)
    assert files.database not in held_files()
    assert kept.value.what  # an error is kept to be shown, and keeps no file open by it


async def test_a_page_broken_further_in_is_said_when_it_is_read(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft,
    files: StoreFiles, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    _flip(files.database, files.database.stat().st_size - 2_000)
    store = await opener.open(account, passphrase)
    with pytest.raises(StoreDamaged):
        await store.drafts()
    await store.close()
    assert capfd.readouterr() == ("", "")


async def test_a_store_of_a_newer_version_is_left_alone(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    sql = connect(files.database, unwrap(files.key.read_bytes(), passphrase))
    sql.execute("PRAGMA user_version = 999")
    sql.close()
    with pytest.raises(StoreTooNew) as caught:
        await opener.open(account, passphrase)
    assert "version plus récente" in caught.value.explanation
    assert isinstance(caught.value, StoreDamaged)


async def test_a_second_instance_is_refused_until_the_first_is_closed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    store = await opener.open(account, passphrase)
    with pytest.raises(StoreInUse):
        await opener.open(account, passphrase)
    await store.close()
    await (await opener.open(account, passphrase)).close()


async def test_an_instance_that_was_killed_holds_nothing(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path
) -> None:
    command = [sys.executable, "-c", HOLDER, str(directory), account.address, passphrase]
    with start(command) as holder:
        assert holder.stdout is not None
        assert await asyncio.to_thread(holder.stdout.readline) == b"open\n"
        with pytest.raises(StoreInUse) as caught:
            await opener.open(account, passphrase)
        assert f"déjà ouvert sur cette boîte : processus {holder.pid}." in caught.value.headline
        StoreFiles.of(directory, account).lock.write_text("4242 autre.cabinet")
        with pytest.raises(StoreInUse) as caught:
            await opener.open(account, passphrase)
        assert caught.value.subject == "processus 4242 du poste autre.cabinet"
        StoreFiles.of(directory, account).lock.write_bytes(b"\xff\x1b[2J")
        with pytest.raises(StoreInUse) as caught:
            await opener.open(account, passphrase)
        assert caught.value.subject == ""
        holder.kill()
    await (await opener.open(account, passphrase)).close()


async def test_a_failed_opening_leaves_neither_thread_nor_lock(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    before = {thread for thread in threading.enumerate() if "_connection_worker" in thread.name}
    whole = files.database.read_bytes()
    _flip(files.database, 100)
    with pytest.raises(StoreDamaged):
        await opener.open(account, passphrase)
    files.database.unlink()
    files.database.mkdir()
    with pytest.raises(StoreUnreachable):
        await opener.open(account, passphrase)
    after = {thread for thread in threading.enumerate() if "_connection_worker" in thread.name}
    assert after <= before
    files.database.rmdir()
    files.database.write_bytes(whole)
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [made]
    await store.close()


@pytest.mark.parametrize("name", ["é" * 200, "fichier/boîtes"])
async def test_a_place_that_cannot_be_looked_at_is_said_after_the_proof(
    account: Account, passphrase: str, tmp_path: Path, name: str
) -> None:
    make_file(tmp_path / "fichier")
    opener = EncryptedStoreOpener(tmp_path / name, KeyDerivation(1, 8, 1))
    proofs: list[str] = []

    async def proof() -> None:
        proofs.append("given")

    assert not opener.exists(account)
    with pytest.raises(StoreUnreachable):
        await opener.open(account, passphrase, proof=proof())
    assert proofs == ["given"]


async def test_a_file_in_place_of_the_directory_is_said(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path
) -> None:
    make_file(directory)
    with pytest.raises(StoreUnreachable):
        await opener.open(account, passphrase)


async def test_a_link_in_place_of_the_file_is_not_followed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, directory: Path,
    files: StoreFiles,
) -> None:  # fmt: skip
    make_directory(directory, 0o700)
    elsewhere = directory.parent / "ailleurs"
    make_file(elsewhere)
    files.lock.symlink_to(elsewhere)
    with pytest.raises(StoreUnreachable):
        await opener.open(account, passphrase)


async def test_a_new_passphrase_opens_the_same_content(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles
) -> None:
    content = files.database.read_bytes()
    await opener.change_passphrase(account, passphrase, "nouvelle")
    assert files.database.read_bytes() == content
    assert mode(files.key) == 0o600
    with pytest.raises(WrongPassphrase):
        await opener.open(account, passphrase)
    store = await opener.open(account, "nouvelle")
    assert await store.drafts() == [made]
    await store.close()


async def test_the_passphrase_of_an_open_store_can_be_changed(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    store = await opener.open(account, passphrase)
    await opener.change_passphrase(account, passphrase, "nouvelle")
    saved = await store.save_draft(Draft(body="texte"), NOON)
    await store.close()
    store = await opener.open(account, "nouvelle")
    assert await store.drafts() == [saved]
    await store.close()


async def test_a_refused_change_of_passphrase_changes_nothing(
    opener: EncryptedStoreOpener, account: Account, passphrase: str, made: Draft, files: StoreFiles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = files.key.read_bytes()
    with pytest.raises(WrongPassphrase):
        await opener.change_passphrase(account, "fausse", "nouvelle")
    other = replace(account, address="marie.curie@hopital.mssante.fr")
    with pytest.raises(StoreDamaged):
        await opener.change_passphrase(other, passphrase, "nouvelle")

    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(StoreFull):
        await opener.change_passphrase(account, passphrase, "nouvelle")
    assert files.key.read_bytes() == before
    assert {path.suffix for path in files.directory.iterdir()} == {".db", ".key", ".lock"}


async def test_two_instances_that_make_a_store_at_once_agree_on_one_key(
    opener: EncryptedStoreOpener, account: Account, passphrase: str
) -> None:
    tries = [opener.open(account, passphrase) for _ in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [result for result in results if isinstance(result, StoreInUse)]
    (store,) = (result for result in results if not isinstance(result, BaseException))
    assert len(refused) == 3
    saved = await store.save_draft(Draft(body="texte"), NOON)
    await store.close()
    store = await opener.open(account, passphrase)
    assert await store.drafts() == [saved]
    await store.close()


def test_a_passphrase_costs_a_tenth_of_a_second_and_64_mib_by_default() -> None:
    assert KeyDerivation() == KeyDerivation(time_cost=3, memory_kib=65_536, parallelism=2)


def _flip(file: Path, offset: int) -> None:
    content = bytearray(file.read_bytes())
    content[offset] ^= 0xFF
    file.write_bytes(content)


async def test_an_opening_that_is_given_up_leaves_a_store_that_opens_at_once(
    tmp_path: Path, account: Account, passphrase: str
) -> None:
    """Its thread may be writing the key: the lock is held until it has."""
    given_up_count = 0
    for turns in range(60):
        opener = EncryptedStoreOpener(tmp_path / str(turns), KeyDerivation(1, 8, 1))
        opening = asyncio.create_task(opener.open(account, passphrase))
        for turn in range(turns):
            await asyncio.sleep(0 if turn % 3 else 0.0005)
        opening.cancel()
        await asyncio.wait([opening])
        if not opening.cancelled():
            await opening.result().close()
            continue
        given_up_count += 1
        await (await opener.open(account, passphrase)).close()
    assert given_up_count > 5
