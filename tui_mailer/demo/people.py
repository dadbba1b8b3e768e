"""Who exists in the demo: one practice, its colleagues, its patients. All are fictional."""

from dataclasses import dataclass

from tui_mailer.demo.matricule import with_key

PATIENT_DOMAIN = "patient.mssante.fr"
PRACTICE_PASSWORD = "demonstration"  # noqa: S105  (shown on the demo's login screen)
AUTOMATIC_REPLY_ADDRESS = f"reponse.automatique-test@{PATIENT_DOMAIN}"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody who has a mailbox: the label of his From line, and his address."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """A fictional patient of Mon espace santé, with a matricule whose key is right."""

    ins: str
    given_name: str
    family_name: str

    @property
    def address(self) -> str:
        """The patient's mailbox: ``<matricule>@patient.mssante.fr``."""
        return f"{self.ins}@{PATIENT_DOMAIN}"

    @property
    def correspondent(self) -> Correspondent:
        """The patient as Mon espace santé names him: « Prénom Nom » (Ref#2 §4.2)."""
        return Correspondent(f"{self.given_name} {self.family_name}", self.address)


def _patient(body: str, given_name: str, family_name: str) -> DemoPatient:
    return DemoPatient(with_key(body), given_name, family_name)


PRACTICE = Correspondent(
    "Dr_Marie_MARTIN_Cabinet médical", "dr.marie.martin@cabinet-martin.aura.mssante.fr"
)

PATIENT_WHO_ANSWERS = DemoPatient("279035121518989", "Dominique", "PAT-TROIS")
PATIENT_UNKNOWN = _patient("2681138053107", "Odile", "VACHET")
PATIENT_CLOSED = _patient("1680342218077", "Marcel", "BOUCHUT")
PATIENT_FULL = _patient("1530763113024", "Gérard", "ROUCHON")
PATIENT_TOO_LARGE = _patient("2710469384051", "Colette", "VINCENDON")
PATIENT_REFUSED = _patient("1881174010062", "Bastien", "FAVRAT")
PATIENT_SILENT = _patient("1510726198054", "Raymond", "CHANTELOUBE")
PATIENT_CHILD = _patient("1190438185211", "Léo", "BRESSON")

PATIENTS: dict[str, DemoPatient] = {
    "pat-trois": PATIENT_WHO_ANSWERS,
    "chanteloube": PATIENT_SILENT,
    "leo": PATIENT_CHILD,
    "casabianca": _patient("184052A321025", "Ange", "CASABIANCA"),
    "hoarau": _patient("2720897411123", "Rose-Aimée", "HOARAU"),
    "ferreira": _patient("2650699139045", "Maria", "FERREIRA DA COSTA"),
    "bensaid": _patient("1560394028117", "Kamel", "BENSAÏD"),
    "diallo": _patient("2884299341012", "Awa", "DIALLO"),
    "girodon": _patient("2930269383476", "Camille", "GIRODON"),
    "perrachon": _patient("1470143112009", "Lucien", "PERRACHON"),
    "mollard": _patient("2360973054018", "Yvonne", "MOLLARD"),
    "tissot": _patient("1820574012233", "Jérôme", "TISSOT"),
    "ravier": _patient("2011001053144", "Inès", "RAVIER"),
    "delorme": _patient("1741242187066", "Stéphane", "DELORME"),
}

COLLEAGUES: dict[str, Correspondent] = {
    "cardio": Correspondent(
        "Dr_Étienne_VALLIER_Cardiologie des Trois-Vallées",
        "etienne.vallier@cardio-troisvallees.aura.mssante.fr",
    ),
    "radio": Correspondent(
        "Centre d'imagerie du Parc – Secrétariat",
        "secretariat@imagerie-duparc.aura.mssante.fr",
    ),
    "radiologue": Correspondent(
        "Dr_Hélène_BORDAT_Imagerie du Parc", "helene.bordat@imagerie-duparc.aura.mssante.fr"
    ),
    "labo": Correspondent(
        "Laboratoire BioVercors – Résultats", "resultats@labo-biovercors.aura.mssante.fr"
    ),
    "biologiste": Correspondent(
        "Dr_Antoine_SERVOZ_BioVercors", "antoine.servoz@labo-biovercors.aura.mssante.fr"
    ),
    "hopital": Correspondent(
        "CH des Trois-Vallées – Médecine polyvalente",
        "medecine.polyvalente@ch-troisvallees.aura.mssante.fr",
    ),
    "urgences": Correspondent(
        "CH des Trois-Vallées – Urgences", "urgences@ch-troisvallees.aura.mssante.fr"
    ),
    "infirmiere": Correspondent(
        "Mme_Sophie_JACQUEMET_Infirmière libérale",
        "sophie.jacquemet@infirmier.aura.mssante.fr",
    ),
    "pharmacie": Correspondent(
        "Pharmacie de la Fontaine", "equipe@pharmacie-delafontaine.aura.mssante.fr"
    ),
    "kine": Correspondent(
        "M._Thibaut_ROCHAS_Masseur-kinésithérapeute", "thibaut.rochas@kine.aura.mssante.fr"
    ),
    "diabeto": Correspondent(
        "Dr_Nadia_KERBRAT_Endocrinologie", "nadia.kerbrat@ch-troisvallees.aura.mssante.fr"
    ),
    "dermato": Correspondent(
        "Dr_Paul_ESCOFFIER_Dermatologie", "paul.escoffier@medecin.aura.mssante.fr"
    ),
    "sagefemme": Correspondent(
        "Mme_Claire_NOVEL_Sage-femme", "claire.novel@sagefemme.aura.mssante.fr"
    ),
    "associe": Correspondent(
        "Dr_Julien_ARNAUD_Cabinet médical",
        "dr.julien.arnaud@cabinet-martin.aura.mssante.fr",
    ),
    "msp": Correspondent(
        "MSP des Trois-Vallées – Coordination", "coordination@msp-troisvallees.aura.mssante.fr"
    ),
    "region": Correspondent(
        "Espace régional e-santé – Lettre d'information",
        "lettre@information-region.aura.mssante.fr",
    ),
    "ehpad": Correspondent("EHPAD Les Tilleuls – Soins", "soins@ehpad-lestilleuls.aura.mssante.fr"),
}

GUIDE = Correspondent("Visite guidée de la démonstration", "visite@cabinet-martin.aura.mssante.fr")
COLLEAGUE_WHO_ASKS = COLLEAGUES["diabeto"]
MES_POSTMASTER = Correspondent("Mon espace santé", f"mailer-daemon@{PATIENT_DOMAIN}")


def canonical(address: str) -> str:
    """The form under which a mailbox is kept: letter case makes no other mailbox."""
    return address.strip().lower()
