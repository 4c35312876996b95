"""A number that a paper publishes, and its error."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator

from bench.arrays import Floats
from bench.schema import StrictModel
from reports.claims.judgement import Estimate
from reports.claims.measure import student

__all__ = ["How", "PublishedNumber"]

How = Literal["printed", "measured from a figure", "secondary", "implied"]


class PublishedNumber(StrictModel):
    """A statement of a paper, as a number if it gives one.

    Attributes
    ----------
    how : str
        `printed` in the paper; `measured from a figure` of it; `secondary`, from another text or
        the released code; `implied` by its text, such as a number computed from printed ones.
    value : float, optional
        None if the paper says which is better but not by how much.
    unit : str
    error : float
        Error of reading or rounding: the true number is within `value` plus or minus `error`.
    runs : int, optional
        Number of the paper's own runs whose mean the value is; None if it is no such mean.
    spread : float, optional
        Standard deviation over those runs. If a mean has none, the paper's runs are assumed to
        vary as ours do.
    """

    how: How
    value: float | None = None
    unit: str = ""
    error: float = Field(default=0.0, ge=0.0)
    runs: int | None = Field(default=None, ge=2)
    spread: float | None = Field(default=None, ge=0.0)

    @model_validator(mode="after")
    def _agree(self) -> PublishedNumber:
        if self.spread is not None and self.runs is None:
            raise ValueError("spread needs published.runs, which is missing")
        if self.value is None and (self.error or self.runs is not None):
            raise ValueError("error, runs and spread need published.value, which is missing")
        return self

    @property
    def number(self) -> float:
        """The value, of a claim whose rule needs one (see `Rule.needs_value`)."""
        assert self.value is not None
        return self.value

    def bounds(self) -> tuple[float, float]:
        """Return the smallest and the largest value that the error allows."""
        return self.number - self.error, self.number + self.error

    def interval(self, ours: Floats) -> tuple[float, float]:
        """Return the ends of the published mean's own 95 % interval, its error added.

        Parameters
        ----------
        ours : array [n]
            Values of our runs, whose spread is used if the paper has none.
        """
        half = self.error + self._deviation(ours)
        return self.number - half, self.number + half

    def exceeded_by(self, estimate: Estimate, ours: Floats) -> Estimate:
        """Return our mean less the published one, with the interval of the difference.

        Parameters
        ----------
        estimate : Estimate
            Our mean, independent of the published one.
        ours : array [n]
            Values of our runs, whose spread is used if the paper has none.

        Notes
        -----
        The half-widths of the two intervals are combined in quadrature, as in Zou and Donner,
        2008, "Construction of confidence limits about effect measures"; the error of reading or
        rounding is added to both ends.
        """
        value, deviation = estimate.value - self.number, self._deviation(ours)
        below = math.hypot(estimate.value - estimate.low, deviation) + self.error
        above = math.hypot(estimate.high - estimate.value, deviation) + self.error
        return Estimate(value, value - below, value + above, estimate.unit)

    def _deviation(self, ours: Floats) -> float:
        """Return the half-width of Student's 95 % interval of the mean of the paper's runs."""
        assert self.runs is not None  # see `Rule.compares_means`
        if self.spread is not None:
            return student(self.spread, self.runs, mean_of=self.runs)
        return student(float(ours.std(ddof=1)), len(ours), mean_of=self.runs)
