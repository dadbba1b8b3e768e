"""The first message of the demo: what can be tried, and with which fictional patients."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from tui_mailer.demo.content.stored import FLAGGED, INBOX, StoredMessage
from tui_mailer.demo.letters import Letter
from tui_mailer.demo.people import (
    GUIDE,
    PATIENT_CLOSED,
    PATIENT_DOMAIN,
    PATIENT_FULL,
    PATIENT_REFUSED,
    PATIENT_TOO_LARGE,
    PATIENT_UNKNOWN,
    PATIENT_WHO_ANSWERS,
    PRACTICE,
    DemoPatient,
)

SUBJECT: Final = "Bienvenue : ce que vous pouvez essayer ici"
_GROUP_BOUNDS: Final = (0, 1, 3, 5, 7, 10, 13, 15)
_SHOWN: Final = (
    (PATIENT_WHO_ANSWERS, "lit (« lu »), puis répond ; z met fin à l'échange"),
    (PATIENT_CLOSED, "compte fermé : le message revient ; i : texte à remettre"),
    (PATIENT_UNKNOWN, "aucune messagerie à cette INS : il revient aussi"),
    (PATIENT_TOO_LARGE, "avec une pièce jointe, « trop volumineux » ; sans, il arrive"),
    (PATIENT_FULL, "espace de stockage plein"),
    (PATIENT_REFUSED, "refusé tout de suite : il attend dans les envois (v)"),
)
_OPENING: Final = """\
Bonjour,

Ici, tout se passe sur ce poste et tous les patients sont fictifs.

Appuyez sur p, tapez une de ces INS, contrôlez l'identité, écrivez :

"""
_REST: Final = """\
À voir aussi :

- « Insuline : nouvelle dose » : le Dr Kerbrat demande un accusé de lecture ;
  ouvrez son message, répondez o : elle le reçoit et vous remercie.
- « Echanges patient » : où en est chaque échange. Lucien Perrachon a écrit
  après la fin du sien ; lui écrire le redémarre.

? montre à tout moment les touches de l'écran.
"""


def guided_tour(now: datetime) -> Iterator[StoredMessage]:
    """One message, the newest."""
    patients = "".join(f"  {_grouped(patient)}\n    {words}\n\n" for patient, words in _SHOWN)
    letter = Letter(
        sender=GUIDE,
        recipients=(PRACTICE,),
        subject=SUBJECT,
        text=_OPENING + patients + _REST,
        sent_at=(now - timedelta(minutes=1)).replace(microsecond=0),
        message_id=f"<visite@{PATIENT_DOMAIN}>",
    )
    yield StoredMessage.of(letter, INBOX, FLAGGED)


def _grouped(patient: DemoPatient) -> str:
    groups = " ".join(patient.ins[start:end] for start, end in pairwise(_GROUP_BOUNDS))
    return f"{groups}  {patient.given_name} {patient.family_name}"
