"""The command line's grammar, in French; Textual is not imported before it was understood."""

import argparse
from argparse import SUPPRESS
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from tui_mailer import __version__
from tui_mailer.domain.errors import MailerError
from tui_mailer.domain.safe_text import safe_line

# The commands as a usage names them: argparse's own list of them would be English.
_USAGE = """\
tui-mailer [--compte ADRESSE] [--reglages FICHIER]
        tui-mailer demo | compose | ins | audit …"""
_MORE = """\
exemples :
  tui-mailer                ouvrir sa messagerie
  tui-mailer demo           essayer, sans compte, sur un cabinet fictif
  tui-mailer compose --ins "2 79 03 51 215 189 89" --attach bilan.pdf
                            écrire à un patient depuis le logiciel métier
  tui-mailer ins 279035121518989 --json
                            contrôler un matricule INS
  tui-mailer audit --since 2026-01-01 > journal.csv
                            exporter le journal des opérations
  tui-mailer audit --help   l’aide d’une commande

fichiers :
  ~/.config/tui-mailer/reglages.toml
                            les réglages ; modeles/*.txt à côté : vos modèles
  ~/.local/share/tui-mailer
                            la boîte, chiffrée : brouillons, envois, journal
  ~/.local/state/tui-mailer/incident.log
                            le rapport d’une erreur du programme, sans donnée de santé

environnement :
  XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME
                            à la place de ~/.config, ~/.local/share, ~/.local/state
  VISUAL, EDITOR            votre éditeur, où « editeur_externe » l’autorise

code de sortie :
  0 fait ; 1 pas fait, et le message dit pourquoi ; 2 commande pas comprise,
  ou journal altéré (audit)
"""
_COMPOSE = """\
Ouvre l’échange avec ce patient : l’identité est contrôlée à l’écran, puis
vient le message avec ses pièces jointes. Si tui-mailer est déjà ouvert sur
cette boîte, la demande y est remise."""
_DEMO = """\
Ouvre le cabinet fictif d’une médecin, sur des serveurs embarqués : rien ne
sort de ce poste, et rien n’est gardé."""
_INS = """\
Contrôle la clé d’un matricule et dit ce que ses chiffres disent.
Code de sortie : 0 s’il est valable, 1 sinon."""
_AUDIT = """\
Écrit le journal d’une boîte de ce poste sur la sortie standard. Fermez
d’abord tui-mailer ; le mot de passe est demandé au terminal, sauf si une
commande ou le trousseau le donne.
Code de sortie : 0 si le journal est intact, 2 s’il est altéré, 1 si rien n’a
été exporté."""


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

    def start_section(self, heading: str | None) -> None:
        # A colon follows, before which French wants a space.
        super().start_section(heading and f"{heading} ")


class _Parser(argparse.ArgumentParser):
    """Helps in French; what it does not understand is named, beside what the command takes."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  (argparse's own)
        super().__init__(formatter_class=_FrenchHelp, add_help=False, **options)
        # A group of ours: the standard ones have English titles.
        self.choices_group = self.add_argument_group("options")
        self.choices_group.add_argument("-h", "--help", action="help", help="cette aide")

    def error(self, message: str) -> NoReturn:
        del message  # argparse's English
        self.refuse("La ligne de commande n’est pas comprise.")

    def refuse(self, said: str) -> NoReturn:
        """End the program with `said` and what this command takes."""
        usage = self.format_usage()
        self.exit(2, f"{said}\n{usage}Pour en savoir plus : {self.prog} --help\n")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NoSuchDay(subject=text) from error


def understood(words: Sequence[str] | None) -> argparse.Namespace:
    """What the command line says, `sys.argv`'s for None; what nobody understands ends the program.

    Raises:
        NoSuchDay: a day that does not exist.
    """
    grammar = parser()
    known, unknown = grammar.parse_known_args(words)
    if unknown:  # argparse would name it in English
        grammar.refuse(f"La ligne de commande n’est pas comprise : {safe_line(unknown[0])}")
    return known


def parser() -> _Parser:
    """The whole grammar."""
    root = _Parser(
        prog="tui-mailer",
        usage=_USAGE,
        description="Messagerie MSSanté au clavier : échanger avec ses patients et ses confrères.",
        epilog=_MORE,
    )
    root.choices_group.add_argument(
        "--version",
        action="version",
        version=f"tui-mailer {__version__}",
        help="le numéro de version",
    )
    _add_account(root, "")
    _add_settings(root, None)
    commands = root.add_subparsers(
        dest="command",
        metavar="commande",
        title="commandes",
        prog="tui-mailer",
        parser_class=_Parser,
    )
    demo = commands.add_parser("demo", help="essayer sur un cabinet fictif", description=_DEMO)
    _add_settings(demo)
    _add_compose(commands.add_parser("compose", help="écrire à un patient", description=_COMPOSE))
    _add_ins(commands.add_parser("ins", help="contrôler un matricule INS", description=_INS))
    _add_audit(
        commands.add_parser("audit", help="exporter le journal des opérations", description=_AUDIT)
    )
    return root


def _add_account(parser: _Parser, default: Any = SUPPRESS, *more_names: str) -> None:  # noqa: ANN401
    # Of a command it has no default: what stands before the command would be lost to it.
    parser.choices_group.add_argument(
        "--compte",
        *more_names,
        dest="compte",
        metavar="ADRESSE",
        default=default,
        help="le compte à ouvrir ; sinon, le premier des réglages",
    )


def _add_settings(parser: _Parser, default: Any = SUPPRESS) -> None:  # noqa: ANN401
    parser.choices_group.add_argument(
        "--reglages",
        metavar="FICHIER",
        type=Path,
        default=default,
        help="un autre fichier de réglages",
    )


def _add_compose(compose: _Parser) -> None:
    options = compose.choices_group
    options.add_argument("--ins", required=True, help="le matricule INS, 15 caractères")
    options.add_argument(
        "--attach",
        action="append",
        default=[],
        type=Path,
        metavar="FICHIER",
        help="une pièce jointe ; peut être répété",
    )
    _add_account(compose)
    _add_settings(compose)


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
    _add_account(audit, SUPPRESS, "--account")
    _add_settings(audit)
