"""How the journal words what came of an operation on a server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.errors import ConnectionProblem, DeliveryUncertain, MailerError
from tui_mailer.engine.before_sending.patients import patient_of

T = TypeVar("T")

DONE: Final = "OK"
_REFUSED: Final = "refusé"
_NO_ANSWER: Final = "sans réponse"
_BROKEN_OFF: Final = "interrompu"


async def answered(
    operation: Awaitable[T],
    note: Callable[[str], None],
    answer: Callable[[T], str] = lambda _result: DONE,
) -> T:
    """Wait for `operation`, and note what came of it, whatever that is."""
    try:
        result = await operation
    except MailerError as error:
        note(refusal(error))
        raise
    except asyncio.CancelledError:
        note(f"{_BROKEN_OFF} avant la réponse")
        raise
    note(answer(result))
    return result


def refusal(error: MailerError) -> str:
    """The server's no in its own words, or that it said nothing."""
    if isinstance(error, ConnectionProblem | DeliveryUncertain):
        return f"{_NO_ANSWER} : {error.what.rstrip('.')}"
    return f"{_REFUSED} : {error.server_words or error.what}"


def has_failed(answer: str) -> bool:
    """True for the answer of an operation that was not done, or may not have been."""
    return answer.startswith((_REFUSED, _NO_ANSWER, _BROKEN_OFF))


def patient_among(recipients: Sequence[Address], account: Account) -> str:
    """The matricule of the first patient, or ""."""
    found = (patient_of(address, account) for address in recipients)
    return next((matricule for matricule in found if matricule), "")
