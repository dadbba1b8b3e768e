"""What a message holds that is not opened here, so that nobody takes what is shown for all of it."""

from collections.abc import Iterator
from typing import Final

from tui_mailer.domain.safe_text import SafeText, safe_line
from tui_mailer.mime import tnef
from tui_mailer.mime.attachments import is_winmail, part_content
from tui_mailer.mime.tnef import NotTnef
from tui_mailer.mime.tree import Part, children_of

_ASK: Final = (
    "Enregistrez la pièce jointe pour l’ouvrir avec un logiciel qui le sait, ou demandez à "
    "l’expéditeur de la renvoyer sans cela : MSSanté protège déjà l’échange."
)
_ENCRYPTED: Final = safe_line(
    f"Une partie du message est chiffrée, et ne peut pas être lue ici. {_ASK}"
)
_SIGNED: Final = safe_line(
    f"Une partie du message est enfermée dans une signature S/MIME, et ne peut pas être lue ici. {_ASK}"
)
_OUTLOOK: Final = safe_line(
    "« winmail.dat » est un format propre à Outlook : tout ce qu’il contient n’est pas montré ici. "
    "Demandez à l’expéditeur de renvoyer le message en texte ou en HTML."
)
_INVITATION: Final = safe_line(
    "Le message n’est qu’une invitation d’agenda : enregistrez la pièce jointe et ouvrez-la dans "
    "votre agenda."
)
_PIECE: Final = safe_line(
    "Le message n’est qu’un morceau d’un message plus long : demandez à l’expéditeur de le "
    "renvoyer en entier."
)
_ELSEWHERE: Final = safe_line(
    "Un contenu du message est resté ailleurs et n’a pas été envoyé avec lui : demandez-le à "
    "l’expéditeur."
)
_CMS: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def unopened(root: Part, *, has_text: bool) -> Iterator[SafeText]:
    """What is not opened, each with what to do; `has_text`: there is something to read."""
    for part in _parts(root):
        media_type = part.get_content_type()
        if media_type in _CMS:
            yield _SIGNED if _is_signed_only(part) else _ENCRYPTED
        elif media_type == "multipart/encrypted":
            yield _ENCRYPTED
        elif is_winmail(part) and not (has_text and _is_unpacked(part)):
            yield _OUTLOOK
        elif media_type == "text/calendar" and not has_text:
            yield _INVITATION
        elif media_type == "message/partial":
            yield _PIECE
        elif media_type == "message/external-body":
            yield _ELSEWHERE


def _parts(part: Part) -> Iterator[Part]:
    """`part` and those under it, but for what an attached message holds."""
    yield part
    for child in children_of(part):
        yield from _parts(child)


def _is_unpacked(part: Part) -> bool:
    try:
        tnef.files(part_content(part))
    except NotTnef:
        return False
    return True


def _is_signed_only(part: Part) -> bool:
    said = part.get_param("smime-type", "")
    return isinstance(said, str) and said.lower() == "signed-data"
