"""The command line: understands it, runs one command, and lets no traceback reach a user."""

from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from tui_mailer.arguments import NoSuchDay, understood
from tui_mailer.diagnostics import record_incident, silence_libraries
from tui_mailer.domain.errors import MailerError
from tui_mailer.memory import loading
from tui_mailer.output import OutputLost, say, stand_in_for_closed, write_any_text, writing

_BROKEN = (
    "Le programme a rencontré une erreur inattendue et s’est fermé.\n"
    "Ce qui était écrit est enregistré : vous le retrouverez dans les brouillons.\n"
    "Relancez tui-mailer ; si l’erreur revient, transmettez le rapport (il ne contient aucune "
    "donnée de santé) : {report}"
)
_HANDED_OVER = (
    "tui-mailer est déjà ouvert sur cette boîte : la demande y attend.\n"
    "Passez à sa fenêtre pour confirmer l’identité et écrire le message."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 1 not, 2 not understood, or a journal touched."""
    stand_in_for_closed()
    write_any_text()
    try:
        arguments = understood(argv)
    except NoSuchDay as error:
        say(error.explanation)
        return 2
    silence_libraries()
    try:
        return _run(arguments)
    except MailerError as error:
        say(error.explanation)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1  # whoever read our output has left
    except Exception as error:  # noqa: BLE001  (the last line of defence)
        return _report(error)


def _run(arguments: Namespace) -> int:
    if arguments.command == "ins":
        return _ins(arguments)
    return _open_interface(arguments)


def _ins(arguments: Namespace) -> int:
    from tui_mailer.ins_command import as_json, describe, exit_code, render  # late: fast start

    text, today = " ".join(arguments.matricule), date.today()  # noqa: DTZ011  (a calendar day)
    answer = as_json(describe(text, today)) if arguments.json else render(text, today)
    with writing() as output:
        output.write(f"{answer}\n")
    return exit_code(describe(text, today))


def _open_interface(arguments: Namespace) -> int:
    # Late: Textual takes half a second to import, and only the interface needs it.
    with loading():
        from tui_mailer import bootstrap
        from tui_mailer.settings.model import Places

    places = Places.usual()
    if arguments.reglages is not None:
        places = replace(places, settings_file=arguments.reglages)
    if arguments.command == "demo":
        return bootstrap.run_demo(places)
    if arguments.command == "audit":
        from tui_mailer.audit_export import Period

        return bootstrap.run_audit(
            places,
            Period(arguments.since, arguments.until),
            form=arguments.format,
            address=arguments.compte,
        )
    if arguments.command == "compose":
        call = bootstrap.call_of(arguments.ins, arguments.attach)
        if bootstrap.hand_over(places, arguments.compte, call):
            # It is handed over, whether anybody can read so or not.
            with suppress(OutputLost, BrokenPipeError), writing() as output:
                output.write(f"{_HANDED_OVER}\n")
            return 0
        return bootstrap.run(places, address=arguments.compte, call=call)
    return bootstrap.run(places, address=arguments.compte)


def _report(error: BaseException) -> int:
    from tui_mailer.settings.model import NoHome, Places

    report = None
    with suppress(NoHome):
        report = record_incident(error, Places.usual().state_directory)
    say(_BROKEN.format(report=report or "non enregistré"))
    return 1
