"""Curves that a paper publishes, and the evaluations at which they reach a level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from pydantic import Field, model_validator

from bench.arrays import Floats
from bench.errors import ClaimError
from bench.schema import StrictModel
from reports.claims.measure import INDICATORS, IndicatorName
from reports.claims.published_number import How
from reports.claims.record_files import read_record, record_path

__all__ = ["PublishedCurve", "PublishedCurves", "load_curves"]


class PublishedCurve(StrictModel):
    """One published curve of mean values over evaluations.

    Attributes
    ----------
    protocol, method : str
        Names of the suite's protocol and method that correspond to it.
    label : str
        The paper's name of the method.
    evaluations, values : tuple of float
        Points of the curve.
    spread : float, optional
        Half-width of the published band at the end.
    """

    protocol: str
    method: str
    label: str
    evaluations: tuple[float, ...] = Field(min_length=2)
    values: tuple[float, ...]
    spread: float | None = Field(default=None, ge=0.0)

    @model_validator(mode="after")
    def _agree(self) -> PublishedCurve:
        if len(self.values) != len(self.evaluations):
            raise ValueError(
                f"expected one value for each of the {len(self.evaluations)} evaluations, got "
                f"{len(self.values)}"
            )
        if any(b <= a for a, b in zip(self.evaluations, self.evaluations[1:], strict=False)):
            raise ValueError("evaluations must increase")
        return self

    def reaches(self, levels: Floats, sign: float) -> Floats:
        """Return the evaluations [k] at which the curve reaches each level; inf where it does not.

        Between two points the curve is a straight line.

        Parameters
        ----------
        levels : array [k]
            In the unit of the values.
        sign : float
            Of the indicator; see `reports.claims.measure.CurveIndicator`.
        """
        quality = np.maximum.accumulate(sign * np.asarray(self.values))
        wanted = sign * levels
        x = np.asarray(self.evaluations)
        after = np.searchsorted(quality, wanted, side="left")
        reached = np.full(len(levels), np.inf)
        reached[after == 0] = x[0]
        inside = (after > 0) & (after < len(x))
        b = after[inside]
        share = (wanted[inside] - quality[b - 1]) / (quality[b] - quality[b - 1])
        reached[inside] = x[b - 1] + share * (x[b] - x[b - 1])
        return reached


class PublishedCurves(StrictModel):
    """All curves that were read from one source.

    Attributes
    ----------
    source : str
        Figure or table of the curves.
    how : How
        As in `reports.claims.published_number.PublishedNumber`.
    indicator : IndicatorName
        Of the values.
    error : float
        Reading error of a value.
    note : str
        Text for readers who compare the curves with ours.
    curves : tuple of PublishedCurve
    """

    source: str
    how: How
    indicator: IndicatorName
    error: float = Field(ge=0.0)
    note: str = ""
    curves: tuple[PublishedCurve, ...] = Field(min_length=1)

    def of(self, protocol: str, method: str) -> PublishedCurve:
        """Return the curve of one method.

        Parameters
        ----------
        protocol, method : str
            Names in the suite.

        Raises
        ------
        bench.errors.ClaimError
            If there is no such curve.
        """
        for curve in self.curves:
            if (curve.protocol, curve.method) == (protocol, method):
                return curve
        there = ", ".join(f"{curve.method} under {curve.protocol}" for curve in self.curves)
        raise ClaimError(
            f"no published curve of {method} under {protocol}: expected one of {there}"
        )

    def efficiency(
        self, method: PublishedCurve, baseline: PublishedCurve, shift: float = 0.0
    ) -> tuple[float, float, float]:
        """Return the baseline's evaluations divided by the method's, at levels of the curves.

        Parameters
        ----------
        method, baseline : PublishedCurve
        shift : float
            Amount by which the method's curve is assumed to be better than read.

        Returns
        -------
        final : float
            Ratio at the baseline's last value.
        most, level : float
            Largest ratio at any value of the two curves that both reach, and that value.
        """
        sign = INDICATORS[self.indicator].sign
        values = np.array([*baseline.values, *(v + sign * shift for v in method.values)])
        theirs = baseline.reaches(values, sign)
        mine = method.reaches(values - sign * shift, sign)
        both = np.isfinite(theirs) & np.isfinite(mine)
        ratios = np.where(both, theirs / np.where(both, mine, 1.0), 0.0)
        last = len(baseline.values) - 1
        most = int(ratios.argmax())
        return float(ratios[last]), float(ratios[most]), float(values[most])


@lru_cache(maxsize=16)
def load_curves(name: str) -> PublishedCurves:
    """Return the published curves that ship with the suite in the file `<name>.toml`."""
    return read_record(record_path(name), PublishedCurves)
