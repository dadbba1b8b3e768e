"""SQLCipher's errors in the words of the domain.

`sqlcipher3.Error` is no `sqlite3.Error`, so nothing above this folder could catch it.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from tui_mailer.domain.errors import StoreDamaged, StoreFull, StoreProblem
from tui_mailer.domain.safe_text import safe_block

SqlError: Final[type[Exception]] = dbapi2.Error

NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FULL: Final = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"})
_DAMAGED: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
_UNREACHABLE: Final = frozenset(
    {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_BUSY"}
)


class StoreTooNew(StoreDamaged):
    """Made by a newer version of the program: opening it with this one could harm it."""

    what = "La boîte locale a été créée par une version plus récente du programme."
    meaning = "Elle n’a pas été modifiée."
    advice = "Installez cette version plus récente, puis rouvrez la boîte."


class StoreUnreachable(StoreProblem):
    """The file or its directory may not be read or written."""

    what = "La boîte locale n’est pas accessible en lecture et en écriture"
    advice = "Vérifiez les droits du dossier et le disque, puis réessayez."


class NoLocks(StoreUnreachable):
    """A network share where two programs could write one store at once; `subject` is its place."""

    what = "Le dossier de la boîte locale est sur un partage réseau sans verrous"
    meaning = (
        "La boîte n’a pas été ouverte : deux postes pourraient l’abîmer en y écrivant ensemble."
    )
    advice = (
        "Demandez à votre informaticien d’activer les verrous de ce partage, ou indiquez un dossier "
        "de ce poste dans la variable XDG_DATA_HOME."
    )


class NoRoomToOpen(StoreFull):
    """The disk was full before anything was on the screen."""

    meaning = "La boîte locale n’a pas été ouverte ; rien de ce qu’elle garde n’est perdu."
    advice = "Libérez de la place, puis recommencez."


class StoreKeyLost(StoreDamaged):
    """The encrypted file without its key, which opens nothing else; `subject` is the key's place."""

    what = "La clé de la boîte locale est introuvable"
    meaning = (
        "Sans elle, rien n’ouvre le fichier .db qui est à côté. "
        "Les messages du serveur ne sont pas touchés."
    )
    advice = (
        "Si ce poste a une sauvegarde, remettez-y ce fichier. Sinon, déplacez le fichier .db et "
        "gardez-le : la boîte sera refaite depuis le serveur."
    )


@contextmanager
def domain_errors() -> Iterator[None]:
    """Raise what SQLCipher or the file system raises within as the domain's errors.

    Raises:
        StoreFull: no room left.
        StoreDamaged: broken, or encrypted with another key.
        StoreUnreachable: may not be read or written.
    """
    try:
        yield
    except SqlError as error:
        problem = _problem_named(str(getattr(error, "sqlite_errorname", "")))
        if problem is None:
            raise  # a mistake of ours, such as a broken constraint
        raise problem from error
    except OSError as error:
        raise (StoreFull() if error.errno in NO_ROOM else StoreUnreachable()) from error


@contextmanager
def naming(place: Path) -> Iterator[None]:
    """Have a store that is damaged or out of reach say where it is."""
    try:
        yield
    except (StoreDamaged, StoreUnreachable) as problem:
        problem.subject = problem.subject or safe_block(str(place))
        raise


def _problem_named(name: str) -> StoreProblem | None:
    if _is_among(name, _FULL):
        return StoreFull()
    if _is_among(name, _DAMAGED):
        return StoreDamaged()
    if _is_among(name, _UNREACHABLE):
        return StoreUnreachable()
    return None


def _is_among(name: str, names: frozenset[str]) -> bool:
    """Extended codes are written `SQLITE_CORRUPT_INDEX`: the primary code, then a detail."""
    return any(name == primary or name.startswith(f"{primary}_") for primary in names)
