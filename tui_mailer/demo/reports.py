"""What servers report by themselves: a message not delivered, a message read."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from tui_mailer.demo.people import MES_POSTMASTER, PATIENT_DOMAIN, Correspondent

_VERIFY = """\
Vérifiez l'identité nationale de santé du patient. S'il n'a pas activé son
profil, il peut le faire sur www.monespacesante.fr."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Mon espace santé does not deliver: a code (RFC 3463) and words in both languages."""

    status: str
    cause: str
    words: str
    advice: str = _VERIFY


NOT_FOUND: Final = Refusal(
    "5.1.1",
    """patient non trouvé. Aucune messagerie Mon espace santé
                   ne correspond à cette adresse.""",
    "user unknown",
)
CLOSED: Final = Refusal(
    "5.2.1",
    """messagerie fermée. Le patient a clôturé sa messagerie
                   Mon espace santé, ou s’est opposé à sa création.""",
    "mailbox disabled, not accepting messages",
)
FULL: Final = Refusal(
    "5.2.2",
    """espace de stockage plein. Le patient doit faire de la
                   place avant de recevoir d'autres messages.""",
    "mailbox full",
    "Écrivez de nouveau quand il aura fait de la place.",
)
TOO_LARGE: Final = Refusal(
    "5.3.4",
    """message trop volumineux. Mon espace santé accepte
                   25 Mo au plus, pièces jointes comprises.""",
    "message too large",
    "Réduisez les pièces jointes, ou envoyez-les en plusieurs messages.",
)
_NOT_DELIVERED = """\
Bonjour,

Votre message n'a pas pu être remis à son destinataire.

    Destinataire : {recipient}
    Cause        : {cause}

{advice}

---------------------------------------------------------------------------

Your message could not be delivered: {status} {words} <{recipient}>.
"""
_DISPOSITION = """\
Reporting-UA: mon-espace-sante; demonstration
Final-Recipient: rfc822; {0}
Original-Message-ID: {1}
Disposition: automatic-action/MDN-sent-automatically; displayed
"""
_DELIVERY_STATUS = """\
Reporting-MTA: dns; smtp.{domain}
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822; {recipient}
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{recipient}> {words}
"""


def non_delivery_report(
    practice_address: str,
    recipient: str,
    raw: bytes,
    *,
    at: datetime,
    message_id: str,
    refusal: Refusal = NOT_FOUND,
) -> bytes:
    """A report that ``recipient`` was not reached (RFC 3464), in French then in English.

    Args:
        practice_address: who sent the message.
        recipient: who did not get it.
        raw: the message; its headers are the report's last part.
        at: when the report is made.
        message_id: of the report.
        refusal: why.
    """
    report = EmailMessage(policy=SMTP)
    report["From"] = Address(MES_POSTMASTER.label, addr_spec=MES_POSTMASTER.address)
    report["To"] = practice_address
    report["Subject"] = "Message non distribué"
    report["Date"] = at
    report["Message-ID"] = message_id
    report["Auto-Submitted"] = "auto-replied"
    told = {"recipient": recipient, "status": refusal.status, "words": refusal.words}
    text = _NOT_DELIVERED.format(cause=refusal.cause, advice=refusal.advice, **told)
    report.set_content(text, cte="quoted-printable")
    report.make_mixed()
    report.attach(_delivery_status(told, at))
    report.attach(_original_headers(raw))
    report.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"')
    report.set_boundary("=_demonstration_rapport")
    return report.as_bytes()


def read_receipt(
    reader: Correspondent, addressee: str, raw: bytes, *, at: datetime, message_id: str
) -> bytes:
    """That ``reader`` has opened ``raw`` (RFC 8098): Mon espace santé asks the patient nothing.

    Args:
        reader: who read the message.
        addressee: whom the receipt is for.
        raw: the message read.
        at: when it was read.
        message_id: of the receipt.
    """
    read = BytesHeaderParser(policy=SMTP).parsebytes(raw)
    receipt = EmailMessage(policy=SMTP)
    receipt["From"] = Address(reader.label, addr_spec=reader.address)
    receipt["To"] = addressee
    receipt["Subject"] = f"Lu : {read.get('Subject', '')}"
    receipt["Date"] = at
    receipt["Message-ID"] = message_id
    receipt.set_content(
        "Votre message a été ouvert dans Mon espace santé.\n", cte="quoted-printable"
    )
    receipt.make_mixed()
    original = next((v for k, v in read.raw_items() if k.lower() == "message-id"), "")
    disposition = EmailMessage(policy=SMTP)
    disposition["Content-Type"] = "message/disposition-notification"
    disposition.set_payload([_fields(_DISPOSITION.format(reader.address, str(original).strip()))])
    receipt.attach(disposition)
    receipt.replace_header(
        "Content-Type", 'multipart/report; report-type="disposition-notification"'
    )
    receipt.set_boundary("=_demonstration_accuse")
    return receipt.as_bytes()


def _delivery_status(told: dict[str, str], at: datetime) -> EmailMessage:
    fields = _DELIVERY_STATUS.format(domain=PATIENT_DOMAIN, date=format_datetime(at), **told)
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([_fields(block) for block in fields.strip().split("\n\n")])
    return part


def _fields(block: str) -> EmailMessage:
    part = EmailMessage(policy=SMTP)
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        part[name] = value
    return part


def _original_headers(raw: bytes) -> EmailMessage:
    headers = BytesHeaderParser(policy=SMTP).parsebytes(raw)
    part = EmailMessage(policy=SMTP)
    text = "".join(f"{name}: {value}\n" for name, value in headers.raw_items())
    part.set_content(text, subtype="rfc822-headers", cte="quoted-printable")
    return part
