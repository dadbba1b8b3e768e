"""What a patient whose messaging is closed or not found is handed over, on paper or on screen."""

from typing import Final

from tui_mailer.domain.nondelivery import ACTIVATION_SITE
from tui_mailer.domain.safe_text import SafeText, safe_block

FILE_NAME: Final = "activer-mon-espace-sante.txt"

_TEXT: Final = """\
Madame, Monsieur,

{who}
souhaite vous écrire par la messagerie sécurisée de Mon espace
santé. Le message n’est pas arrivé : votre messagerie n’est pas
ouverte.

Pour l’ouvrir :
  1. Allez sur {site}.
  2. Activez votre Mon espace santé, en suivant les étapes du site.
  3. Prévenez le cabinet, qui vous écrira de nouveau.

Pour un enfant, c’est le profil de l’enfant qu’il faut activer.
Une alerte vous invitera ensuite à lire chaque nouveau message.
Ne communiquez jamais vos codes d’accès.
"""


def activation_text(sender_label: str) -> SafeText:
    """A sheet without any detail of health; `sender_label` as in From, or ""."""
    who = " ".join(sender_label.replace("_", " ").split()) or "Votre professionnel de santé"
    return safe_block(_TEXT.format(who=who, site=ACTIVATION_SITE).rstrip())
