"""Document messages are shown without their prefix (ECO.3.1.3)."""

import pytest

from tui_mailer.domain.safe_text import safe_line
from tui_mailer.domain.subject import shown_subject


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("XDM/1.0/DDM+Compte rendu PAT-TROIS DOMINIQUE", "Compte rendu PAT-TROIS DOMINIQUE"),
        ("xdm/1.0/ddm+ 3 documents", "3 documents"),
        ("Re: XDM/1.0/DDM+Bilan", "Re: Bilan"),
        ("[KO Intégration système !][X] XDM/1.0/DDM+Bilan", "[KO Intégration système !][X] Bilan"),
        ("XDM/1.0/DDM+", ""),
        ("Bilan", "Bilan"),
        ("À propos de AXDM/1.0/DDM+x", "À propos de AXDM/1.0/DDM+x"),
        ("2 / 3", "2 / 3"),
    ],
)
def test_the_prefix_is_hidden_and_the_rest_stays(subject: str, shown: str) -> None:
    assert shown_subject(safe_line(subject)) == shown
