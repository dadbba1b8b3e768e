"""Whether a patient whose address was refused could mend it alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tui_mailer.domain.account import Account, Endpoint
from tui_mailer.domain.draft import Outgoing, OutgoingState
from tui_mailer.domain.errors import RecipientsRefused
from tui_mailer.domain.safe_text import SafeText, safe_block
from tui_mailer.engine.refusals import explained, patient_can_activate

ACCOUNT = Account("dr@cabinet.aura.mssante.fr", Endpoint("i", 143), Endpoint("s", 587))
INS = "279035121518989"
HERS = f"{INS}@patient.mssante.fr"
COLLEAGUE = "dr.durand@hopital-sud.aura.mssante.fr"
UNKNOWN = "550 5.1.1 Recipient address rejected: User unknown"


def failed(words: str, state: OutgoingState = OutgoingState.FAILED, patient: str = INS) -> Outgoing:
    said = safe_block(words)
    when = datetime(2026, 3, 2, tzinfo=UTC)
    people = (HERS, COLLEAGUE)
    return Outgoing(1, "<1@x>", SafeText(""), people, patient, state, when, 9, server_words=said)


@pytest.mark.parametrize(
    ("outgoing", "can"),
    [
        (failed(f"{HERS} : {UNKNOWN}"), True),
        (failed(f"{HERS} : 550 5.2.1 mailbox disabled"), True),
        (failed(f"{HERS} : 550-Refus\nmessagerie non activée"), True),
        (failed(f"{HERS} : 552 5.2.2 mailbox full"), False),
        (failed(f"{COLLEAGUE} : {UNKNOWN}"), False),
        (failed(f"{HERS} : 550 5.7.1 policy\n{COLLEAGUE} : {UNKNOWN}"), False),
        (failed(f"{COLLEAGUE} : 550 5.7.1 policy\n{HERS} : {UNKNOWN}"), True),
        (failed("554 5.7.1 mailbox closed, says somebody else"), False),
        (failed(""), False),
        (failed(f"{HERS} : {UNKNOWN}", OutgoingState.QUEUED), False),
        (failed(f"{HERS} : {UNKNOWN}", patient=""), False),
    ],
)
def test_the_sheet_is_offered_for_the_patients_own_refusal(outgoing: Outgoing, can: bool) -> None:
    assert patient_can_activate(outgoing, ACCOUNT) is can


def test_the_refusal_of_a_test_identity_with_a_wrong_key_is_told_as_any_patients() -> None:
    """Official samples have such keys; a profile for tests writes to them."""
    mailbox = "224027511583555@patient.mssante.fr"
    refused = RecipientsRefused({mailbox: safe_block(UNKNOWN)})
    told = explained(refused, replace(ACCOUNT, test_identities=True))
    assert told.subject == "patient INS 2 24 02 75 115 835 55"
