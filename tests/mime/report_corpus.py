"""Reports and their look-alikes, written in the shapes of the mail servers and readers in use.

Every message is made here, the same at each run: shapes times causes times ways of writing. None
is a copy of a real one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header

from tui_mailer.domain.nondelivery import Cause
from tui_mailer.domain.report import ReportKind

OURS = "dr.martin@cabinet-martin.aura.mssante.fr"
PATIENT = "279035121518989@patient.mssante.fr"
COLLEAGUE = "jean.durand@hopital-sud.aura.mssante.fr"
FAILED, DELAYED = ReportKind.NOT_DELIVERED, ReportKind.DELAYED


@dataclass(frozen=True)
class Sample:
    """A message; what it reports, or `kind` None for one that reports nothing."""

    name: str
    raw: bytes
    kind: ReportKind | None = None
    cause: Cause = Cause.UNKNOWN
    recipient: str = PATIENT
    sent_id: str = ""


@dataclass(frozen=True)
class Told:
    """One refusal as a server tells it."""

    code: str
    status: str
    words: str
    cause: Cause


REFUSALS = (
    Told("550", "5.1.1", "User unknown in virtual mailbox table", Cause.NOT_FOUND),
    Told("550", "5.2.1", "The mailbox is disabled", Cause.CLOSED),
    Told("552", "5.2.2", "Mailbox is full", Cause.FULL),
    Told("552", "5.3.4", "Message size exceeds fixed limit", Cause.TOO_LARGE),
    Told("553", "5.1.3", "Bad recipient address syntax", Cause.INVALID_ADDRESS),
    Told("554", "5.7.1", "Message rejected by policy", Cause.REFUSED),
    Told("550", "5.0.0", "Messagerie fermée par l'usager", Cause.CLOSED),
    Told("550", "5.0.0", "Patient non trouvé", Cause.NOT_FOUND),
    Told("550", "5.5.0", "Adresse invalide", Cause.INVALID_ADDRESS),
)


def sent_id(number: int) -> str:
    """The Message-ID of the message that sample `number` is about."""
    return f"<{number:08x}c0ffee@cabinet-martin.aura.mssante.fr>"


def head(sender: str, subject: str, *more: str) -> str:
    """The headers of a message to the practice."""
    written = subject if subject.isascii() else Header(subject, "utf-8").encode()
    return "\n".join(
        [
            f"From: {sender}",
            f"To: {OURS}",
            f"Subject: {written}",
            "Date: Tue, 24 Nov 2026 10:12:00 +0100",
            "Message-ID: <report.1234@relais.operateur.fr>",
            "MIME-Version: 1.0",
            *more,
        ]
    )


def original(number: int, recipient: str) -> str:
    """The headers of the message reported on."""
    return (
        f"From: Dr_Marie_MARTIN <{OURS}>\nTo: <{recipient}>\nSubject: Votre bilan\n"
        f"Message-ID: {sent_id(number)}\nDate: Tue, 24 Nov 2026 10:00:00 +0100\n"
    )


def wire(text: str) -> bytes:
    """As a server stores it."""
    return text.encode().replace(b"\n", b"\r\n")


def report(kind: str, header: str, *parts: tuple[str, str]) -> bytes:
    """A multipart/report."""
    body = "".join(f"--=_r\nContent-Type: {media}\n\n{content}\n" for media, content in parts)
    top = f'Content-Type: multipart/report; report-type={kind};\n boundary="=_r"'
    return wire(f"{header}\n{top}\n\n{body}--=_r--\n")


# --- with a status part


def postfix(number: int, told: Told, recipient: str) -> bytes:
    notice = (
        "This is the mail system at host relais.operateur.fr.\n\n"
        "I'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n"
        f"<{recipient}>: host mx.patient.fr said: {told.code} {told.status}\n    {told.words}\n"
    )
    status = (
        "Reporting-MTA: dns; relais.operateur.fr\nArrival-Date: Tue, 24 Nov 2026 10:00:00 +0100\n\n"
        f"Final-Recipient: rfc822; {recipient}\nOriginal-Recipient: rfc822;{recipient}\n"
        f"Action: failed\nStatus: {told.status}\n"
        f"Diagnostic-Code: smtp; {told.code} {told.status} {told.words}\n"
    )
    header = head(
        "MAILER-DAEMON@relais.operateur.fr (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "Auto-Submitted: auto-replied",
    )
    return report(
        "delivery-status",
        header,
        ("text/plain; charset=utf-8", notice),
        ("message/delivery-status", status),
        ("message/rfc822", original(number, recipient) + "\nBonjour Madame,\n"),
    )


def international(number: int, told: Told, recipient: str) -> bytes:
    status = (
        "Reporting-MTA: dns; mx.patient.fr\n\n"
        f"Final-Recipient: utf-8; {recipient}\nAction: failed\nStatus: {told.status}\n"
        f"Diagnostic-Code: smtp; {told.code}-{told.status} {told.words}\n"
    )
    return report(
        "delivery-status",
        head("Postmaster <postmaster@patient.mssante.fr>", "Message non distribué"),
        ("text/plain; charset=utf-8", "Votre message n'a pas pu être remis.\n"),
        ("message/global-delivery-status", status),
        ("message/global-headers", original(number, recipient)),
    )


def exchange(number: int, told: Told, recipient: str) -> bytes:
    notice = (
        f"Échec de la remise pour ces destinataires ou groupes :\n\n{recipient}\n"
        "Votre message n'a pas pu être remis.\n\nInformations de diagnostic pour les administrateurs :"
        f"\n\nGenerating server: ex01.hopital.fr\n\n{recipient}\nRemote Server returned "
        f"'{told.code} {told.status} {told.words}'\n"
    )
    status = (
        "Reporting-MTA: dns;ex01.hopital.fr\n\n"
        f"Final-recipient: RFC822;{recipient}\nAction: failed\nStatus: {told.status}\n"
        f"Diagnostic-Code: smtp;{told.code} {told.status} {told.words}\nX-Display-Name: Dominique\n"
    )
    header = head(
        "Microsoft Outlook\n <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@hopital.fr>",
        "Non remis : Votre bilan",
        f"In-Reply-To: {sent_id(number)}",
        f"References: {sent_id(number)}",
    )
    return report(
        "delivery-status",
        header,
        ("text/plain; charset=utf-8", notice),
        ("message/delivery-status", status),
        ("text/rfc822-headers", original(number, recipient)),
    )


def sendmail(number: int, told: Told, recipient: str) -> bytes:
    notice = (
        "The original message was received at Tue, 24 Nov 2026 10:00:00 +0100\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{recipient}>\n"
        f"    (reason: {told.code} {told.status} {told.words})\n"
    )
    status = (
        "Reporting-MTA: dns; smtp.labo.fr\n\n"
        f"Final-Recipient: RFC822; {recipient}\nAction: failed\nStatus: {told.status}\n"
        f"Diagnostic-Code: SMTP; {told.code} {told.status}\n\t{told.words}\n"
    )
    return report(
        "delivery-status",
        head(
            "Mail Delivery Subsystem <MAILER-DAEMON@smtp.labo.fr>",
            "Returned mail: see transcript for details",
        ),
        ("text/plain", notice),
        ("message/delivery-status", status),
        ("message/rfc822", original(number, recipient) + "\nBonjour\n"),
    )


def bare_status(number: int, told: Told, recipient: str) -> bytes:
    """Without Action, without words, the recipient in angle brackets, the id in a field alone."""
    status = (
        f"Original-Message-ID: {sent_id(number)}\n\n"
        f"Final-Recipient: <{recipient}>\nStatus: {told.status} ({told.words})\n"
        f"Diagnostic-Code: {told.words}\n"
    )
    return report(
        "delivery-status",
        head("<>", "Rapport de non-remise"),
        ("message/delivery-status", status),
    )


# --- plain text


def exim(number: int, told: Told, recipient: str) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {recipient}\n    host mx.patient.fr [192.0.2.7]\n"
        f"    SMTP error from remote mail server after RCPT TO:<{recipient}>:\n"
        f"    {told.code} {told.status} {told.words}\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        f"Return-path: <{OURS}>\n{original(number, recipient)}\nBonjour Madame,\n"
    )
    header = head(
        "Mail Delivery System <Mailer-Daemon@relais.operateur.fr>",
        "Mail delivery failed: returning message to sender",
        f"X-Failed-Recipients: {recipient}",
        "Auto-Submitted: auto-replied",
    )
    return wire(f"{header}\n\n{text}")


def qmail(number: int, told: Told, recipient: str) -> bytes:
    text = (
        "Hi. This is the qmail-send program at relais.operateur.fr.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{recipient}>:\n192.0.2.7 does not like recipient.\nRemote host said: {told.code} "
        f"{told.status} {told.words}\nGiving up on 192.0.2.7.\n\n"
        f"--- Below this line is a copy of the message.\n\n{original(number, recipient)}\nBonjour\n"
    )
    return wire(f"{head('MAILER-DAEMON@relais.operateur.fr', 'failure notice')}\n\n{text}")


def old_sendmail(number: int, told: Told, recipient: str) -> bytes:
    text = (
        "The original message was received at Tue, 24 Nov 2026 10:00:00 +0100\n\n"
        f"   ----- The following addresses had permanent fatal errors -----\n<{recipient}>\n\n"
        f"   ----- Transcript of session follows -----\n>>> RCPT To:<{recipient}>\n"
        f"<<< {told.code} {told.status} {told.words}\n\n"
        f"   ----- Original message follows -----\n\n{original(number, recipient)}\n"
    )
    header = head("Mail Delivery Subsystem <MAILER-DAEMON>", "Returned mail: Service unavailable")
    return wire(f"{header}\n\n{text}")


def french_text(number: int, told: Told, recipient: str) -> bytes:
    text = (
        "Bonjour,\n\nVotre message n'a pas pu être remis à son destinataire.\n\n"
        f"Destinataire : {recipient}\nCause : {told.words} ({told.status})\n\n"
        "Ce message est envoyé automatiquement, merci de ne pas y répondre.\n"
    )
    header = head(
        "Mon espace santé <mailer-daemon@patient.mssante.fr>",
        "Message non distribué",
        "Content-Type: text/plain; charset=utf-8",
        f"In-Reply-To: {sent_id(number)}",
    )
    return wire(f"{header}\n\n{text}")


def french_attached(number: int, told: Told, recipient: str) -> bytes:
    """A mixed message of an operator's platform, with the message that came back attached."""
    text = (
        f"Le message ci-joint n’a pas été distribué à <{recipient}>.\n\n"
        f"Motif : {told.words} {told.status}\n"
    )
    header = head(
        "Postmaster <postmaster@operateur.mssante.fr>",
        "Échec de remise : Votre bilan",
        "Return-Path: <>",
        'Content-Type: multipart/mixed; boundary="=_m"',
    )
    parts = (
        f"--=_m\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--=_m\nContent-Type: message/rfc822\n\n{original(number, recipient)}\nBonjour\n--=_m--\n"
    )
    return wire(f"{header}\n\n{parts}")


