"""What `tui-mailer audit` does: the passphrase from the terminal, the journal to standard output.

The store is opened as the program itself opens it, so it must not be open elsewhere; that the
journal was exported is a line of the journal too.
"""

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tui_mailer.audit_export import CsvExport, JsonExport, Period, verdict
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.journal import Deed, JournalLine
from tui_mailer.engine.journal import JournalKeeper
from tui_mailer.output import say, writing


class NoTerminal(MailerError):
    """Nobody can be asked: a passphrase comes neither from a pipe nor from the environment."""

    what = "Le mot de passe ne peut être demandé qu’à un terminal."
    meaning = "Rien n’a été exporté."
    advice = "Lancez la commande depuis un terminal ; sa sortie peut aller dans un fichier."


class PassphraseNotTyped(MailerError):
    """The question was left without an answer, or the terminal does not speak as it says."""

    what = "Aucun mot de passe lisible n’a été saisi."
    meaning = "Rien n’a été exporté."
    advice = "Relancez la commande et saisissez le mot de passe de la boîte, puis Entrée."


def ask_passphrase(address: str) -> str:
    """Ask on the terminal, without echo, wherever standard output goes.

    Raises:
        NoTerminal: there is none.
        PassphraseNotTyped: it ended before an answer, or gave one that is no text.
    """
    try:
        with Path("/dev/tty").open("rb"):
            pass
    except OSError as error:
        raise NoTerminal from error
    try:
        return getpass.getpass(f"Mot de passe de {address} : ")
    except (EOFError, UnicodeDecodeError):
        # From None: the decoder's error carries what was typed along.
        raise PassphraseNotTyped from None


async def export(keeper: JournalKeeper, period: Period, form: str) -> int:
    """Print the lines of `period`, then what the chain says; 0 when it holds, 2 when not.

    Raises:
        StoreProblem: the journal cannot be read or written.
        OutputLost: it could not be printed to its end.
    """
    keeper.note(Deed.EXPORTED, detail=f"{form}, {period.words}")
    await keeper.flush()
    output: CsvExport | JsonExport = JsonExport() if form == "json" else CsvExport()
    with writing(exact=True) as file:
        file.write(output.head)
        report = await keeper.check(_printer(output.row, period, file))
        file.write(output.foot)
    say(verdict(report))
    return 0 if report.holds else 2


def _printer(
    row: Callable[[JournalLine], str], period: Period, file: TextIO
) -> Callable[[Sequence[JournalLine]], None]:
    def write(lines: Sequence[JournalLine]) -> None:
        file.writelines(row(line) for line in lines if period.holds(line))

    return write
