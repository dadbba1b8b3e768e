"""The command line's grammar, in French; Textual is not imported before it was understood."""

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from tui_mailer import __version__
from tui_mailer.domain.errors import MailerError

_EXAMPLES = """\
exemples :
  tui-mailer                ouvrir sa messagerie
  tui-mailer demo           essayer, sans compte, sur un cabinet fictif
  tui-mailer compose --ins "2 79 03 51 215 189 89" --attach bilan.pdf
                            écrire à un patient depuis le logiciel métier
  tui-mailer ins 279035121518989 --json
                            contrôler un matricule INS
  tui-mailer audit --since 2026-01-01 > journal.csv
                            exporter le journal des opérations
"""


class NoSuchDay(MailerError):
    """What stands after --since or --until names no day."""

    what = "Ce jour n’existe pas, ou n’est pas écrit comme il faut"
    meaning = "Rien n’a été exporté."
    advice = "Écrivez l’année, le mois et le jour avec des tirets, par exemple 2026-01-31."


class _FrenchHelp(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "usage : " if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """Helps in French, and answers a command that it does not understand in one sentence."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (argparse's own)
        super().__init__(formatter_class=_FrenchHelp, add_help=False, **options)
        # A group of ours: the standard ones have English titles.
        self.choices_group = self.add_argument_group("options")
        self.choices_group.add_argument("-h", "--help", action="help", help="cette aide")

    def error(self, message: str) -> NoReturn:
        del message  # argparse's English
        self.exit(2, "La ligne de commande n’est pas comprise. Essayez : tui-mailer --help\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NoSuchDay(subject=text) from error


def parser() -> argparse.ArgumentParser:
    """The whole grammar.

    What it does not understand ends the program; `parse_args` raises `NoSuchDay` for a bad day.
    """
    root = _Parser(
        prog="tui-mailer",
        description="Messagerie MSSanté au clavier : échanger avec ses patients et ses confrères.",
        epilog=_EXAMPLES,
    )
    options = root.choices_group
    options.add_argument(
        "--version",
        action="version",
        version=f"tui-mailer {__version__}",
        help="le numéro de version",
    )
    options.add_argument("--compte", metavar="ADRESSE", default="", help="le compte à ouvrir")
    options.add_argument(
        "--reglages", metavar="FICHIER", type=Path, help="un autre fichier de réglages"
    )
    commands = root.add_subparsers(
        dest="command", metavar="commande", title="commandes", parser_class=_Parser
    )
    commands.add_parser("demo", help="essayer sur un cabinet fictif")
    _add_compose(commands.add_parser("compose", help="écrire à un patient"))
    _add_ins(commands.add_parser("ins", help="contrôler un matricule INS"))
    _add_audit(commands.add_parser("audit", help="exporter le journal des opérations"))
    return root


def _add_compose(compose: _Parser) -> None:
    compose.choices_group.add_argument(
        "--ins", required=True, help="le matricule INS, 15 caractères"
    )
    compose.choices_group.add_argument(
        "--attach",
        action="append",
        default=[],
        type=Path,
        metavar="FICHIER",
        help="une pièce jointe ; peut être répété",
    )


def _add_ins(ins: _Parser) -> None:
    group = ins.add_argument_group("arguments")
    group.add_argument("matricule", nargs="+", help="15 caractères, espaces permis")
    ins.choices_group.add_argument("--json", action="store_true", help="répondre par un objet JSON")


def _add_audit(audit: _Parser) -> None:
    options = audit.choices_group
    options.add_argument(
        "--since",
        required=True,
        type=_day,
        metavar="JOUR",
        help="AAAA-MM-JJ, compris",
    )
    options.add_argument("--until", type=_day, metavar="JOUR", help="AAAA-MM-JJ, compris")
    options.add_argument("--format", choices=("csv", "json"), default="csv", help="csv ou json")
    options.add_argument("--account", metavar="ADRESSE", default="", help="le compte")