def webmail(number: int, told: Told, recipient: str) -> bytes:
    """Chatty, the returned message quoted below a line of its own."""
    text = (
        "Sorry, we were unable to deliver your message to the following address.\n\n"
        f"<{recipient}>:\n{told.code}: {told.status} {told.words}\n\n"
        f"--- Below this line is a copy of the message.\n\nReceived: from x by y\n"
        f"{original(number, recipient)}\nBonjour\n"
    )
    return wire(f"{head('MAILER-DAEMON@webmail.example', 'Failure Notice')}\n\n{text}")


def unaccented(number: int, told: Told, recipient: str) -> bytes:
    """French as an old gateway writes it: no accents, no charset, the address in a sentence."""
    text = (
        f"Bonjour,\n\nLe message destine a {recipient} n'a pas ete delivre : {told.words}.\n"
        f"Code {told.status}\n"
    )
    header = head(
        "MAILER-DAEMON@passerelle.fr",
        "Courrier non distribue",
        f"References: <premier@ailleurs.fr>\n {sent_id(number)}",
    )
    plain = text.translate(str.maketrans("éèêâîô", "eeeaio"))
    return wire(f"{header}\n\n{plain}")


FAILURES = {
    "postfix": postfix,
    "international": international,
    "exchange": exchange,
    "sendmail": sendmail,
    "status alone": bare_status,
    "exim": exim,
    "qmail": qmail,
    "old sendmail": old_sendmail,
    "french text": french_text,
    "french attached": french_attached,
    "webmail": webmail,
    "unaccented": unaccented,
}


