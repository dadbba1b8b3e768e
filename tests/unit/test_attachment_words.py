"""Which French sentences announce an attachment, and which do not."""

import pytest

from tui_mailer.domain.attachment_words import announced_attachment

SIGNATURE = "Dr Marie MARTIN\nEnvoyez vos documents en pièce jointe, merci."

ANNOUNCING = [
    ("Veuillez trouver ci-joint le compte rendu.", "ci-joint"),
    ("L’ordonnance CI-JOINTE est valable un an.", "CI-JOINTE"),
    ("Les documents ci-joints vous concernent.", "ci-joints"),
    ("Vous trouverez ci joint vos résultats.", "trouverez ci joint"),
    ("Je vous adresse ci-inclus le courrier.", "ci-inclus"),
    ("Le bilan est en PJ.", "PJ"),
    ("Cf. P.J.", "P.J."),
    ("PJ : compte rendu", "PJ"),
    ("Voir la pièce jointe.", "pièce jointe"),
    ("Voir les pièces jointes", "pièces jointes"),
    ("voir piece-jointe", "piece-jointe"),
    ("Le protocole figure en annexe.", "en annexe"),
    ("Je vous envoie le scan en attache.", "en attache"),
    ("Vous trouverez joint le courrier du cardiologue.", "trouverez joint"),
    ("Vous trouverez le bilan joint.", "trouverez le bilan joint"),
    ("Je vous joins l’ordonnance.", "Je vous joins"),
    ("Nous joignons les résultats.", "Nous joignons"),
    ("L’imagerie jointe à ce message.", "imagerie jointe"),
    ("Le formulaire joint au message est à signer.", "formulaire joint"),
    ("Merci de lire le compte-rendu joint.", "compte-rendu joint"),
    ("En pièce\u00a0jointe, le certificat.", "pièce\u00a0jointe"),
    ("Bonjour,\n\nTout va bien.\nCordialement, voir PJ", "PJ"),
    ("> Envoyez-moi le bilan\nLe voici ci-joint.", "ci-joint"),
]
SILENT = [
    "",
    "Bonjour, votre rendez-vous est confirmé.",
    "Vous pouvez me joindre au 04 72 00 00 00.",
    "Votre conjointe peut vous accompagner.",
    "Prenez soin de vos articulations : joint de culasse exclu.",
    "Je vous joins par téléphone demain.",
    "J’ai bien reçu votre pièce jointe.",
    "Merci pour vos pièces jointes.",
    "Je vous écris sans pièce jointe.",
    "Il n’y avait pas de pièce jointe, aucune pièce jointe.",
    "Le PJM et la BPJ n’ont rien à voir.",
    "L’annexe 2 du contrat n’est pas concernée.",
    "> Vous trouverez ci-joint le compte rendu.\nBien reçu, merci.",
    "  > PJ : bilan\nMerci",
    ">> ci-jointe\nD’accord",
    "Merci.\n\nLe 2 mars 2026 à 14:05, Dr PJ en annexe a écrit :\n> ci-joint",
    "Pour information.\n\n---------- Message transféré ----------\nDe : x\n\nCi-joint le bilan.",
    f"Bonjour,\n\n{SIGNATURE}",
    f"Bonjour,\n\n{SIGNATURE}\n\nLe 2 mars 2026 à 14:05, Paul a écrit :\n> ci-joint",
    "Bonjour\n-- \nCabinet Martin, pièces jointes acceptées : PDF",
]


@pytest.mark.parametrize(("text", "words"), ANNOUNCING)
def test_the_words_that_announce_an_attachment_are_found_as_written(text: str, words: str) -> None:
    assert announced_attachment(text, SIGNATURE) == words


@pytest.mark.parametrize("text", SILENT)
def test_other_texts_quotes_and_the_signature_announce_nothing(text: str) -> None:
    assert announced_attachment(text, SIGNATURE) == ""


def test_a_long_text_is_looked_through_quickly() -> None:
    assert announced_attachment("trouver " * 100_000) == ""
    assert announced_attachment(f"{'je vous ' * 50_000}joins", "") != "x"
