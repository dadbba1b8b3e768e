"""Texts written once and used often; a template never holds the INS of anybody."""

import re
from dataclasses import dataclass, replace
from typing import Final

from tui_mailer.domain.ins_in_text import ins_in

_SUBJECT: Final = re.compile(r"\AObjet\s*:\s*(.*)\n\s*\n?", re.IGNORECASE)
_FIELD: Final = re.compile(r"\{(patient|expediteur|date)\}")
NOBODY: Final = "Madame, Monsieur"


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """What stands for ``{patient}``, ``{expediteur}`` and ``{date}``; `patient` may be ""."""

    patient: str
    sender: str
    date: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text to write from.

    Attributes:
        title: what the list shows; a file's name without its ending.
        subject: "" leaves the message's own.
        body: with its fields, or filled in.
    """

    title: str
    subject: str
    body: str

    @property
    def holds_ins(self) -> bool:
        """True when a valid INS stands in it."""
        return bool(ins_in(f"{self.subject}\n{self.body}"))

    def filled(self, fields: TemplateFields) -> "Template":
        """The template for one message; other braces stay as they are."""
        return replace(self, subject=_filled(self.subject, fields), body=_filled(self.body, fields))


def read_template(title: str, text: str) -> Template:
    """A template of a file: ``Objet : …`` on the first line if there is one, then the text."""
    text = text.replace("\r\n", "\n").lstrip("\ufeff")
    found = _SUBJECT.match(text)
    if found is None:
        return Template(title, "", text.strip("\n"))
    return Template(title, found[1].strip(), text[found.end() :].strip("\n"))


def sender_name(label: str) -> str:
    """How a sender signs: ``Dr_Marie_MARTIN_Cabinet`` is "Dr Marie MARTIN" (ECO.2.2.7)."""
    parts = [part for part in label.split("_") if part]
    return " ".join(parts[:3]) if len(parts) > 1 else label


def _filled(text: str, fields: TemplateFields) -> str:
    values = {
        "patient": fields.patient or NOBODY,
        "expediteur": fields.sender,
        "date": fields.date,
    }
    return _FIELD.sub(lambda found: values[found[1]], text)
