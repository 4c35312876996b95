"""Curves as a paper has them, and at how many evaluations they reach a level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from bench.errors import ClaimError
from reports.claims.files import read_record, record_path
from reports.claims.measure import INDICATORS, IndicatorName
from reports.claims.published import How, Strict

__all__ = ["Curve", "Curves", "load_curves"]


class Curve(Strict):
    """One published curve of mean values over evaluations.

    Attributes
    ----------
    protocol, method : str
        Under which protocol of the suite it is tried, and by which method.
    label : str
        What the paper calls the method.
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
    def _agree(self) -> Curve:
        if len(self.values) != len(self.evaluations):
            raise ValueError(
                f"expected one value for each of the {len(self.evaluations)} evaluations, got "
                f"{len(self.values)}"
            )
        if any(b <= a for a, b in zip(self.evaluations, self.evaluations[1:], strict=False)):
            raise ValueError("evaluations must increase")
        return self

    def reaches(self, levels: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
        """Return at how many evaluations [k] the curve reaches levels [k]; inf where never.

        Between two points the curve is taken as straight; `sign` is the indicator's.
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


class Curves(Strict):
    """All curves that were read from one source.

    Attributes
    ----------
    source : str
        Where they stand.
    error : float
        Of a value that was read.
    note : str
        What must be known to compare them.
    """

    source: str
    how: How
    indicator: IndicatorName
    error: float = Field(ge=0.0)
    note: str = ""
    curves: tuple[Curve, ...] = Field(min_length=1)

    def of(self, protocol: str, method: str) -> Curve:
        """Return one curve.

        Raises
        ------
        reports.claims.files.ClaimError
            If there is none.
        """
        for curve in self.curves:
            if (curve.protocol, curve.method) == (protocol, method):
                return curve
        there = ", ".join(f"{curve.method} under {curve.protocol}" for curve in self.curves)
        raise ClaimError(
            f"no published curve of {method} under {protocol}: expected one of {there}"
        )

    def efficiency(
        self, method: Curve, baseline: Curve, shift: float = 0.0
    ) -> tuple[float, float, float]:
        """Return the baseline's evaluations divided by the method's, to levels of the curves.

        Parameters
        ----------
        shift : float
            By how much better than read the method's curve is taken to be.

        Returns
        -------
        final, most, level : float
            At the baseline's last value; the largest at any of the baseline's and the method's
            values that both reach, and the level where it is.
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
def load_curves(name: str) -> Curves:
    """Return published curves that ship with the suite, by the name of their file."""
    return read_record(record_path(name), Curves)