def failures() -> Iterator[Sample]:
    """Each server, each cause, towards a patient and a colleague, complete and cut short."""
    number = 0
    for shape, write in FAILURES.items():
        for told in REFUSALS:
            for recipient in (PATIENT, COLLEAGUE):
                number += 1
                raw = write(number, told, recipient)
                yield Sample(
                    f"{shape}, {told.status} {told.words}",
                    raw,
                    FAILED,
                    told.cause,
                    recipient,
                    sent_id(number),
                )


# --- delays


def delays() -> Iterator[Sample]:
    """Not delivered yet."""
    number = 1_000
    status = (
        "Reporting-MTA: dns; relais\n\nFinal-Recipient: rfc822; {0}\nAction: {1}\n"
        "Status: 4.4.1\nWill-Retry-Until: Sat, 28 Nov 2026 10:00:00 +0100\n"
        "Diagnostic-Code: smtp; 451 4.4.1 connection timed out\n"
    )
    for action in ("delayed", "Delayed (will retry)", ""):
        raw = report(
            "delivery-status",
            head("MAILER-DAEMON@relais.operateur.fr", "Delayed Mail (still being retried)"),
            ("text/plain", "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.\n"),
            ("message/delivery-status", status.format(PATIENT, action)),
            ("text/rfc822-headers", original(number, PATIENT)),
        )
        yield Sample(f"delay {action}", raw, DELAYED, sent_id=sent_id(number))
    texts = {
        "Warning: message 1kQxyz-0004 delayed 24 hours": (
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not yet been delivered to one or more of its\n"
            f"recipients after more than 24 hours on the queue.\n\n  {PATIENT}\n"
        ),
        "Warning: could not send message for past 4 hours": (
            "   ----- The following addresses had transient non-fatal errors -----\n"
            f"<{PATIENT}>\n\nWarning message only; will keep trying until message is 5 days old.\n"
        ),
        "Remise retardée : Votre bilan": (
            f"Votre message n'a pas encore été remis.\n\nDestinataire : {PATIENT}\n"
            "L'envoi sera réessayé pendant 4 jours. Votre message n'a pas pu être remis pour l'instant.\n"
        ),
    }
    for subject, text in texts.items():
        header = head(
            "Mail Delivery System <mailer-daemon@relais.fr>",
            subject,
            "Content-Type: text/plain; charset=utf-8",
            f"References: {sent_id(number)}",
        )
        yield Sample(subject, wire(f"{header}\n\n{text}"), DELAYED, sent_id=sent_id(number))


