"""Everyday mail of a practice: results, reports, notes, newsletters; the same at each start."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

from tui_mailer.demo.content.laboratory import results
from tui_mailer.demo.content.stored import (
    ARCHIVES,
    FLAGGED,
    IMAGING,
    INBOX,
    LABORATORY,
    SEEN,
    StoredMessage,
)
from tui_mailer.demo.content.threads import message_id
from tui_mailer.demo.files import attachment
from tui_mailer.demo.letters import Attachment, Letter
from tui_mailer.demo.people import COLLEAGUES, PATIENTS, PRACTICE

_SEED = 20260
_HISTORY_DAYS = 540
_LABORATORY_LETTERS = 88
_NEWS_EVERY_DAYS = 58
_UNREAD_DAYS = 3
_FILED_AFTER_DAYS = 60
_FLAGGED_SHARE = 0.04
_SIGNED = {
    "hopital": "Dr Perrine LAUZIER",
    "urgences": "L'équipe des urgences",
    "diabeto": "Dr Nadia KERBRAT",
    "infirmiere": "Sophie Jacquemet",
    "pharmacie": "L'équipe de la pharmacie de la Fontaine",
    "kine": "Thibaut Rochas",
    "ehpad": "L'équipe soignante des Tilleuls",
}


def everyday_mail(now: datetime) -> Iterator[StoredMessage]:
    """All the letters that nobody answers, spread over eighteen months before ``now``."""
    text = files("tui_mailer.demo.content").joinpath("routine.toml").read_text(encoding="utf-8")
    phrases = tomllib.loads(text)
    yield from _Routine(now, phrases).write()


class _Routine:
    """Draws who, when and what; every draw comes from one seeded generator."""

    def __init__(self, now: datetime, phrases: dict[str, Any]) -> None:
        self._now = now
        self._phrases = phrases
        self._draw = Random(_SEED)  # noqa: S311  (no secret: the demo is to be repeatable)
        self._count = 0
        known = [f"{p.family_name.upper()} {p.given_name}" for p in PATIENTS.values()]
        self._names: list[str] = [*phrases["names"], *known]

    def write(self) -> Iterator[StoredMessage]:
        for _ in range(_LABORATORY_LETTERS):
            yield self._laboratory()
        for _ in range(3):
            yield from (self._imaging(entry) for entry in self._phrases["imaging"])
        for _ in range(3):
            yield from (self._hospital(entry) for entry in self._phrases["hospital"])
        for _ in range(2):
            yield from (self._note(entry) for entry in self._phrases["note"])
        yield from (
            self._newsletter(number, entry)
            for number, entry in enumerate(self._phrases["newsletter"])
        )

    def _laboratory(self) -> StoredMessage:
        name = self._draw.choice(self._names)
        panel, values = results(self._draw)
        text = (
            f"Bonjour Docteur,\n\nVeuillez trouver les résultats de {name} ({panel}).\n\n"
            f"{values}\n\nLe biologiste médical\nLaboratoire BioVercors\n"
        )
        report = attachment("Resultats.pdf", (name, *values.split("\n")))
        subject = f"Résultats : {name} – {panel}"
        return self._file("labo", subject, text, (report,), LABORATORY)

    def _imaging(self, entry: dict[str, str]) -> StoredMessage:
        name = self._draw.choice(self._names)
        text = (
            f"{entry['exam'].upper()}\n{name}\n\nIndication : {entry['reason']}\n\n"
            f"Résultat : {entry['found']}\n\nConclusion : {entry['conclusion']}\n\n"
            "Dr Hélène BORDAT\n"
        )
        report = attachment("Compte rendu.pdf", (name, entry["exam"], entry["conclusion"]))
        by = self._draw.choice(("radio", "radiologue"))
        subject = f"Compte rendu : {entry['exam']} – {name}"
        return self._file(by, subject, text, (report,), IMAGING)

    def _hospital(self, entry: dict[str, str]) -> StoredMessage:
        name = self._draw.choice(self._names)
        body = entry["text"].format(days=self._draw.randint(3, 9))
        text = (
            f"Chère consœur, cher confrère,\n\nConcerne : {name}\n\n{body}\n\n"
            f"Bien confraternellement,\n{_SIGNED[entry['by']]}\n"
        )
        report = attachment(f"{entry['title']}.pdf".replace("'", " "), (name, entry["title"]))
        return self._file(entry["by"], f"{entry['title']} – {name}", text, (report,), ARCHIVES)

    def _note(self, entry: dict[str, str]) -> StoredMessage:
        name = self._draw.choice(self._names)
        words = entry["text"].format(name=name)
        text = f"{words}\n\nBien cordialement,\n{_SIGNED[entry['by']]}\n"
        joined = (attachment(entry["attach"], (name, entry["title"])),) if "attach" in entry else ()
        return self._file(entry["by"], f"{entry['title']} – {name}", text, joined, ARCHIVES)

    def _newsletter(self, number: int, entry: dict[str, str]) -> StoredMessage:
        days_ago = 6 + number * _NEWS_EVERY_DAYS
        letter = Letter(
            sender=COLLEAGUES["region"],
            recipients=(PRACTICE,),
            subject=f"Lettre e-santé n° {42 - number} : {entry['title']}",
            text="" if number % 2 else f"{entry['title']}\n\n{entry['lead']}\n",
            html=_newsletter_html(42 - number, entry),
            sent_at=self._now - timedelta(days=days_ago, hours=2, minutes=11),
            message_id=message_id(f"lettre.{42 - number}", COLLEAGUES["region"]),
        )
        flags = (SEEN,) if number else ()
        folder = INBOX if days_ago < _FILED_AFTER_DAYS else ARCHIVES
        return StoredMessage.of(letter, folder, *flags)

    def _file(
        self, by: str, subject: str, text: str, joined: tuple[Attachment, ...], old: str
    ) -> StoredMessage:
        self._count += 1
        # The square brings more letters of late than of old, as a mailbox has.
        days_ago = 0.2 + _HISTORY_DAYS * self._draw.random() ** 2
        letter = Letter(
            sender=COLLEAGUES[by],
            recipients=(PRACTICE,),
            subject=subject,
            text=text,
            sent_at=_in_working_hours(self._now, days_ago),
            message_id=message_id(f"courant.{self._count}", COLLEAGUES[by]),
            attachments=joined,
        )
        flags = [] if days_ago < _UNREAD_DAYS else [SEEN]
        flags += [FLAGGED] if self._draw.random() < _FLAGGED_SHARE else []
        folder = INBOX if days_ago < _FILED_AFTER_DAYS else old
        return StoredMessage.of(letter, folder, *flags)


def _in_working_hours(now: datetime, days_ago: float) -> datetime:
    """Move a moment into 7 h – 19 h, earlier rather than later than ``now``."""
    at = now - timedelta(days=days_ago)
    inside = at.replace(hour=7 + at.hour % 12, microsecond=0)
    return inside if inside < now else inside - timedelta(days=1)


def _newsletter_html(number: int, entry: dict[str, str]) -> str:
    site = "https://www.information-region.example"
    return (
        "<html><head><style>h1 { color: #00528a }</style></head><body>"
        f'<img src="{site}/suivi.gif?lettre={number}" width="1" height="1" alt="">'
        f"<h1>Lettre e-santé n° {number}</h1><h2>{entry['title']}</h2><p>{entry['lead']}</p>"
        f'<p><a href="{site}/lettres/{number}">Lire la suite</a></p>'
        "<h3>Agenda</h3><ul><li>Mardi, 20 h : prise en main de la messagerie</li>"
        "<li>Jeudi, 12 h 30 : questions et réponses</li></ul>"
        f'<p><a href="{site}/agenda">Tout l\'agenda</a> · '
        '<a href="https://www.monespacesante.fr/">Mon espace santé</a> · '
        f'<a href="{site}/desinscription?n={number}">Se désinscrire</a></p></body></html>\n'
    )
