"""What people and machines write back by themselves: a patient's answer, an automatic answer."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid

from tui_mailer.demo.letters import Letter
from tui_mailer.demo.people import (
    AUTOMATIC_REPLY_ADDRESS,
    COLLEAGUE_WHO_ASKS,
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


def thanks_for_receipt(practice_address: str, receipt: EmailMessage) -> bytes:
    """What the colleague who asked for a read receipt answers when it is there."""
    words = """\
Chère consœur,

Votre accusé de lecture est bien arrivé : merci, me voilà rassurée.

Dr Nadia KERBRAT
"""
    return _reply(COLLEAGUE_WHO_ASKS, practice_address, receipt, words)


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