# --- receipts


def receipts() -> Iterator[Sample]:
    """Read, deleted unread, refused, integrated or not: as RFC 8098, RFC 3798 and 2298 wrote it."""
    number = 2_000
    read, unread, taken, failed = (
        ReportKind.READ,
        ReportKind.UNREAD,
        ReportKind.DELIVERED,
        ReportKind.NOT_PROCESSED,
    )
    by_hand, by_itself = (
        "manual-action/MDN-sent-manually",
        "automatic-action/MDN-sent-automatically",
    )
    dispositions = (
        (f"{by_hand}; displayed", "", "Lu : Votre bilan", read),
        (f"{by_itself}; displayed", "", "Accusé de lecture", read),
        (f"{by_hand};displayed", "", "Read: Votre bilan", read),
        ("manual-action/MDN-sent-automatically; Displayed", "", "Return Receipt (displayed)", read),
        (f"{by_hand}; deleted", "", "Non lu : Votre bilan", unread),
        (f"{by_hand}; denied", "", "Accusé refusé", unread),
        (f"{by_itself}; processed", "", "XDM/1.0/DDM+Bilan", taken),
        (f"{by_itself}; dispatched", "", "Accusé", taken),
        (
            f"{by_itself}; processed/Error: 102^Patient inconnu du logiciel",
            "",
            "[KO Intégration système !][102] XDM/1.0/DDM+Bilan",
            failed,
        ),
        (
            f"{by_itself}; processed/error",
            "Error: 102 Patient inconnu du logiciel\n",
            "[KO Intégration système !][102] XDM/1.0/DDM+Bilan",
            failed,
        ),
        (f"{by_itself}; processed", "Error: archive illisible\n", "Accusé", failed),
        (f"{by_itself}; failed", "Failure: no decoder\n", "Accusé", failed),
        (
            f"{by_itself}; displayed",
            "",
            "[KO Intégration système !][7] XDM/1.0/DDM+Ordonnance",
            failed,
        ),
    )
    for disposition, more, subject, kind in dispositions:
        for recipient, label in ((PATIENT, "Dominique PAT-TROIS"), (COLLEAGUE, "Dr_Jean_DURAND")):
            for returned in (True, False):
                number += 1
                yield Sample(
                    f"receipt: {disposition}",
                    receipt(number, disposition, more, (subject, label, recipient), returned),
                    kind,
                    recipient=recipient,
                    sent_id=sent_id(number),
                )


