"""Messages that a mail client often gets wrong, and the practice's other folders."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tui_mailer.demo.content.stored import (
    DRAFT,
    DRAFTS,
    FLAGGED,
    INBOX,
    JUNK,
    SEEN,
    SENT,
    TRASH,
    StoredMessage,
)
from tui_mailer.demo.content.threads import message_id
from tui_mailer.demo.files import attachment, xdm_archive
from tui_mailer.demo.letters import Attachment, Letter
from tui_mailer.demo.people import (
    COLLEAGUES,
    PATIENT_UNKNOWN,
    PATIENTS,
    PRACTICE,
    Correspondent,
)
from tui_mailer.demo.reports import non_delivery_report, read_receipt

_STRANGER = Correspondent("Support Messagerie", "support@quota-depasse.invalid")
_LONG_LINE = (
    "Compte rendu dicté, sans retour à la ligne : le patient décrit depuis trois semaines une "
    "gêne respiratoire d'effort, surtout dans la côte qui mène au marché, sans douleur "
    "thoracique ni palpitation, avec une toux sèche le soir qui cède au printemps et revient "
    "quand le chauffage est allumé ; l'auscultation trouve quelques sibilants des deux bases, "
    "le débit de pointe est à 380 litres par minute avant le spray et 460 après, ce qui fait "
    "retenir un asthme tardif plutôt qu'une insuffisance cardiaque, d'autant que le dosage du "
    "NT-proBNP est normal. "
)
_LONG_SUBJECT = (
    "Très longue liste : résidents concernés par le renouvellement des ordonnances de "
    "contention veineuse, de protections et de compléments alimentaires oraux"
)
_LINKS = """<html><body>
<p>Bonjour Docteur,</p>
<p>Votre accès au portail des images a été renouvelé. Trois liens utiles :</p>
<ol>
<li><a href="https://portail.imagerie-duparc.example/images">Consulter les images</a></li>
<li><a href="https://portail.imagerie-duparc.example/aide?sujet=mot+de+passe">Mot de passe
oublié</a></li>
<li><a href="https://collecte.statistiques.example/r?u=7f3a">www.sante-ra.fr/messagerie</a></li>
</ol>
<table><tr><th>Examen</th><th>Délai</th></tr><tr><td>Échographie</td><td>4 jours</td></tr>
<tr><td>IRM</td><td>21 jours</td></tr></table>
<p>Le secrétariat</p>
</body></html>
"""
_PHISHING = (
    "<p>Cher utilisateur, votre boîte sera supprimée dans 24 heures. "
    '<a href="http://203.0.113.7/login">https://messagerie.mssante.fr/</a></p>\n'
)
_BINNED = (
    ("msp", "Annulation : réunion de mardi"),
    ("pharmacie", "Commande de thermomètres"),
    ("radio", "Fermeture exceptionnelle le 11"),
)


class _Desk:
    """Writes letters to and from the practice at given distances from ``now``."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def at(self, days_ago: float) -> datetime:
        return (self._now - timedelta(days=days_ago)).replace(microsecond=0)

    def received(
        self,
        name: str,
        sender: Correspondent,
        days_ago: float,
        subject: str,
        text: str,
        *joined: Attachment,
        html: str = "",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Letter:
        return Letter(
            sender=sender,
            recipients=(PRACTICE,),
            subject=subject,
            text=text,
            html=html,
            sent_at=self.at(days_ago),
            message_id=message_id(name, sender),
            attachments=joined,
            headers=headers,
        )

    def written(
        self, name: str, recipient: Correspondent, days_ago: float, subject: str, text: str
    ) -> Letter:
        return Letter(
            sender=PRACTICE,
            recipients=(recipient,),
            subject=subject,
            text=text,
            sent_at=self.at(days_ago),
            message_id=message_id(name, PRACTICE),
        )


def awkward_mail(now: datetime) -> Iterator[StoredMessage]:
    """Odd subjects, HTML alone, long lines, a document exchange, a report of non-delivery."""
    desk = _Desk(now)
    yield from _odd_subjects(desk)
    yield StoredMessage.of(
        desk.received(
            "portail", COLLEAGUES["radio"], 7.2, "Votre accès au portail d'images", "", html=_LINKS
        ),
        INBOX,
        SEEN,
    )
    yield StoredMessage.of(
        desk.received(
            "dictee", COLLEAGUES["associe"], 10.1, "Courrier dicté à relire", _LONG_LINE * 3 + "\n"
        ),
        INBOX,
        SEEN,
    )
    yield _document_exchange(desk)
    yield from _not_delivered(desk)
    yield from _read(desk)
    yield _asks_to_be_told(desk)


def other_folders(now: datetime) -> Iterator[StoredMessage]:
    """Drafts, junk and the bin."""
    desk = _Desk(now)
    yield from _drafts(desk)
    quota = desk.received(
        "quota", _STRANGER, 14.3, "URGENT : votre boîte est pleine (99 %)", "", html=_PHISHING
    )
    yield StoredMessage.of(quota, JUNK)
    for number, (key, subject) in enumerate(_BINNED):
        binned = desk.received(
            f"corbeille.{number}",
            COLLEAGUES[key],
            21.4 + number * 9,
            subject,
            "Bonjour,\n\nPour information, merci d'en tenir compte.\n",
        )
        yield StoredMessage.of(binned, TRASH, SEEN)


def _drafts(desk: _Desk) -> Iterator[StoredMessage]:
    to_a_colleague = desk.written(
        "brouillon.1",
        COLLEAGUES["dermato"],
        0.6,
        "Avis : M. BRUN Gérard",
        "Cher Paul,\n\nJe voudrais ton avis sur une lésion du cuir chevelu qui\n",
    )
    to_a_patient = desk.written(
        "brouillon.2",
        PATIENTS["perrachon"].correspondent,
        1.8,
        "Votre prochaine prise de sang",
        "Bonjour Monsieur Perrachon,\n\nIl est temps de contrôler le potassium. À faire\n",
    )
    for draft in (to_a_colleague, to_a_patient):
        yield StoredMessage.of(draft, DRAFTS, SEEN, DRAFT)


def _odd_subjects(desk: _Desk) -> Iterator[StoredMessage]:
    subjects = (
        ("pharmacie", 2.3, "Ibuprofène : dose * 2 fois * jour ?", (SEEN,)),
        ("kine", 4.6, "[/] [bold]Genou[/bold] de Mme GIRODON, suite :-(", (SEEN,)),
        ("dermato", 8.4, "Réponse à votre courrier : « nævus » de l'épaule – à revoir", (SEEN,)),
        ("associe", 1.4, "Clés du cabinet {3+} (ce n'est pas une blague)", ()),
        (
            "ehpad",
            6.7,
            _LONG_SUBJECT,
            (SEEN, FLAGGED),
        ),
    )
    for number, (key, days_ago, subject, flags) in enumerate(subjects):
        text = "Bonjour Docteur,\n\nPouvez-vous me rappeler à ce sujet ? Merci.\n"
        letter = desk.received(f"objet.{number}", COLLEAGUES[key], days_ago, subject, text)
        yield StoredMessage.of(letter, INBOX, *flags)


def _document_exchange(desk: _Desk) -> StoredMessage:
    patient = PATIENTS["pat-trois"]
    title = "CR d'imagerie médicale"
    letter = desk.received(
        "xdm",
        COLLEAGUES["radio"],
        3.5,
        f"XDM/1.0/DDM+{title} {patient.family_name} {patient.given_name} 28/03/1979",
        "Document de santé transmis par le logiciel du centre d'imagerie.\n",
        xdm_archive(patient, title, "19790328"),
        attachment("20260101_CR_PAT-TROIS_Dominique.pdf", (title, "PAT-TROIS Dominique")),
        headers=(("X-MSS-CODECDA", "18748-4"), ("X-MSS-INS", "O")),
    )
    return StoredMessage.of(letter, INBOX)


def _not_delivered(desk: _Desk) -> Iterator[StoredMessage]:
    sent = desk.written(
        "odile",
        PATIENT_UNKNOWN.correspondent,
        17.5,
        "Résultat de votre frottis",
        "Bonjour Madame,\n\nVotre frottis est normal. Prochain contrôle dans trois ans.\n\n"
        "Dr Marie MARTIN\n",
    )
    original = StoredMessage.of(sent, SENT, SEEN)
    yield original
    returned_at = desk.at(17.49)
    report = non_delivery_report(
        PRACTICE.address,
        PATIENT_UNKNOWN.address,
        original.raw,
        at=returned_at,
        message_id=message_id("rapport.1", PATIENT_UNKNOWN.correspondent),
    )
    yield StoredMessage(INBOX, report, (SEEN,), returned_at)


def _read(desk: _Desk) -> Iterator[StoredMessage]:
    """A message to a patient, and the receipt that Mon espace santé gave for it."""
    patient = PATIENTS["tissot"].correspondent
    sent = desk.written(
        "tissot.certificat",
        patient,
        6.2,
        "Votre certificat",
        "Bonjour Monsieur,\n\nVotre certificat est prêt, vous pouvez passer au cabinet.\n\n"
        "Dr Marie MARTIN\n",
    )
    original = StoredMessage.of(sent, SENT, SEEN)
    yield original
    read_at = desk.at(5.9)
    receipt = read_receipt(
        patient,
        PRACTICE.address,
        original.raw,
        at=read_at,
        message_id=message_id("accuse.1", patient),
    )
    yield StoredMessage(INBOX, receipt, (SEEN,), read_at)


def _asks_to_be_told(desk: _Desk) -> StoredMessage:
    """A colleague who wants a read receipt."""
    colleague = COLLEAGUES["diabeto"]
    letter = desk.received(
        "accuse.demande",
        colleague,
        1.3,
        "Insuline : nouvelle dose, à confirmer",
        "Chère consœur,\n\nJe passe la dose du soir à 14 unités dès demain. Dites-moi si vous "
        "l'avez bien lu.\n\nDr Nadia KERBRAT\n",
        headers=(
            ("Return-Path", f"<{colleague.address}>"),
            ("Disposition-Notification-To", colleague.address),
        ),
    )
    return StoredMessage.of(letter, INBOX)
