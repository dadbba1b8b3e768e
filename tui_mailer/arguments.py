"""The command line's grammar, in French; Textual is not imported before it was understood."""

import argparse
from pathlib import Path
from typing import NoReturn

from tui_mailer import __version__

_TOUR = """\
commandes :
  tui-mailer                ouvrir sa messagerie
  tui-mailer demo           essayer, sans compte, sur un cabinet fictif
  tui-mailer compose --ins "2 79 03 51 215 189 89" --attach bilan.pdf
                            écrire à un patient depuis le logiciel métier
  tui-mailer ins <matricule> [--json]
                            contrôler un matricule INS
"""


class _Parser(argparse.ArgumentParser):
    """Answers a command it does not understand in one French sentence."""

    def error(self, message: str) -> NoReturn:
        del message  # argparse's English
        self.exit(2, "La ligne de commande n’est pas comprise. Essayez : tui-mailer --help\n")


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    root = _Parser(
        prog="tui-mailer",
        description="Messagerie MSSanté au clavier : échanger avec ses patients et ses confrères.",
        epilog=_TOUR,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    root.add_argument("-h", "--help", action="help", help="cette aide")
    root.add_argument("--version", action="version", version=f"tui-mailer {__version__}")
    root.add_argument("--compte", metavar="ADRESSE", default="", help="le compte à ouvrir")
    root.add_argument(
        "--reglages", metavar="FICHIER", type=Path, help="un autre fichier de réglages"
    )
    commands = root.add_subparsers(dest="command", metavar="commande", parser_class=_Parser)
    commands.add_parser("demo", help="essayer sur un cabinet fictif", add_help=False)
    _add_compose(commands)
    _add_ins(commands)
    return root


def _add_compose(commands: "argparse._SubParsersAction[_Parser]") -> None:
    compose = commands.add_parser("compose", help="écrire à un patient", add_help=False)
    compose.add_argument("-h", "--help", action="help", help="cette aide")
    compose.add_argument("--ins", required=True, help="le matricule INS, 15 caractères")
    compose.add_argument(
        "--attach",
        action="append",
        default=[],
        type=Path,
        metavar="FICHIER",
        help="une pièce jointe ; peut être répété",
    )


def _add_ins(commands: "argparse._SubParsersAction[_Parser]") -> None:
    ins = commands.add_parser("ins", help="contrôler un matricule INS", add_help=False)
    ins.add_argument("-h", "--help", action="help", help="cette aide")
    ins.add_argument("matricule", nargs="+", help="15 caractères, espaces permis")
    ins.add_argument("--json", action="store_true", help="répondre par un objet JSON")
