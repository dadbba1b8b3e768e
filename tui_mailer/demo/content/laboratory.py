"""Laboratory results with plausible values, drawn from a seeded generator."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    unit: str
    low: float
    high: float
    decimals: int = 1


_PANELS: dict[str, tuple[_Measure, ...]] = {
    "hémogramme": (
        _Measure("Hémoglobine", "g/dL", 12.0, 16.0),
        _Measure("Hématocrite", "%", 36.0, 47.0),
        _Measure("VGM", "fL", 80.0, 98.0),
        _Measure("Leucocytes", "G/L", 4.0, 10.0),
        _Measure("Plaquettes", "G/L", 150, 400, 0),
    ),
    "bilan lipidique": (
        _Measure("Cholestérol total", "g/L", 1.30, 2.00, 2),
        _Measure("HDL", "g/L", 0.40, 0.80, 2),
        _Measure("LDL calculé", "g/L", 0.70, 1.60, 2),
        _Measure("Triglycérides", "g/L", 0.40, 1.50, 2),
    ),
    "ionogramme et fonction rénale": (
        _Measure("Sodium", "mmol/L", 136, 145, 0),
        _Measure("Potassium", "mmol/L", 3.5, 5.1),
        _Measure("Créatinine", "µmol/L", 50, 104, 0),
        _Measure("DFG estimé (CKD-EPI)", "mL/min", 60, 110, 0),
    ),
    "TSH": (_Measure("TSH", "mUI/L", 0.40, 4.00, 2),),
    "hémoglobine glyquée": (
        _Measure("HbA1c", "%", 4.0, 6.0),
        _Measure("Glycémie à jeun", "g/L", 0.70, 1.05, 2),
    ),
    "bilan hépatique": (
        _Measure("ASAT", "UI/L", 10, 40, 0),
        _Measure("ALAT", "UI/L", 10, 45, 0),
        _Measure("Gamma-GT", "UI/L", 8, 55, 0),
        _Measure("Bilirubine totale", "µmol/L", 3, 17, 0),
    ),
    "ferritine et CRP": (
        _Measure("Ferritine", "µg/L", 20, 250, 0),
        _Measure("CRP", "mg/L", 0.0, 5.0),
    ),
}
_OUT_OF_RANGE = 0.14


def results(draw: Random) -> tuple[str, str]:
    """One panel and its values: (name of the panel, text of the results).

    A value out of its range is followed by a star, and the conclusion counts them.
    """
    panel = draw.choice(tuple(_PANELS))
    lines, stars = [], 0
    for measure in _PANELS[panel]:
        value = _value(draw, measure)
        out = not measure.low <= value <= measure.high
        stars += out
        lines.append(_line(measure, value, out=out))
    conclusion = {
        0: "Résultats dans les valeurs de référence.",
        1: "Un résultat hors des valeurs de référence (*), à confronter à la clinique.",
    }.get(stars, f"{stars} résultats hors des valeurs de référence (*).")
    return panel, "\n".join(lines) + f"\n\n{conclusion}"


def _value(draw: Random, measure: _Measure) -> float:
    span = measure.high - measure.low
    if draw.random() < _OUT_OF_RANGE:
        return round(measure.high + span * draw.uniform(0.05, 0.4), measure.decimals)
    return round(draw.uniform(measure.low, measure.high), measure.decimals)


def _line(measure: _Measure, value: float, *, out: bool) -> str:
    shown = _french(value, measure.decimals)
    low, high = _french(measure.low, measure.decimals), _french(measure.high, measure.decimals)
    star = " *" if out else ""
    return f"{measure.name:.<26} {shown:>7} {measure.unit:<8} ({low} – {high}){star}"


def _french(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace(".", ",")