def receipt(
    number: int, disposition: str, more: str, who: tuple[str, str, str], returned: bool
) -> bytes:
    """One receipt, with the headers of the message or with its id alone."""
    subject, label, recipient = who
    fields = (
        f"Reporting-UA: mail.exemple.fr; Client 1.0\nFinal-Recipient: rfc822;{recipient}\n"
        f"Original-Message-ID: {sent_id(number)}\nDisposition: {disposition}\n{more}"
    )
    parts = [
        ("text/plain; charset=utf-8", "Ceci est un accusé de lecture.\n"),
        ("message/disposition-notification", fields),
    ]
    if returned:
        parts.append(("text/rfc822-headers", original(number, recipient)))
    header = head(f"{label} <{recipient}>", subject)
    return report("disposition-notification", header, *parts)


# --- innocent


def innocents() -> Iterator[Sample]:
    """What looks like a report and is none: people quote, forward, ask, are away."""
    for number, (name, raw) in enumerate([*_people(), *_forwarded(), *_machines()]):
        yield Sample(f"innocent {number}: {name}", raw)


_SUBJECTS = (
    "Re: Votre bilan",
    "Message non distribué",
    "Re: Undelivered Mail Returned to Sender",
    "Tr: Échec de remise : Votre bilan",
    "Mail delivery failed: returning message to sender",
    "Lu : Votre bilan",
    "Accusé de lecture",
    "failure notice",
)
_LETTERS = (
    (
        "Bonjour Docteur,\n\nMon premier message m'est revenu : « votre message n'a pas pu être remis ».\n"
        f"Destinataire : {PATIENT}\nCause : messagerie fermée\n\nQue dois-je faire ?\n"
    ),
    (
        "Bonjour,\n\n> This is the mail system at host relais.operateur.fr.\n> <{0}>: 550 5.1.1 user unknown\n"
        "\nEst-ce normal ?\n"
    ),
    "J'ai bien lu votre message, merci. La boîte pleine, c'était la boîte à pharmacie !\n",
    (
        "Cher confrère,\n\nLe patient est introuvable à cette adresse, l'espace de stockage est plein.\n"
        "Mon courrier n'a pas été distribué (erreur 5.2.1).\n"
    ),
    "Hi. This is the qmail-send program at my place, as a joke.\n\n<jean@exemple.fr>:\nSorry.\n",
)


