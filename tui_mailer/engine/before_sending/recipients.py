"""Who a message may go to (Ref#2 §3.1.1 and §3.4.2; the trust space's members)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tui_mailer.domain.account import Account
from tui_mailer.domain.address import Address
from tui_mailer.domain.draft import Draft
from tui_mailer.domain.ins import InvalidIns, Matricule
from tui_mailer.domain.ins_in_text import ins_in
from tui_mailer.domain.safe_text import safe_line
from tui_mailer.engine.before_sending.finding import Context, Finding, Question, Refusal
from tui_mailer.engine.before_sending.patients import patient_of, patients_of, why_no_patient

NAMES_ANOTHER_PATIENT: Final = Question(
    "names_another_patient",
    "Le texte contient l’INS ou l’adresse d’un autre patient : il vient peut-être de son dossier ou "
    "d’un échange avec lui. L’envoyer tout de même ?",
)
_MOST_NAMED: Final = 12
# Those of a usual case are fewer: who asked, who treats the patient with them, a secretary.
_MANY: Final = 8
_ADDRESS_OF_AN_INS: Final = re.compile(r"\b[0-9AB]{15}@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def recipients_are_addresses(draft: Draft, context: Context) -> Iterator[Finding]:
    """Somebody is written to, and each recipient is an address of the trust space."""
    if not draft.recipients and not any(draft.incomplete_recipients):
        yield Refusal("Indiquez au moins un destinataire.")
    for text in draft.incomplete_recipients:
        if text:
            yield Refusal(_why_unreadable(text, context.account))
    for address in draft.recipients:
        if reason := _why_not(address, context):
            yield Refusal(reason)


def one_patient_at_most(draft: Draft, context: Context) -> Iterator[Finding]:
    """Two patients would each learn of the other (ECO.2.1.1: one message, one patient)."""
    if len(patients_of(draft, context.account)) > 1:
        yield Refusal("Un message ne peut avoir qu’un seul patient : retirez les autres.")


def nothing_of_another_patient(draft: Draft, context: Context) -> Iterator[Finding]:
    """A message exchanged with one patient is neither sent on nor quoted to another."""
    patients = patients_of(draft, context.account)
    if context.about and any(matricule != context.about for matricule in patients):
        yield Refusal(
            "Ce message reprend un échange avec un autre patient : il ne peut pas être envoyé à "
            "celui-ci. Écrivez-lui un nouveau message."
        )


def another_patient_is_named_on_purpose(draft: Draft, context: Context) -> Iterator[Finding]:
    """What is sent on, or pasted from another record, says whose it is: ask."""
    patients = patients_of(draft, context.account)
    if not patients:
        return
    addresses = map(Address.received, _ADDRESS_OF_AN_INS.findall(draft.body))
    named = {patient_of(address, context.account) for address in addresses}
    named |= ins_in(f"{draft.subject}\n{draft.body}")
    if not named <= {None, *patients}:
        yield NAMES_ANOTHER_PATIENT


def patient_apart_from_others(draft: Draft, context: Context) -> Iterator[Finding]:
    """With professionals a patient may be written to, openly and on purpose."""
    account = context.account
    if any(patient_of(address, account) for address in draft.bcc):
        yield Refusal(
            "Un patient ne peut pas être en copie cachée : mettez son adresse dans le champ « À », "
            "pour que le message et sa copie disent à qui il est."
        )
    others = [address for address in draft.recipients if not patient_of(address, account)]
    if others and len(others) < len(draft.recipients):
        yield _patient_with(others)


def _patient_with(others: Sequence[Address]) -> Question:
    """Who they are stands in the question: a field of the message may be too short to show them."""
    named = ", ".join(address.mailbox for address in others[:_MOST_NAMED])
    if len(others) > _MOST_NAMED:
        named += f" et {len(others) - _MOST_NAMED} de plus"
    return Question(
        "patient_with_others",
        f"Un patient est destinataire avec d’autres personnes ({named}) : chacun lira le message "
        "et saura que le patient l’a reçu. L’envoyer ainsi ?",
    )


def _why_unreadable(text: str, account: Account) -> str:
    try:
        ins = Matricule.parse(text, test_identities=account.test_identities)
    except InvalidIns:
        return f"« {safe_line(text)} » n’est pas une adresse valable."
    return (
        f"« {ins.grouped} » est une INS sans la suite de l’adresse. Pour écrire à ce patient, "
        f"mettez {ins.address(account.patient_domain)} : son identité sera à confirmer avant l’envoi."
    )


def answer_reaches_whoever_wrote(draft: Draft, context: Context) -> Iterator[Finding]:
    """An answer that its sender wants elsewhere (``Reply-To``) goes there on purpose: ask."""
    sender = context.answered
    if sender is None or not sender.mailbox:
        return
    if not draft.recipients or any(map(sender.same_mailbox, draft.recipients)):
        return
    first, *others = (address.mailbox for address in draft.recipients)
    more = f" et {len(others)} autre{'s' if len(others) > 1 else ''}" if others else ""
    yield Question(
        "answer_elsewhere",
        f"Vous répondez à un message de {sender.mailbox}, qui ne recevra pas cette réponse : elle "
        f"part à {first}{more}. L’envoyer là ?",
    )


def answer_to_many_is_meant(draft: Draft, context: Context) -> Iterator[Finding]:  # noqa: ARG001  (a check)
    """What one person was to read is soon sent to a whole circular's readers: ask."""
    count = len({address.mailbox.casefold() for address in draft.recipients})
    if draft.answers and count >= _MANY:
        yield Question(
            "answer_to_many",
            f"Cette réponse part à {count} destinataires : tous la liront. L’envoyer à tous ?",
            yes="Envoyer à tous",
        )


def _why_not(address: Address, context: Context) -> str:
    """Why nothing may be sent to `address`, or ""."""
    account = context.account
    if not address.is_sendable:
        return f"« {address.mailbox} » n’est pas une adresse valable."
    if reason := why_no_patient(address, account):
        return reason
    if not patient_of(address, account) and address.misspells_patient(account.patient_domain):
        return (
            f"« {address.mailbox} » n’est l’adresse d’aucun patient : avant le @, il faut les "
            "15 caractères de l’INS, avec une clé juste."
        )
    is_patients_domain = address.domain == account.patient_domain.lower()
    if not is_patients_domain and not context.trust.holds(address.domain):
        return (
            f"« {address.domain} » n’appartient pas {context.trust.name} : "
            "un message de santé ne peut pas y être envoyé."
        )
    return ""
