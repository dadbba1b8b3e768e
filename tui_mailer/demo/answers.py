"""What comes back by itself: a patient's answer, an automatic answer, a non-delivery report."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from tui_mailer.demo.letters import Letter
from tui_mailer.demo.people import (
    AUTOMATIC_REPLY_ADDRESS,
    MES_POSTMASTER,
    PATIENT_DOMAIN,
    PATIENT_WHO_ANSWERS,
    Correspondent,
)

_QUOTED_LINES = 3
_WORDS_OF_THE_PATIENT = (
    """\
Bonjour Docteur,

Merci pour votre message, je l'ai bien reçu et je vais suivre vos conseils.
Est-ce que je peux continuer mon traitement habituel en attendant ?
""",
    """\
Bonjour Docteur,

C'est noté, merci d'avoir répondu si vite. Je vous tiens au courant en fin de
semaine.
""",
    """\
Bonjour,

Merci beaucoup. Je prends rendez-vous au secrétariat dès demain matin.
""",
)
_SIGNATURE = "\nBien cordialement,\nDominique Pat-Trois\n"
_NOT_DELIVERED = """\
Bonjour,

Votre message n'a pas pu être remis à son destinataire.

    Destinataire : {recipient}
    Cause        : patient non trouvé. Aucune messagerie Mon espace santé
                   ne correspond à cette adresse.

Vérifiez l'identité nationale de santé du patient. S'il n'a pas encore activé
son profil, il peut le faire sur www.monespacesante.fr.

---------------------------------------------------------------------------

Your message could not be delivered: 5.1.1 user unknown <{recipient}>.
"""
_DELIVERY_STATUS = """\
Reporting-MTA: dns; smtp.{domain}
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}> user unknown
"""


def patient_answer(practice_address: str, received: EmailMessage, number: int) -> bytes:
    """What the patient who answers writes back to ``received``, quoting its first lines.

    Args:
        practice_address: whom the answer is for.
        received: the parsed message of the practice.
        number: of the answer, from 1: the words change from one to the next.
    """
    words = _WORDS_OF_THE_PATIENT[(number - 1) % len(_WORDS_OF_THE_PATIENT)]
    joined = [part.get_filename() or "sans nom" for part in received.iter_attachments()]
    if joined:
        words += f"\nJ'ai bien pu ouvrir la pièce jointe « {joined[0]} ».\n"
    patient = PATIENT_WHO_ANSWERS.correspondent
    return _reply(patient, practice_address, received, words + _SIGNATURE + _quote(received))


def automatic_answer(practice_address: str, received: EmailMessage) -> bytes:
    """What the automatic box of the patients' domain answers to anything."""
    robot = Correspondent("Réponse automatique de test", AUTOMATIC_REPLY_ADDRESS)
    words = "Votre message est bien arrivé. Ceci est une réponse automatique de test.\n"
    return _reply(robot, practice_address, received, words, ("Auto-Submitted", "auto-replied"))


def non_delivery_report(
    practice_address: str, recipient: str, raw: bytes, *, at: datetime, message_id: str
) -> bytes:
    """A report that ``recipient`` is unknown (RFC 3464), in French then in English.

    Args:
        practice_address: who sent the message.
        recipient: who did not get it.
        raw: the message; its headers are the report's last part.
        at: when the report is made.
        message_id: of the report.
    """
    report = EmailMessage(policy=SMTP)
    report["From"] = Address(MES_POSTMASTER.label, addr_spec=MES_POSTMASTER.address)
    report["To"] = practice_address
    report["Subject"] = "Message non distribué"
    report["Date"] = at
    report["Message-ID"] = message_id
    report["Auto-Submitted"] = "auto-replied"
    report.set_content(_NOT_DELIVERED.format(recipient=recipient), cte="quoted-printable")
    report.make_mixed()
    report.attach(_delivery_status(recipient, at))
    report.attach(_original_headers(raw))
    report.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"')
    report.set_boundary("=_demonstration_rapport")
    return report.as_bytes()


def _delivery_status(recipient: str, at: datetime) -> EmailMessage:
    fields = _DELIVERY_STATUS.format(
        domain=PATIENT_DOMAIN, recipient=recipient, date=format_datetime(at)
    )
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


def _reply(
    author: Correspondent,
    addressee: str,
    received: EmailMessage,
    text: str,
    *headers: tuple[str, str],
) -> bytes:
    subject = str(received.get("Subject", "")).strip()
    answered = _unparsed(received, "Message-ID").strip()
    chain = (*_unparsed(received, "References").split(), answered) if answered else ()
    return Letter(
        sender=author,
        recipients=(Correspondent("", addressee),),
        subject=subject if subject.lower().startswith("re:") else f"Re: {subject}",
        text=text,
        sent_at=datetime.now().astimezone(),
        message_id=make_msgid(domain=PATIENT_DOMAIN),
        references=chain,
        headers=headers,
    ).to_bytes()


def _unparsed(received: EmailMessage, name: str) -> str:
    # The library's parser of Message-ID raises IndexError on « <[fin]@x> ».
    values = (value for key, value in received.raw_items() if key.lower() == name.lower())
    return str(next(values, ""))


def _quote(received: EmailMessage) -> str:
    body = received.get_body(preferencelist=("plain",))
    text = body.get_content() if body is not None else ""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    quoted = "".join(f"> {line}\n" for line in lines[:_QUOTED_LINES])
    return f"\nVous avez écrit :\n{quoted}" if quoted else ""