def _people() -> Iterator[tuple[str, bytes]]:
    people = (f"Dominique PAT-TROIS <{PATIENT}>", f"Dr_Jean_DURAND <{COLLEAGUE}>")
    for sender in people:
        for subject in _SUBJECTS:
            for index, text in enumerate(_LETTERS):
                header = head(
                    sender,
                    subject,
                    "Content-Type: text/plain; charset=utf-8",
                    f"In-Reply-To: {sent_id(index)}",
                )
                yield f"{subject} from {sender}", wire(f"{header}\n\n{text}")


def _forwarded() -> Iterator[tuple[str, bytes]]:
    """Bounces and receipts sent on whole, as an attached message and inside the text."""
    samples = [*failures(), *delays(), *receipts()]
    for sample in samples[::3]:
        bounced = sample.raw.decode().replace("\r\n", "\n")
        header = head(f"Dr_Jean_DURAND <{COLLEAGUE}>", "Tr: Message non distribué")
        mixed = (
            f'{header}\nContent-Type: multipart/mixed; boundary="=_f"\n\n'
            "--=_f\nContent-Type: text/plain\n\nVoici ce que je reçois.\n"
            f"--=_f\nContent-Type: message/rfc822\n\n{bounced}\n--=_f--\n"
        )
        yield f"forwarded {sample.name}", wire(mixed)
        quoted = "\n".join(f"> {line}" for line in bounced.split("\n"))
        text_header = head(f"Dominique PAT-TROIS <{PATIENT}>", "Échec de remise ?")
        yield f"quoted {sample.name}", wire(f"{text_header}\n\nBonjour,\n\n{quoted}\n")


def _machines() -> Iterator[tuple[str, bytes]]:
    """Letters of servers and of their keepers, and reports about other things."""
    postmaster = "Postmaster <postmaster@operateur.mssante.fr>"
    plain = "Content-Type: text/plain; charset=utf-8"
    letters = (
        (postmaster, "Maintenance prévue samedi", "Le service sera coupé de 2 h à 4 h.\n"),
        (postmaster, "Votre boîte est presque pleine", "Il reste 5 % de votre espace (quota).\n"),
        (postmaster, "Message de votre opérateur", "Des messages n'ont pas pu être remis lundi.\n"),
        (postmaster, "Undeliverable promises", "A talk about mail, on Friday.\n"),
        (
            f"Dr_Jean_DURAND <{COLLEAGUE}>",
            "Absence : Votre bilan",
            "Je suis absent jusqu'au 30 novembre.\n",
        ),
        (
            "Lettre <lettre@information-region.aura.mssante.fr>",
            "Lettre d'information",
            "Bonjour,\n",
        ),
        ("mailer-daemon@operateur.mssante.fr", "Rapport hebdomadaire", "12 messages remis.\n"),
        (
            "MAILER-DAEMON@operateur.mssante.fr",
            "Votre quarantaine",
            "3 messages vous attendent :\n<a@exemple.fr>\n",
        ),
    )
    for sender, subject, text in letters:
        for more in ((plain,), (plain, "Return-Path: <>", "Auto-Submitted: auto-replied")):
            yield subject, wire(f"{head(sender, subject, *more)}\n\n{text}")
    abuse = "Feedback-Type: abuse\nUser-Agent: Filtre/1\nVersion: 1\n"
    yield (
        "abuse report",
        report(
            "feedback-report",
            head("abuse@operateur.mssante.fr", "Signalement"),
            ("text/plain", "Un message a été signalé.\n"),
            ("message/feedback-report", abuse),
            ("text/rfc822-headers", original(1, PATIENT)),
        ),
    )
    relayed = f"Reporting-MTA: dns; relais\n\nFinal-Recipient: rfc822; {PATIENT}\nAction: relayed\n"
    yield (
        "relayed",
        report(
            "delivery-status",
            head("MAILER-DAEMON@relais.operateur.fr", "Successful Mail Delivery Report"),
            ("text/plain", "Your message was relayed.\n"),
            ("message/delivery-status", relayed + "Status: 2.1.5\n"),
            ("text/rfc822-headers", original(1, PATIENT)),
        ),
    )


def reports() -> list[Sample]:
    """Every report of the corpus."""
    return [*failures(), *delays(), *receipts()]
