"""What one benchmark found, beside what it has to reach."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the table."""

    what: str
    measured: float
    bar: float
    unit: str = "x"
    """``x`` for a ratio."""
    at_least: bool = False
    """Whether more is better; else less is."""
    figures: str = ""
    """The absolute values behind the ratio."""

    @property
    def reached(self) -> bool:
        """Tell whether the bar is reached."""
        return self.measured >= self.bar if self.at_least else self.measured <= self.bar

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Give the line's cells: what, measured, bar, verdict, figures."""
        sign = "≥" if self.at_least else "≤"
        unit = "×" if self.unit == "x" else f" {self.unit}"
        verdict = "reached" if self.reached else "MISSED"
        return self.what, f"{self.measured:.2f}{unit}", f"{sign} {self.bar:g}{unit}", verdict, self.figures


def percentile(values: list[float], share: float) -> float:
    """Give the smallest value that at least ``share`` (0 to 1) of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
