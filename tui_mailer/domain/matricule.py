"""The matricule INS as a value that cannot be wrong, and the patient address made from it."""

from dataclasses import dataclass

from tui_mailer.domain.errors import InvalidInput
from tui_mailer.domain.ins_characters import clean
from tui_mailer.domain.ins_checks import InsProblem, problems_in

PATIENT_DOMAIN = "patient.mssante.fr"

_GROUPS = ((0, 1), (1, 3), (3, 5), (5, 7), (7, 10), (10, 13), (13, 15))


class InvalidIns(InvalidInput):
    """A text is no matricule INS.

    Attributes:
        problems: what is missing or wrong; `advice` is their French sentences.
    """

    what = "Ce matricule INS n’est pas valable"

    def __init__(self, problems: tuple[InsProblem, ...]) -> None:
        super().__init__()
        self.problems = problems
        self.advice = " ".join(problem.message for problem in problems)


@dataclass(frozen=True, slots=True, repr=False)
class Matricule:
    """A matricule INS: 15 upper-case characters of the right structure, with the right key.

    Attributes:
        text: the 15 characters.
        key_is_wrong: True only for a published test identity with a wrong key, which a profile with
            `test_identities` accepts; False everywhere else.

    Raises:
        InvalidIns: the text is anything else.
    """

    text: str
    key_is_wrong: bool = False

    def __post_init__(self) -> None:
        problems = problems_in(self.text)
        accepted = ["wrong_key"] if self.key_is_wrong else []
        if [problem.code for problem in problems] != accepted:
            raise InvalidIns(problems)

    @classmethod
    def parse(cls, text: str, *, test_identities: bool = False) -> "Matricule":
        """Make a matricule of a text as people write it: spaces, dots, dashes, lower case.

        Args:
            text: the 15 characters and their separators.
            test_identities: accept a wrong key, as official test identities have; never in
                production.

        Raises:
            InvalidIns: something is missing or wrong; it carries every problem.
        """
        cleaned = clean(text)
        codes = [problem.code for problem in problems_in(cleaned)]
        return cls(cleaned, key_is_wrong=test_identities and codes == ["wrong_key"])

    def address(self, domain: str = PATIENT_DOMAIN) -> str:
        """Return the patient's address: always `INS@patient.mssante.fr` in production."""
        return f"{self.text}@{domain}"

    @property
    def grouped(self) -> str:
        """The 15 characters as they are printed: `2 79 03 51 215 189 89`."""
        return " ".join(self.text[start:end] for start, end in _GROUPS)

    def __repr__(self) -> str:
        """Show no character: an INS has no place in a log."""
        return "Matricule(•••)"


def is_ins_local_part(text: str, *, test_identities: bool = False) -> bool:
    """Tell whether the local part of an address at the patient domain is a matricule INS.

    The domain holds other boxes too (`reponse.automatique-test@patient.mssante.fr`). Letter case is
    ignored; separators are not, an address has none.
    """
    codes = [problem.code for problem in problems_in(text.upper())]
    return not codes or (test_identities and codes == ["wrong_key"])
